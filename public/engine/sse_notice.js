/**
 * The named events that may come with `GET events` beside the updates: what the binary stream says in its
 * hello, heartbeat, state, cursor and bye messages, as JSON. All of them are optional; a member that makes
 * no sense is left out rather than believed.
 *
 * @typedef {import("./messages.js").CursorShape} CursorShape
 */

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
  if (typeof value !== "object" || value === null || typeof value.rgba !== "string") return null;
  const { width, height, hotX, hotY } = value;
  const fits = within(width, 1, MAX_CURSOR_SIDE) && within(height, 1, MAX_CURSOR_SIDE) &&
    within(hotX, 0, width - 1) && within(hotY, 0, height - 1);
  // Four characters for three bytes; checked before decoding.
  if (!fits || value.rgba.length !== Math.ceil((width * height * 4) / 3) * 4) return null;
  let binary;
  try {
    binary = atob(value.rgba);
  } catch {
    return null;
  }
  if (binary.length !== width * height * 4) return null;
  const rgba = new Uint8ClampedArray(binary.length);
  for (let i = 0; i < rgba.length; i += 1) rgba[i] = binary.charCodeAt(i);
  return { width, height, hotX, hotY, rgba };
}

/**
 * @param {unknown} value
 * @param {number} min
 * @param {number} max
 */
function within(value, min, max) {
  return typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
}
