/**
 * What lies where on the wall of all sources, as `GET /api/wall` tells it. Any token may ask.
 *
 * @typedef {import("../ui/api.js").ApiOptions} ApiOptions
 * @typedef {import("../ui/api.js").Refused} Refused
 *
 * @typedef {Object} Cell
 * @property {string} id      of a source
 * @property {string} label   for people
 * @property {"live" | "lost" | "paused" | "silent"} state
 * @property {number} x       pixels of the wall's picture
 * @property {number} y
 * @property {number} w
 * @property {number} h
 *
 * @typedef {Object} WallPlan
 * @property {number} width   of the wall's picture
 * @property {number} height
 * @property {Cell[]} cells   in reading order
 */
import { request } from "../ui/api.js";
import { MAX_TEXT, stateOf } from "../sources/requests.js";

/** More than any wall has; a list has a bound all the same. */
const MAX_CELLS = 256;

/**
 * Never rejects; what the server says is checked before it is believed.
 *
 * @param {ApiOptions} options
 * @returns {Promise<WallPlan | Refused>}
 */
export async function readWall(options) {
  const answer = await request("GET", "api/wall", options);
  if (!answer.ok) return answer;
  const { width, height, cells } = answer.body;
  const listed = Array.isArray(cells) ? cells.slice(0, MAX_CELLS) : [];
  return {
    width: isLength(width) ? width : 1,
    height: isLength(height) ? height : 1,
    cells: listed.flatMap((cell) => {
      if (typeof cell?.id !== "string" || cell.id === "") return [];
      const { id, label, state, x, y, w, h } = cell;
      if (!isPlace(x) || !isPlace(y) || !isLength(w) || !isLength(h)) return [];
      const name = typeof label === "string" && label !== "" ? label.slice(0, MAX_TEXT) : id;
      return [{ id, label: name, state: stateOf(state), x, y, w, h }];
    }),
  };
}

/** @param {unknown} value  @returns {value is number} */
function isPlace(value) {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65536;
}

/** @param {unknown} value  @returns {value is number} */
function isLength(value) {
  return isPlace(value) && value > 0;
}
