/**
 * What can be watched, as `GET /api/sources` tells it. Any token may ask, a history is not needed.
 *
 * @typedef {import("../ui/api.js").ApiOptions} ApiOptions
 * @typedef {import("../ui/api.js").Refused} Refused
 *
 * @typedef {Object} OpenSource
 * @property {string} id
 * @property {string} label   for people
 * @property {"live" | "lost" | "paused" | "silent"} state
 * @property {number} width   of its picture, pixels; 0: not known
 * @property {boolean} isDefault  it is what is shown where no source is named
 * @property {import("./targets.js").Choice | null} choice  what of its display can be captured; null: there is no choice
 */
import { request } from "../ui/api.js";

import { readChoice } from "./targets.js";

/** Id of the wall: all sources in one view. */
export const WALL_ID = "wall";
/** More sources than any server takes; a list has a bound all the same. */
const MAX_SOURCES = 1000;
/** Longer names are cut, characters. */
export const MAX_TEXT = 200;

/**
 * Never rejects; what the server says is checked before it is believed.
 *
 * @param {ApiOptions} options
 * @returns {Promise<OpenSource[] | Refused>}
 */
export async function readSources(options) {
  const answer = await request("GET", "api/sources", options);
  if (!answer.ok) return answer;
  const { sources } = answer.body;
  if (!Array.isArray(sources)) return [];
  return sources.slice(0, MAX_SOURCES).flatMap((source) => {
    if (typeof source?.id !== "string" || source.id === "") return [];
    const { id, label, state, width } = source;
    return [{
      id,
      label: typeof label === "string" && label !== "" ? label.slice(0, MAX_TEXT) : id,
      state: stateOf(state),
      width: Number.isInteger(width) && width > 0 ? width : 0,
      isDefault: source.default === true,
      choice: readChoice(source),
    }];
  });
}

/** @param {unknown} state  @returns {OpenSource["state"]} */
export function stateOf(state) {
  return state === "lost" || state === "paused" || state === "silent" ? state : "live";
}

/**
 * @param {string} base  absolute URL of the page's folder
 * @param {Pick<OpenSource, "id" | "width">} source
 * @param {{ width: number, turn: number }} what  `width`: pixels; `turn`: another one makes the browser ask anew
 * @returns {string} address of a small picture of how it looks now
 */
export function snapshotUrl(base, source, { width, turn }) {
  const url = new URL("snapshot.jpg", base);
  url.searchParams.set("source", source.id);
  // The server refuses to enlarge.
  if (source.width >= width) url.searchParams.set("w", String(width));
  url.searchParams.set("turn", String(turn));
  return url.href;
}
