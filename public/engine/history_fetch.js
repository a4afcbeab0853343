/**
 * One picture of the past: `GET api/history/{source}/at`, whole, as message bytes.
 *
 * @typedef {import("./stream_transport.js").Refusal} Refusal
 *
 * @typedef {Object} Instant
 * @property {string} source
 * @property {number} time     wanted, ms since the Unix epoch
 * @property {string} version  of the source's history, so that caches know what was forgotten; may be empty
 *
 * @typedef {Object} Neighbours
 * @property {number | null} previous  when the picture before came to be; null: there is none
 * @property {number | null} next
 * @property {boolean} gap  nothing was recorded at the instant: the picture is the last one before it
 *
 * @typedef {{ kind: "picture", bytes: Uint8Array[], neighbours: Neighbours }
 *   | { kind: "refused", refusal: Refusal }} MomentAnswer
 */
import { readRefusal } from "./stream_transport.js";
import { Unzstd } from "./unzstd.js";

/** A picture that is not there by then will not come. */
const TIMEOUT_MS = 15_000;

/**
 * @param {string} base  absolute URL of the page's folder
 * @param {Instant} instant
 * @param {number | null} have  the instant that the canvas shows already
 * @returns {string}
 */
export function momentUrl(base, { source, time, version }, have) {
  const url = new URL(`api/history/${encodeURIComponent(source)}/at`, base);
  url.searchParams.set("t", String(time));
  if (version !== "") url.searchParams.set("v", version);
  if (have !== null) url.searchParams.set("have", String(have));
  return url.href;
}

/**
 * @param {string} url
 * @param {AbortSignal} signal
 * @param {typeof fetch} [fetcher]
 * @returns {Promise<MomentAnswer>}
 * @throws {TypeError | DOMException} when the server is not reached, or the request was given up
 * @throws {Error} when the bytes are not valid zstd
 */
export async function fetchMoment(url, signal, fetcher = (input, init) => fetch(input, init)) {
  const response = await fetcher(url, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    credentials: "same-origin",
    headers: { accept: "application/vnd.patchcast.stream" },
  });
  if (!response.ok) return { kind: "refused", refusal: await readRefusal(response) };
  const { headers } = response;
  /** @type {Uint8Array[]} */
  const bytes = [];
  new Unzstd((chunk) => bytes.push(chunk)).push(new Uint8Array(await response.arrayBuffer()));
  return {
    kind: "picture",
    bytes,
    neighbours: {
      previous: timeOf(headers.get("x-patchcast-previous")),
      next: timeOf(headers.get("x-patchcast-next")),
      gap: headers.get("x-patchcast-gap") === "1",
    },
  };
}

/** @param {string | null} text */
function timeOf(text) {
  if (text === null || text === "") return null;
  const time = Number(text);
  return Number.isFinite(time) ? time : null;
}
