/**
 * Encoding 0, solid: one colour for the whole rectangle.
 *
 *     rgb    u8 u8 u8
 */
import { packRgb } from "../palette.js";

/**
 * @param {import("../reader.js").Reader} reader
 * @param {import("../picture.js").Rect} rect
 * @param {import("../picture.js").Picture} picture
 */
export function drawSolid(reader, rect, picture) {
  const rgb = reader.bytes(3);
  picture.fill(rect, packRgb(rgb[0], rgb[1], rgb[2]));
}
