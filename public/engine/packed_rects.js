/**
 * Parts of a picture one behind the other in one buffer, which can be handed from thread to thread without a copy.
 *
 * @typedef {import("./messages.js").Rect} Rect
 * @typedef {import("./surface.js").PictureView} PictureView
 *
 * @typedef {Object} PackedRects
 * @property {number} width   of the whole picture
 * @property {number} height
 * @property {readonly Rect[]} rects   inside the picture
 * @property {ArrayBuffer} pixels  R, G, B, 255 of each pixel of each rectangle, row by row; may be longer
 */
const BYTES = 4;

/**
 * Once the parts are at least this share of the rows that they lie in, whole rows are packed instead: one long
 * copy (8 MB: 1 ms) is cheaper than a call for each line of each tile (0.1 µs and more, 32,640 of them in 1080p).
 */
const WHOLE_ROWS_FROM = 1 / 4;

/**
 * @param {PictureView} picture
 * @param {readonly Rect[]} rects  inside the picture
 * @param {(bytes: number) => ArrayBuffer} allocate  gives a buffer of at least this length
 * @returns {PackedRects} these parts and maybe what lies between them
 */
export function packRects(picture, rects, allocate) {
  const { width, height, rgba } = picture;
  const parts = worthwhile(rects, width);
  const pixels = allocate(areaOf(parts) * BYTES);
  const out = new Uint8ClampedArray(pixels);
  let at = 0;
  for (const { x, y, w, h } of parts) {
    const whole = w === width;
    // Whole rows are in one piece in the picture too.
    const length = (whole ? w * h : w) * BYTES;
    const end = whole ? y + 1 : y + h;
    for (let row = y; row < end; row++) {
      const from = (row * width + x) * BYTES;
      out.set(rgba.subarray(from, from + length), at);
      at += length;
    }
  }
  return { width, height, rects: parts, pixels };
}

/**
 * @param {PackedRects} packed
 * @returns {{ x: number, y: number, image: ImageData }[]} views of the buffer, in the order of the rectangles
 */
export function unpackRects({ rects, pixels }) {
  let at = 0;
  return rects.map(({ x, y, w, h }) => {
    const image = new ImageData(new Uint8ClampedArray(pixels, at, w * h * BYTES), w, h);
    at += w * h * BYTES;
    return { x, y, image };
  });
}

/**
 * @param {readonly Rect[]} rects
 * @param {number} width  of the picture
 */
function worthwhile(rects, width) {
  if (rects.length < 2) return rects;
  const top = Math.min(...rects.map(({ y }) => y));
  const bottom = Math.max(...rects.map(({ y, h }) => y + h));
  const rows = { x: 0, y: top, w: width, h: bottom - top };
  return areaOf(rects) < areaOf([rows]) * WHOLE_ROWS_FROM ? rects : [rows];
}

/** @param {readonly Rect[]} rects */
function areaOf(rects) {
  return rects.reduce((sum, { w, h }) => sum + w * h, 0);
}
