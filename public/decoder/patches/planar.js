/**
 * Encoding 2, planar: for photographs. Three planes, each byte the difference (mod 256) from the byte
 * above it; red and blue are stored as their difference from green, which takes out the brightness
 * that the three share.
 *
 *     green          w × h bytes
 *     red - green    w × h bytes
 *     blue - green   w × h bytes
 */

/**
 * @param {import("../reader.js").Reader} reader
 * @param {import("../picture.js").Rect} rect
 * @param {import("../picture.js").Picture} picture
 */
export function drawPlanar(reader, rect, picture) {
  const { w, h } = rect;
  const area = w * h;
  const planes = reader.bytes(area * 3);
  const { pixels, width } = picture;
  // The row above, one byte a column and plane; zeros above the first row.
  const above = new Uint8Array(w * 3);
  for (let row = 0; row < h; row++) {
    let to = (rect.y + row) * width + rect.x;
    const from = row * w;
    for (let column = 0; column < w; column++, to++) {
      const green = (above[column] += planes[from + column]);
      const red = (above[w + column] += planes[area + from + column]);
      const blue = (above[2 * w + column] += planes[2 * area + from + column]);
      pixels[to] = ((red + green) & 255) << 16 | (green & 255) << 8 | ((blue + green) & 255);
    }
  }
}
