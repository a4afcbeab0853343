/**
 * What the lossy coder expects in a block before it is told better: the old picture, displaced by a vector
 * in quarters of a pixel, or a continuation of the pixels above and to the left.
 */
import { BLOCK_ROW, oldAt, oldRow, paddedHeight, paddedWidth } from "./lossy_planes";

/** How far a displaced block may begin outside the (padded) rectangle. */
const REACH: i32 = 24;
/** Rows of 16 that have been interpolated sideways: two above the block, three below. */
const SIDEWAYS: usize = memory.data(21 * 32, 16);

/** The nearest component, in quarters of a pixel and 16 bits, that keeps a block at `position` within the margin. */
// @ts-ignore: decorator
@inline
function limit(component: i32, position: i32, padded: i32): i32 {
  const most = (padded + REACH - 16 - position) * 4;
  return max(-32768, min(32767, max((-REACH - position) * 4, min(most, component))));
}

export function limitX(component: i32, x: i32): i32 {
  return limit(component, x, paddedWidth);
}

export function limitY(component: i32, y: i32): i32 {
  return limit(component, y, paddedHeight);
}

/**
 * Factors of the six pixels at -2 to 3 for each quarter, of 64. The sum of their sizes is at most 104, so sums
 * over pixels of -255 to 255 fit into 16 bits.
 */
const TAPS: usize = memory.data<i16>([
  0, 0, 64, 0, 0, 0,
  1, -5, 54, 17, -4, 1,
  2, -10, 40, 40, -10, 2,
  1, -4, 17, 54, -5, 1,
]);

// @ts-ignore: decorator
@inline
function tap(quarter: i32, i: i32): v128 {
  return v128.load16_splat(TAPS + <usize>(quarter * 6 + i) * 2);
}

/** Eight results of the filter over `from - 2 × next` to `from + 3 × next`, rounded and clamped. */
// @ts-ignore: decorator
@inline
function filter8(from: usize, next: usize, quarter: i32, lowest: v128): v128 {
  let sum = i16x8.splat(32);
  sum = i16x8.add(sum, i16x8.mul(v128.load(from - 2 * next), tap(quarter, 0)));
  sum = i16x8.add(sum, i16x8.mul(v128.load(from - next), tap(quarter, 1)));
  sum = i16x8.add(sum, i16x8.mul(v128.load(from), tap(quarter, 2)));
  sum = i16x8.add(sum, i16x8.mul(v128.load(from + next), tap(quarter, 3)));
  sum = i16x8.add(sum, i16x8.mul(v128.load(from + 2 * next), tap(quarter, 4)));
  sum = i16x8.add(sum, i16x8.mul(v128.load(from + 3 * next), tap(quarter, 5)));
  return i16x8.min_s(i16x8.max_s(i16x8.shr_s(sum, 6), lowest), i16x8.splat(255));
}

/**
 * Predicts `side` × `side` (8 or 16) pixels of one plane from the old picture.
 * @param x,y the block's place in the rectangle; its place plus the vector keeps within `REACH`
 * @param vx,vy quarters of a pixel
 * @param to rows of `BLOCK_ROW` bytes
 */
export function predictFromOld(
  plane: i32, x: i32, y: i32, side: i32, vx: i32, vy: i32, to: usize,
): void {
  const from = oldAt(plane, x + (vx >> 2), y + (vy >> 2));
  const qx = vx & 3;
  const qy = vy & 3;
  const lowest = i16x8.splat(plane == 0 ? 0 : -255);
  const columns = <usize>side * 2;
  if (qx == 0 && qy == 0) {
    for (let row = 0; row < side; row++) {
      for (let i: usize = 0; i < columns; i += 16) {
        v128.store(to + <usize>row * BLOCK_ROW + i, v128.load(from + <usize>row * oldRow + i));
      }
    }
    return;
  }
  if (qy == 0) {
    for (let row = 0; row < side; row++) {
      for (let i: usize = 0; i < columns; i += 16) {
        const at = from + <usize>row * oldRow + i;
        v128.store(to + <usize>row * BLOCK_ROW + i, filter8(at, 2, qx, lowest));
      }
    }
    return;
  }
  let rows = from;
  let rowBytes = oldRow;
  if (qx != 0) {
    for (let row = -2; row < side + 3; row++) {
      for (let i: usize = 0; i < columns; i += 16) {
        const at = from + <usize>row * oldRow + i;
        v128.store(SIDEWAYS + <usize>(row + 2) * BLOCK_ROW + i, filter8(at, 2, qx, lowest));
      }
    }
    rows = SIDEWAYS + 2 * BLOCK_ROW;
    rowBytes = BLOCK_ROW;
  }
  for (let row = 0; row < side; row++) {
    for (let i: usize = 0; i < columns; i += 16) {
      const at = rows + <usize>row * rowBytes + i;
      v128.store(to + <usize>row * BLOCK_ROW + i, filter8(at, rowBytes, qy, lowest));
    }
  }
}

/** Ways to go on from the border pixels. */
export const SMOOTH: i32 = 0;
const DOWN: i32 = 1;
const ACROSS: i32 = 2;
export const GRADIENT: i32 = 3;

/** The border of the block to be predicted, i16: [0] the corner, [1 …] the row above; the column to the left. */
export const ABOVE: usize = memory.data(2 * 17 + 14, 16);
export const LEFT: usize = memory.data(2 * 16, 16);

/**
 * Predicts `side` × `side` (8 or 16) pixels from the border in `ABOVE` and `LEFT`.
 * @param to rows of `BLOCK_ROW` bytes
 */
export function predictFromBorder(mode: i32, side: i32, lowest: i32, to: usize): void {
  const corner = <i32>load<i16>(ABOVE);
  const farAbove = <i32>load<i16>(ABOVE + <usize>side * 2);
  const farLeft = <i32>load<i16>(LEFT + <usize>(side - 1) * 2);
  const shift = side == 8 ? 4 : 5;
  for (let row = 0; row < side; row++) {
    const left = <i32>load<i16>(LEFT + <usize>row * 2);
    const line = to + <usize>row * BLOCK_ROW;
    for (let i = 0; i < side; i++) {
      const above = <i32>load<i16>(ABOVE + <usize>i * 2, 2);
      let value: i32;
      if (mode == SMOOTH) {
        value = ((side - 1 - i) * left + (i + 1) * farAbove + (side - 1 - row) * above +
          (row + 1) * farLeft + side) >> shift;
      } else if (mode == DOWN) {
        value = above;
      } else if (mode == ACROSS) {
        value = left;
      } else {
        value = max(lowest, min(255, left + above - corner));
      }
      store<i16>(line + <usize>i * 2, <i16>value);
    }
  }
}
