/** When a pushed picture was captured, as its sender says: `X-Captured-At`, a time of RFC 3339. */
import { type Refusal, refusal } from "../../config/refusal.ts";

/** The header. */
export const CAPTURED_AT = "X-Captured-At";

/** What is accepted, in milliseconds. */
export interface CapturedAtLimits {
  /** Older than this is refused: history would drop it at once. */
  readonly maxAgeMs: number;
  /** Clocks differ; a picture from further in the future would hide all that come until then. */
  readonly maxAheadMs: number;
}

export const CAPTURED_AT_LIMITS: CapturedAtLimits = {
  maxAgeMs: 24 * 3600_000,
  maxAheadMs: 60_000,
};

const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/**
 * Reads an RFC 3339 time; `undefined` for anything else, 30 February included. Digits beyond the millisecond are
 * cut off; a leap second counts as the second after it.
 * @returns ms since the Unix epoch
 */
export function parseRfc3339(text: string): number | undefined {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const [fraction = "", sign, offsetHours, offsetMinutes] = match.slice(7);
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  if (Number(offsetHours ?? 0) > 23 || Number(offsetMinutes ?? 0) > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const ms = Number(fraction.padEnd(3, "0").slice(0, 3));
  const local = date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + ms;
  const offset = (Number(offsetHours ?? 0) * 60 + Number(offsetMinutes ?? 0)) * 60_000;
  return sign === "-" ? local + offset : local - offset;
}

/**
 * The time to give a picture.
 * @param text the header, `undefined` where there is none: then it is `now`
 * @param now wall clock, ms since the Unix epoch
 * @returns ms since the Unix epoch, or why the header is refused
 */
export function readCapturedAt(
  text: string | undefined,
  now: number,
  { maxAgeMs, maxAheadMs }: CapturedAtLimits,
): number | Refusal {
  if (text === undefined) return now;
  const time = parseRfc3339(text);
  if (time === undefined) {
    return refusal(CAPTURED_AT, text, "a time of RFC 3339, like 2026-01-31T23:59:59.999Z");
  }
  if (time >= now - maxAgeMs && time <= now + maxAheadMs) return time;
  const [hours, seconds] = [maxAgeMs / 3600_000, maxAheadMs / 1000];
  return refusal(
    CAPTURED_AT,
    text,
    `at most ${hours} h before and ${seconds} s after the server's clock, ${
      new Date(now).toISOString()
    }`,
  );
}
