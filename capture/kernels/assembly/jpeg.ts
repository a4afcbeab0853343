/**
 * A row of MCUs of a baseline JPEG (ITU-T T.81): pixels in, entropy-coded bytes out (built into jpeg.wasm).
 *
 * One call codes one restart interval, so what it gives depends on nothing before it: a picture of which little has
 * changed is put together from the intervals of the one before. Markers, tables and their order in the file
 * are the caller's.
 */
import { jpegBegin, jpegBlock, jpegEnd, jpegFlatBlock } from "./jpeg_bits";
import { blueAverages, blues, flatBlue, flatLuma, flatRed, isFlat, lumas, redAverages, reds } from "./jpeg_colour";
import { jpegTransform } from "./jpeg_transform";

/**
 * Codes one row of MCUs.
 * @param pixels R, G, B, X bytes, `stride` bytes a row, `stride` a multiple of 4 times the MCU's side; the rows behind
 * `height` and the columns behind `width` are overwritten with what stands at the edge
 * @param width of the picture, pixels
 * @param height rows that the picture has here: 1 to 16 with averaged colours, else 1 to 8
 * @param averaged colours at half the resolution: MCUs of 16 × 16 pixels, else of 8 × 8
 * @param tables see jpeg_bits.ts
 * @param out room for 512 bytes a block
 * @returns bytes written
 */
export function jpegRow(
  pixels: usize, stride: usize, width: i32, height: i32, averaged: bool, tables: usize, out: usize,
): usize {
  const side = averaged ? 16 : 8;
  pad(pixels, stride, width, height, side);
  jpegBegin(tables, out);
  const step = <usize>side * 4;
  for (let at = pixels, end = pixels + stride; at < end; at += step) {
    if (averaged) averagedMcu(at, stride);
    else fullMcu(at, stride);
  }
  return jpegEnd() - out;
}

function averagedMcu(at: usize, stride: usize): void {
  const below = at + 8 * stride;
  const flat = isFlat(at, stride, 16, 4);
  if (flat) {
    for (let block = 0; block < 4; block++) jpegFlatBlock(0, flatLuma(at));
    jpegFlatBlock(1, flatBlue(at));
    jpegFlatBlock(2, flatRed(at));
    return;
  }
  lumaBlock(at, stride);
  lumaBlock(at + 32, stride);
  lumaBlock(below, stride);
  lumaBlock(below + 32, stride);
  blueAverages(at, stride);
  jpegTransform();
  jpegBlock(1);
  redAverages(at, stride);
  jpegTransform();
  jpegBlock(2);
}

function fullMcu(at: usize, stride: usize): void {
  if (isFlat(at, stride, 8, 2)) {
    jpegFlatBlock(0, flatLuma(at));
    jpegFlatBlock(1, flatBlue(at));
    jpegFlatBlock(2, flatRed(at));
    return;
  }
  lumas(at, stride);
  jpegTransform();
  jpegBlock(0);
  blues(at, stride);
  jpegTransform();
  jpegBlock(1);
  reds(at, stride);
  jpegTransform();
  jpegBlock(2);
}

function lumaBlock(at: usize, stride: usize): void {
  if (isFlat(at, stride, 8, 2)) {
    jpegFlatBlock(0, flatLuma(at));
    return;
  }
  lumas(at, stride);
  jpegTransform();
  jpegBlock(0);
}

/** Fills what the picture lacks of its last MCUs with the pixels at its edge: those cost the fewest bytes. */
function pad(pixels: usize, stride: usize, width: i32, height: i32, side: i32): void {
  for (let y = 0; y < height; y++) {
    const row = pixels + <usize>y * stride;
    const last = load<u32>(row + <usize>(width - 1) * 4);
    for (let at = row + <usize>width * 4; at < row + stride; at += 4) store<u32>(at, last);
  }
  const edge = pixels + <usize>(height - 1) * stride;
  for (let y = height; y < side; y++) memory.copy(pixels + <usize>y * stride, edge, stride);
}
