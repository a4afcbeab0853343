/**
 * The page's questions about the history. None of them rejects; what the server says is checked before it is
 * believed, so that the page survives a server that is older or newer than itself.
 *
 * @typedef {import("../ui/api.js").ApiOptions} ApiOptions
 * @typedef {import("../ui/api.js").Refused} Refused
 * @typedef {import("../engine/messages.js").Rect} Rect
 * @typedef {import("./span.js").Span} Span
 *
 * @typedef {Object} Storage
 * @property {number} usedBytes
 * @property {number} budgetBytes  0: none
 * @property {number} maxAgeMs
 * @property {number} bytesPerHour
 * @property {number | null} horizonMs  how far back the rate of now would reach; null: cannot be told
 *
 * @typedef {{ id: string, label: string, live: boolean, span: Span | null }} HistorySource
 *
 * @typedef {Object} Overview
 * @property {"recording" | "stopped" | "off"} state
 * @property {string} detail  for people
 * @property {Storage} storage
 * @property {HistorySource[]} sources
 *
 * @typedef {{ from: number, to: number | null, reason: string }} Gap
 * @typedef {{ from: number, width: number, height: number }} SizeSince
 *
 * @typedef {Object} Activity
 * @property {Span | null} span     from when to when there are pictures
 * @property {number} from          of the first bin
 * @property {number} binMs
 * @property {number[]} bins        tiles that changed in each
 * @property {Gap[]} gaps
 * @property {SizeSince[]} sizes    of the pictures: the one at the beginning, and each one that followed
 * @property {string} version       another one once something has been forgotten
 */
import { request } from "../ui/api.js";

/** Times of changes that are asked for at once. */
const MAX_TIMES = 10_000;

/**
 * @param {ApiOptions} options
 * @returns {Promise<Overview | Refused>} `Refused` has `ok`
 */
export async function readOverview(options) {
  const answer = await request("GET", "api/history", options);
  if (!answer.ok) return answer;
  const { state, detail, storage, sources } = answer.body;
  const sizes = record(storage);
  return {
    state: state === "recording" || state === "stopped" ? state : "off",
    detail: text(detail),
    storage: {
      usedBytes: number(sizes.usedBytes),
      budgetBytes: number(sizes.budgetBytes),
      maxAgeMs: number(sizes.maxAgeMs),
      bytesPerHour: number(sizes.bytesPerHour),
      horizonMs: typeof sizes.horizonMs === "number" ? sizes.horizonMs : null,
    },
    sources: list(sources).map(record).filter(({ id }) => typeof id === "string").map((source) => ({
      id: text(source.id),
      label: text(source.label) || text(source.id),
      live: source.live === true,
      span: span(source.span),
    })),
  };
}

/**
 * @param {string} source
 * @param {Span & { bins: number }} range
 * @param {ApiOptions} options
 * @returns {Promise<Activity | Refused>}
 */
export async function readActivity(source, { from, to, bins }, options) {
  const query = `from=${Math.round(from)}&to=${Math.round(to)}&bins=${bins}`;
  const answer = await request("GET", `${sourcePath(source)}?${query}`, options);
  if (!answer.ok) return answer;
  const { body } = answer;
  return {
    span: span(body.span),
    from: typeof body.from === "number" ? body.from : from,
    binMs: number(body.binMs) || (to - from) / bins,
    bins: list(body.activity).map(number),
    gaps: list(body.gaps).map(record).map((gap) => ({
      from: number(gap.from),
      to: typeof gap.to === "number" ? gap.to : null,
      reason: text(gap.reason),
    })),
    sizes: list(body.sizes).map(record).map((size) => ({
      from: number(size.from),
      width: number(size.width),
      height: number(size.height),
    })),
    version: text(body.version),
  };
}

/**
 * When the content of a rectangle changed.
 *
 * @param {string} source
 * @param {Rect} rect
 * @param {Span} range
 * @param {ApiOptions} options
 * @returns {Promise<{ times: number[], more: boolean } | Refused>}
 */
export async function readChanges(source, { x, y, w, h }, { from, to }, options) {
  const query = `rect=${x},${y},${w},${h}&from=${Math.round(from)}&to=${Math.round(to)}`;
  const path = `${sourcePath(source)}/changes?${query}&limit=${MAX_TIMES}`;
  const answer = await request("GET", path, options);
  if (!answer.ok) return answer;
  const times = list(answer.body.times).map(number).sort((a, b) => a - b);
  return { times, more: answer.body.more === true };
}

/**
 * Deletes a stretch of time, or what a rectangle showed, for good.
 *
 * @param {string} source
 * @param {{ from: number, to: number } | { rect: Rect }} what
 * @param {ApiOptions} options
 * @returns {Promise<{ freedBytes: number } | Refused>}
 */
export async function forget(source, what, options) {
  const query = "rect" in what
    ? `rect=${what.rect.x},${what.rect.y},${what.rect.w},${what.rect.h}`
    : `from=${Math.round(what.from)}&to=${Math.round(what.to)}`;
  const answer = await request("DELETE", `${sourcePath(source)}?${query}`, options);
  return answer.ok ? { freedBytes: number(answer.body.freedBytes) } : answer;
}

/**
 * @param {string} base  absolute URL of the page's folder
 * @param {string} source
 * @param {{ time: number, width: number, version: string }} what  `width`: pixels, 16 to 640
 * @returns {string} address of a small picture
 */
export function thumbUrl(base, source, { time, width, version }) {
  const url = new URL(`${sourcePath(source)}/thumb`, base);
  url.searchParams.set("t", String(Math.round(time)));
  url.searchParams.set("w", String(width));
  if (version !== "") url.searchParams.set("v", version);
  return url.href;
}

/** @param {string} source */
function sourcePath(source) {
  return `api/history/${encodeURIComponent(source)}`;
}

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
function record(value) {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/**
 * @param {unknown} value
 * @returns {unknown[]}
 */
function list(value) {
  return Array.isArray(value) ? value : [];
}

/** @param {unknown} value */
function number(value) {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

/** @param {unknown} value */
function text(value) {
  return typeof value === "string" ? value.slice(0, 500) : "";
}

/** @param {unknown} value */
function span(value) {
  const { from, to } = record(value);
  return typeof from === "number" && typeof to === "number" ? { from, to } : null;
}
