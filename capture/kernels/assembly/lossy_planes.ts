/**
 * The lossy coder's pictures: three planes of i16, luma and two colour differences, and the way from BGRX
 * pixels to them and back.
 *
 * The colours are YCoCg-R (H. Malvar, G. Sullivan, "YCoCg-R: A Color Space with RGB Reversibility and Low
 * Dynamic Range"): four additions and two shifts each way, and what comes back is exact.
 *
 *     co = r - b;  t = b + (co >> 1);  cg = g - t;  y = t + (cg >> 1)       y 0 to 255, co and cg -255 to 255
 *
 * `OLD` is what the rectangle showed before the patch, with a margin in which its border pixels are repeated.
 * The others hold one block of 16 × 16: `SOURCE` what shall be shown, `PREDICTION`, `RESULT`.
 */

/** A block's side. */
export const BLOCK: i32 = 16;
/** Repeated border pixels on each side of `OLD`. */
const MARGIN: i32 = 32;
/** Pixels of one plane of `OLD`, margins included: enough for one row of blocks of the widest canvas. */
const CAPACITY: i32 = (16384 + 64) * (16 + 64);

const OLD: usize = memory.data(3 * 2 * (16384 + 64) * (16 + 64), 16);
/** Three planes of 16 × 16 each, one behind the other. */
export const SOURCE: usize = memory.data(3 * 512, 16);
export const PREDICTION: usize = memory.data(3 * 512, 16);
export const RESULT: usize = memory.data(3 * 512, 16);
/** Bytes of a plane of a block, and of one of its rows. */
export const BLOCK_PLANE: usize = 512;
export const BLOCK_ROW: usize = 32;

/** Bytes of a row of `OLD`. */
export let oldRow: usize = 0;
/** The rectangle's size, rounded up to whole blocks. */
export let paddedWidth: i32 = 0;
export let paddedHeight: i32 = 0;

// @ts-ignore: decorator
@inline
function padded(size: i32): i32 {
  return (size + BLOCK - 1) & ~(BLOCK - 1);
}

/** How many rows of pixels, a multiple of 16, `OLD` can hold of a rectangle that is `w` wide (at most 16384). */
export function rowsThatFit(w: i32): i32 {
  return (CAPACITY / (padded(w) + 2 * MARGIN) - 2 * MARGIN) & ~(BLOCK - 1);
}

/** Address of a pixel of the old picture's `plane`; -MARGIN <= x < paddedWidth + MARGIN, y likewise. */
// @ts-ignore: decorator
@inline
export function oldAt(plane: i32, x: i32, y: i32): usize {
  return OLD + <usize>(plane * CAPACITY * 2) + <usize>(y + MARGIN) * oldRow +
    <usize>((x + MARGIN) * 2);
}

/** Converts 8 pixels at `from`, BGRX, to each of the three planes. */
// @ts-ignore: decorator
@inline
function split8(from: usize, y: usize, co: usize, cg: usize): void {
  const p = v128.load(from);
  const q = v128.load(from, 16);
  const low = i32x4.splat(0xff);
  const b = i16x8.narrow_i32x4_s(v128.and(p, low), v128.and(q, low));
  const g = i16x8.narrow_i32x4_s(
    v128.and(i32x4.shr_u(p, 8), low), v128.and(i32x4.shr_u(q, 8), low),
  );
  const r = i16x8.narrow_i32x4_s(
    v128.and(i32x4.shr_u(p, 16), low), v128.and(i32x4.shr_u(q, 16), low),
  );
  const orange = i16x8.sub(r, b);
  const t = i16x8.add(b, i16x8.shr_s(orange, 1));
  const green = i16x8.sub(g, t);
  v128.store(y, i16x8.add(t, i16x8.shr_s(green, 1)));
  v128.store(co, orange);
  v128.store(cg, green);
}

/** Converts one pixel. */
// @ts-ignore: decorator
@inline
function split1(pixel: u32, y: usize, co: usize, cg: usize): void {
  const b = <i32>(pixel & 255);
  const orange = <i32>(pixel >> 16 & 255) - b;
  const t = b + (orange >> 1);
  const green = <i32>(pixel >> 8 & 255) - t;
  store<i16>(y, <i16>(t + (green >> 1)));
  store<i16>(co, <i16>orange);
  store<i16>(cg, <i16>green);
}

/** Takes the rectangle as it is on `canvas` as the old picture. */
export function takeOld(canvas: usize, width: i32, x: i32, y: i32, w: i32, h: i32): void {
  paddedWidth = padded(w);
  paddedHeight = padded(h);
  oldRow = <usize>(paddedWidth + 2 * MARGIN) * 2;
  for (let row = 0; row < h; row++) {
    const from = canvas + <usize>((y + row) * width + x) * 4;
    const luma = oldAt(0, 0, row);
    const orange = oldAt(1, 0, row);
    const green = oldAt(2, 0, row);
    let i = 0;
    for (; i + 8 <= w; i += 8) {
      const at = <usize>i * 2;
      split8(from + <usize>i * 4, luma + at, orange + at, green + at);
    }
    for (; i < w; i++) {
      const at = <usize>i * 2;
      split1(load<u32>(from + <usize>i * 4), luma + at, orange + at, green + at);
    }
  }
  for (let plane = 0; plane < 3; plane++) extend(plane, w, h);
}

/** Repeats the border pixels to the right and left, then the border rows above and below. */
function extend(plane: i32, w: i32, h: i32): void {
  for (let row = 0; row < h; row++) {
    const line = oldAt(plane, 0, row);
    const first = i16x8.splat(load<i16>(line));
    for (let i = 0; i < MARGIN; i += 8) v128.store(line - <usize>(MARGIN - i) * 2, first);
    const last = load<i16>(line + <usize>(w - 1) * 2);
    let i = w;
    for (; i & 7; i++) store<i16>(line + <usize>i * 2, last);
    for (; i < paddedWidth + MARGIN; i += 8) v128.store(line + <usize>i * 2, i16x8.splat(last));
  }
  const first = oldAt(plane, -MARGIN, 0);
  for (let row = 1; row <= MARGIN; row++) memory.copy(first - <usize>row * oldRow, first, oldRow);
  const last = oldAt(plane, -MARGIN, h - 1);
  const below = paddedHeight + MARGIN - h;
  for (let row = 1; row <= below; row++) memory.copy(last + <usize>row * oldRow, last, oldRow);
}

/** Converts up to 16 × 16 pixels of `frame` to `SOURCE`; the last column and row are repeated. */
export function takeSource(frame: usize, width: i32, x: i32, y: i32, w: i32, h: i32): void {
  for (let row = 0; row < BLOCK; row++) {
    const from = frame + <usize>((y + min(row, h - 1)) * width + x) * 4;
    const to = SOURCE + <usize>row * BLOCK_ROW;
    if (w == BLOCK) {
      split8(from, to, to + BLOCK_PLANE, to + 2 * BLOCK_PLANE);
      split8(from + 32, to + 16, to + BLOCK_PLANE + 16, to + 2 * BLOCK_PLANE + 16);
      continue;
    }
    for (let i = 0; i < BLOCK; i++) {
      const at = to + <usize>i * 2;
      const pixel = load<u32>(from + <usize>min(i, w - 1) * 4);
      split1(pixel, at, at + BLOCK_PLANE, at + 2 * BLOCK_PLANE);
    }
  }
}

/** Draws the first `w` columns and `h` rows of `RESULT` on the canvas. */
export function drawResult(canvas: usize, width: i32, x: i32, y: i32, w: i32, h: i32): void {
  for (let row = 0; row < h; row++) {
    const from = RESULT + <usize>row * BLOCK_ROW;
    const to = canvas + <usize>((y + row) * width + x) * 4;
    for (let i = 0; i < w; i += 8) {
      const at = from + <usize>i * 2;
      const orange = v128.load(at + BLOCK_PLANE);
      const green = v128.load(at + 2 * BLOCK_PLANE);
      const t = i16x8.sub(v128.load(at), i16x8.shr_s(green, 1));
      const blue = i16x8.sub(t, i16x8.shr_s(orange, 1));
      const g = clamp8(i16x8.add(green, t));
      const r = clamp8(i16x8.add(blue, orange));
      const bg = v128.or(clamp8(blue), i16x8.shl(g, 8));
      const low = v128.shuffle<i16>(bg, r, 0, 8, 1, 9, 2, 10, 3, 11);
      const high = v128.shuffle<i16>(bg, r, 4, 12, 5, 13, 6, 14, 7, 15);
      const pixels = to + <usize>i * 4;
      if (i + 8 <= w) {
        v128.store(pixels, low);
        v128.store(pixels, high, 16);
      } else {
        storePart(pixels, low, min(w - i, 4));
        storePart(pixels + 16, high, w - i - 4);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function clamp8(value: v128): v128 {
  return i16x8.min_s(i16x8.max_s(value, i16x8.splat(0)), i16x8.splat(255));
}

/** Stores the first `count` of four pixels. */
function storePart(to: usize, pixels: v128, count: i32): void {
  if (count > 0) store<u32>(to, i32x4.extract_lane(pixels, 0));
  if (count > 1) store<u32>(to, i32x4.extract_lane(pixels, 1), 4);
  if (count > 2) store<u32>(to, i32x4.extract_lane(pixels, 2), 8);
  if (count > 3) store<u32>(to, i32x4.extract_lane(pixels, 3), 12);
}

/** The three planes' values of a pixel that stands on the canvas, to `to` in each plane of a buffer. */
export function splitPixel(pixel: u32, to: usize, planeBytes: usize): void {
  split1(pixel, to, to + planeBytes, to + 2 * planeBytes);
}
