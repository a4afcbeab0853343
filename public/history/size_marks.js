/**
 * Where on the strip the picture got another size: a screen was turned or plugged in, or other screenshots came.
 *
 * @typedef {import("./span.js").Span} Span
 * @typedef {import("./requests.js").SizeSince} SizeSince
 *
 * @typedef {Object} SizeMark
 * @property {number} time  since when, ms since the Unix epoch
 * @property {string} text  `1280×720 → 1920×1080`
 */
import { xOf } from "./span.js";

/** A pointer this near to a mark is at it, CSS pixels. */
const NEAR_PX = 5;

/**
 * @param {readonly SizeSince[]} sizes  in order; the first one only says what the second follows
 * @returns {SizeMark[]}
 */
export function sizeMarks(sizes) {
  return sizes.slice(1).map((size, i) => ({
    time: size.from,
    text: `${sizeText(sizes[i])} → ${sizeText(size)}`,
  }));
}

/**
 * @param {readonly SizeMark[]} marks
 * @param {Span} range  what the strip shows
 * @param {number} x    of the pointer, CSS pixels
 * @param {number} width  of the strip
 * @returns {SizeMark | null} the nearest one, when it is near
 */
export function markNear(marks, range, x, width) {
  let nearest = null;
  let least = NEAR_PX;
  for (const mark of marks) {
    const distance = Math.abs(xOf(range, mark.time, width) - x);
    if (distance > least) continue;
    nearest = mark;
    least = distance;
  }
  return nearest;
}

/** @param {{ width: number, height: number }} size */
function sizeText({ width, height }) {
  return `${width}×${height}`;
}
