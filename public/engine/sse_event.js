/**
 * Reads one message of `GET events`: JSON `{seq, t, width, height, keyframe, patches: [{x, y, w, h, png}]}`.
 * The input counts as hostile: everything is checked, each PNG's own size included, before anything of
 * its size is allocated.
 *
 * @typedef {{ x: number, y: number, w: number, h: number, png: Uint8Array<ArrayBuffer> }} PngPatch
 * @typedef {Object} SseUpdate
 * @property {number} seq
 * @property {number} time  of capture, ms since the Unix epoch by the server's clock
 * @property {number} width
 * @property {number} height
 * @property {boolean} keyframe
 * @property {PngPatch[]} patches
 */

/** A canvas side, in pixels, as in the binary protocol. */
export const MAX_SIDE = 16_384;
/** Pixels of a canvas: 2^26, as in the binary protocol. */
export const MAX_PIXELS = 2 ** 26;
/** Patches in one event. The server sends a keyframe instead of more than `maxPatches` (3000) unless told otherwise. */
export const MAX_PATCHES = 65_536;
/** Characters of one event: 128 MiB, above the base64 of any lossless desktop keyframe. */
export const MAX_TEXT = 2 ** 27;

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Signature, then the IHDR chunk: length, name, width, height, five more bytes, CRC. */
const PNG_HEADER_BYTES = 33;

/**
 * @param {string} text  the event's data
 * @returns {SseUpdate}
 * @throws {SyntaxError} when it is not JSON, {RangeError} when a member is missing or out of its range
 */
export function parseSseUpdate(text) {
  if (text.length > MAX_TEXT) fail("event", `${text.length} characters`, `at most ${MAX_TEXT}`);
  const message = JSON.parse(text);
  if (typeof message !== "object" || message === null || Array.isArray(message)) {
    fail("event", "no object", "an object");
  }
  const width = whole(message.width, "width", 1, MAX_SIDE);
  const height = whole(message.height, "height", 1, MAX_SIDE);
  if (width * height > MAX_PIXELS) {
    fail("width × height", `${width} × ${height}`, `at most ${MAX_PIXELS} pixels`);
  }
  if (!Array.isArray(message.patches)) fail("patches", typeof message.patches, "an array");
  if (message.patches.length > MAX_PATCHES) {
    fail("patches", `${message.patches.length}`, `at most ${MAX_PATCHES}`);
  }
  return {
    seq: whole(message.seq, "seq", 0, Number.MAX_SAFE_INTEGER),
    time: typeof message.t === "number" && Number.isFinite(message.t) ? message.t : 0,
    width,
    height,
    keyframe: message.keyframe === true,
    patches: message.patches.map((/** @type {unknown} */ patch) => readPatch(patch, width, height)),
  };
}

/**
 * @param {any} patch
 * @param {number} width
 * @param {number} height
 * @returns {PngPatch}
 */
function readPatch(patch, width, height) {
  const x = whole(patch?.x, "patch x", 0, width - 1);
  const y = whole(patch?.y, "patch y", 0, height - 1);
  const w = whole(patch?.w, "patch w", 1, width - x);
  const h = whole(patch?.h, "patch h", 1, height - y);
  if (typeof patch.png !== "string") fail("patch png", typeof patch.png, "base64 text");
  const png = fromBase64(patch.png);
  checkPngSize(png, w, h);
  return { x, y, w, h, png };
}

/**
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 */
function fromBase64(text) {
  let binary;
  try {
    binary = atob(text);
  } catch {
    fail("patch png", "something else", "base64 text");
  }
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/**
 * A PNG of another size than its patch would be drawn wrongly; a huge one is a decompression bomb.
 *
 * @param {Uint8Array<ArrayBuffer>} png
 * @param {number} w
 * @param {number} h
 */
function checkPngSize(png, w, h) {
  if (png.length < PNG_HEADER_BYTES || PNG_SIGNATURE.some((byte, i) => png[i] !== byte)) {
    fail("patch png", "something else", "a PNG");
  }
  const header = new DataView(png.buffer, 16, 8);
  const width = header.getUint32(0);
  const height = header.getUint32(4);
  if (width !== w || height !== h) fail("patch png", `${width} × ${height}`, `${w} × ${h}`);
}

/**
 * @param {unknown} value
 * @param {string} field
 * @param {number} min
 * @param {number} max
 * @returns {number}
 */
function whole(value, field, min, max) {
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    fail(field, String(value).slice(0, 40), `${min} to ${max}`);
  }
  return value;
}

/**
 * @param {string} field
 * @param {string} got
 * @param {string} wanted
 * @returns {never}
 */
function fail(field, got, wanted) {
  throw new RangeError(`Cannot read ${field}: got ${got}, wanted ${wanted}`);
}
