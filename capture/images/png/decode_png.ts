/**
 * PNG to pixels, for files that nobody vouches for.
 *
 * Why not imagescript: its inflate refuses valid streams (those of pictures without repetitions, where a Huffman
 * tree for distances is empty; it fails on 40 % of the small noisy pictures that it encodes itself), inflates whatever
 * there is before it looks at the size, ignores check sums, and takes 41 ms for a 1080p screenshot.
 */
import { checkSize, type ImageLimits } from "../limits.ts";
import type { Pixels } from "../pixels.ts";
import { type PngChunks, readPngChunks } from "./chunks.ts";
import { PNG_COLOUR } from "./header.ts";
import { type Alpha, overBlack, pixelReader } from "./pixels.ts";
import { type Pass, readRows } from "./rows.ts";

/**
 * Decodes a PNG of any kind that the specification has; of an animated one, the still picture.
 * @param alpha what becomes of transparency; default `blend`
 * @throws {BadImage} when it is damaged or beyond the limits; says what is wrong
 */
export function decodePng(
  bytes: Uint8Array,
  limits: ImageLimits,
  alpha: Alpha = "blend",
): Pixels {
  const chunks = readPngChunks(bytes);
  const { header } = chunks;
  checkSize(header, limits);
  const { width, height } = header;
  const { data, passes } = readRows(chunks, limits.maxRawBytes);
  const pixels = new Uint32Array(width * height);
  let start = 0;
  for (const pass of passes) {
    draw(chunks, data, start, pass, pixels, alpha);
    start += pass.rows * (1 + pass.rowBytes);
  }
  return { width, height, bgrx: new Uint8Array(pixels.buffer) };
}

/** Writes the pixels of a pass to their places. */
function draw(
  chunks: PngChunks,
  data: Uint8Array,
  start: number,
  pass: Pass,
  pixels: Uint32Array,
  alpha: Alpha,
): void {
  const { header: { width, colour, depth, interlaced }, transparency } = chunks;
  const hasClear = transparency !== undefined && alpha === "blend";
  // Nearly all screenshots are one of these two.
  if (!interlaced && depth === 8 && colour === PNG_COLOUR.rgb && !hasClear) {
    return drawRgb(data, start, pass.columns, pass.rows, pixels);
  }
  if (!interlaced && depth === 8 && colour === PNG_COLOUR.rgba) {
    return drawRgba(data, start, pass.columns, pass.rows, pixels, alpha);
  }
  const pixelAt = pixelReader(chunks, alpha);
  for (let row = 0; row < pass.rows; row++) {
    const from = start + row * (1 + pass.rowBytes) + 1;
    let at = (pass.y + row * pass.dy) * width + pass.x;
    for (let column = 0; column < pass.columns; column++, at += pass.dx) {
      pixels[at] = pixelAt(data, from, column);
    }
  }
}

function drawRgb(
  data: Uint8Array,
  start: number,
  columns: number,
  rows: number,
  pixels: Uint32Array,
): void {
  for (let row = 0, from = start, to = 0; row < rows; row++) {
    from++;
    for (const end = to + columns; to < end; to++, from += 3) {
      pixels[to] = 0xff000000 | data[from] << 16 | data[from + 1] << 8 | data[from + 2];
    }
  }
}

function drawRgba(
  data: Uint8Array,
  start: number,
  columns: number,
  rows: number,
  pixels: Uint32Array,
  alphaUse: Alpha,
): void {
  for (let row = 0, from = start, to = 0; row < rows; row++) {
    from++;
    for (const end = to + columns; to < end; to++, from += 4) {
      const alpha = alphaUse === "ignore" ? 255 : data[from + 3];
      pixels[to] = alpha === 255
        ? 0xff000000 | data[from] << 16 | data[from + 1] << 8 | data[from + 2]
        : 0xff000000 | overBlack(data[from], alpha) << 16 |
          overBlack(data[from + 1], alpha) << 8 | overBlack(data[from + 2], alpha);
    }
  }
}
