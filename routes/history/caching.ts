/** What may be kept of the past, and for how long: the answer about an instant that is over stays the same. */
import type { SeekAnswer } from "../../history/seek.ts";
import { isKnown } from "../etag.ts";
import type { AppContext } from "../route.ts";
import type { HistoryDeps } from "./deps.ts";

/** What is this near to now may still change, ms. */
const SETTLED_MS = 5000;

/** What an answer about an instant is about. */
export interface Moment {
  readonly source: string;
  /** The instant asked for, ms since the Unix epoch. */
  readonly time: number;
  /** The version that the client named, see `Erasures`. */
  readonly version: string | undefined;
  readonly picture: Pick<SeekAnswer, "time" | "previous" | "next" | "gap">;
}

/**
 * Headers of an answer about an instant. It may be kept until the picture is too old for the archive itself, where its
 * URL names the current version and another picture has followed.
 * @param variant tells answers about the same picture from one another
 */
export function momentHeaders(moment: Moment, variant: string, deps: HistoryDeps): Headers {
  const { source, time, picture } = moment;
  const { now, limits: { maxAgeMs }, erasures } = deps;
  const current = erasures.version(source);
  const settled = moment.version === current && picture.next !== undefined &&
    time <= now() - SETTLED_MS;
  const leftSeconds = Math.max(0, Math.floor((picture.time + maxAgeMs - now()) / 1000));
  const headers = new Headers({
    "cache-control": settled ? `private, max-age=${leftSeconds}, immutable` : "no-store",
    "etag": `"${current}-${picture.time}-${picture.gap ? "g" : ""}${variant}"`,
    "x-patchcast-time": String(picture.time),
  });
  if (picture.previous !== undefined) {
    headers.set("x-patchcast-previous", String(picture.previous));
  }
  if (picture.next !== undefined) headers.set("x-patchcast-next", String(picture.next));
  if (picture.gap) headers.set("x-patchcast-gap", "1");
  return headers;
}

/** The 304 for a client that has what `headers` describe; `undefined` for another one. */
export function notModified(c: Pick<AppContext, "req">, headers: Headers): Response | undefined {
  const etag = headers.get("etag") ?? "";
  if (!isKnown(c.req.header("if-none-match"), etag)) return undefined;
  return new Response(null, { status: 304, headers });
}
