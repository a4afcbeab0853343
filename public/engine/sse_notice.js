/**
 * The named events that may come with `GET events` beside the updates: what the binary stream says in its
 * hello, heartbeat, state, cursor, check and bye messages, as JSON. All of them are optional; a member that makes
 * no sense is left out rather than believed.
 *
 * @typedef {import("./messages.js").CursorShape} CursorShape
 */

import { readHashes, tileCount } from "../decoder/tile_hash.js";

const STATES = /** @type {const} */ (["live", "lost", "paused"]);
/** A side of a cursor shape, in pixels, as in the binary protocol. */
const MAX_CURSOR_SIDE = 256;

/**
 * @param {Record<string, unknown>} value  `{state: "live" | "lost" | "paused", text?}`
 * @returns {{ state: "live" | "lost" | "paused", text: string } | null}
 */
export function readStateNotice(value) {
  const state = STATES.find((known) => known === value.state);
  return state ? { state, text: words(value.text) } : null;
}

/**
 * @param {Record<string, unknown>} value  `{visible, x, y, shape?: {width, height, hotX, hotY, rgba}}`, `rgba`
 *   in base64
 * @returns {{ visible: boolean, x: number, y: number, shape?: CursorShape } | null}
 */
export function readCursorNotice(value) {
  const { visible, x, y } = value;
  if (typeof visible !== "boolean" || !Number.isInteger(x) || !Number.isInteger(y)) return null;
  const shape = readShape(value.shape);
  const cursor = { visible, x: Number(x), y: Number(y) };
  return shape ? { ...cursor, shape } : cursor;
}

/**
 * @param {Record<string, unknown>} value  `{tiles}`: the hashes as little-endian u32, in base64
 * @param {{ width: number, height: number }} size  of the canvas
 * @returns {Uint32Array | null} null when it is not one hash a tile
 */
export function readCheckNotice({ tiles }, size) {
  const length = tileCount(size) * 4;
  const bytes = fromBase64(tiles, length);
  return bytes && readHashes(bytes);
}

/**
 * @param {unknown} value
 * @returns {string} at most 500 characters for people
 */
export function words(value) {
  return typeof value === "string" ? value.slice(0, 500) : "";
}

/**
 * @param {any} value
 * @returns {CursorShape | null}
 */
function readShape(value) {
  if (typeof value !== "object" || value === null) return null;
  const { width, height, hotX, hotY } = value;
  const fits = within(width, 1, MAX_CURSOR_SIDE) && within(height, 1, MAX_CURSOR_SIDE) &&
    within(hotX, 0, width - 1) && within(hotY, 0, height - 1);
  const bytes = fits ? fromBase64(value.rgba, width * height * 4) : null;
  if (!bytes) return null;
  const rgba = new Uint8ClampedArray(bytes.buffer);
  return { width, height, hotX, hotY, rgba };
}

/**
 * @param {unknown} text
 * @param {number} length  in bytes
 * @returns {Uint8Array<ArrayBuffer> | null} null when it is not base64 of so many bytes
 */
function fromBase64(text, length) {
  // Four characters for three bytes; checked before decoding.
  if (typeof text !== "string" || text.length !== Math.ceil(length / 3) * 4) return null;
  try {
    const binary = atob(text);
    return binary.length === length ? Uint8Array.from(binary, (c) => c.charCodeAt(0)) : null;
  } catch {
    return null;
  }
}

/**
 * @param {unknown} value
 * @param {number} min
 * @param {number} max
 */
function within(value, min, max) {
  return typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
}
