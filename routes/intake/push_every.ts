/**
 * How soon a sender promises to report again, by a picture or by saying that it still stands: `X-Push-Every`, seconds.
 * Without it, a still screen and a dead sender cannot be told apart.
 */
import { PROMISE_LIMITS } from "../../capture/silence_watch.ts";
import { type Refusal, refusal } from "../../config/refusal.ts";

/** The header. */
export const PUSH_EVERY = "X-Push-Every";

const [MIN_S, MAX_S] = [PROMISE_LIMITS.minMs / 1000, PROMISE_LIMITS.maxMs / 1000];
const ALLOWED = `${MIN_S} to ${MAX_S} seconds, with at most three decimals`;

/**
 * Reads the promise.
 * @param text the header, `undefined` where there is none: then nothing is promised
 * @returns ms, or why the header is refused
 */
export function readPushEvery(text: string | undefined): number | undefined | Refusal {
  if (text === undefined) return undefined;
  const seconds = /^\d{1,5}(\.\d{1,3})?$/.test(text) ? Number(text) : NaN;
  if (seconds >= MIN_S && seconds <= MAX_S) return Math.round(seconds * 1000);
  return refusal(PUSH_EVERY, text, ALLOWED);
}
