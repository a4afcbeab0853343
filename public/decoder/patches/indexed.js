/**
 * Encoding 1, indexed: the session palette's indices, and the colours it does not have.
 *
 *     indices   w × h bytes, row by row; 255 is an escape
 *     escapes   rgb × the number of 255s, in the order in which they stand
 */
import { ESCAPE, packRgb } from "../palette.js";
import { ProtocolError } from "../reader.js";

/**
 * @param {import("../reader.js").Reader} reader
 * @param {import("../picture.js").Rect} rect
 * @param {import("../picture.js").Picture} picture
 * @param {import("../palette.js").Palette} palette
 */
export function drawIndexed(reader, rect, picture, palette) {
  const indices = reader.bytes(rect.w * rect.h);
  let escapeCount = 0;
  let highest = 0;
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i];
    if (index === ESCAPE) escapeCount++;
    else if (index > highest) highest = index;
  }
  // An all-escape patch is valid with an empty palette.
  if (highest >= palette.size && escapeCount < indices.length) {
    throw new ProtocolError(
      `Cannot draw index ${highest}: the palette has ${palette.size} colours`,
    );
  }
  const escapes = reader.bytes(escapeCount * 3);

  const { pixels } = picture;
  const colours = palette.pixels;
  let at = 0;
  let escape = 0;
  for (let y = rect.y; y < rect.y + rect.h; y++) {
    let to = y * picture.width + rect.x;
    const rowEnd = to + rect.w;
    for (; to < rowEnd; to++, at++) {
      const index = indices[at];
      if (index !== ESCAPE) {
        pixels[to] = colours[index];
      } else {
        pixels[to] = packRgb(escapes[escape], escapes[escape + 1], escapes[escape + 2]);
        escape += 3;
      }
    }
  }
}
