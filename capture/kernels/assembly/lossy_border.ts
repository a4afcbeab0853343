/**
 * The pixels around a block that already show the new picture, for predictions from them: outside the block
 * they stand on the canvas, inside it in `RESULT`. Only pixels of the rectangle count.
 */
import { BLOCK, BLOCK_PLANE, BLOCK_ROW, RESULT, splitPixel } from "./lossy_planes";
import { ABOVE, LEFT } from "./lossy_predict";

/** Per plane: the corner and 16 pixels above the block; 16 to its left. */
const CANVAS_ABOVE: usize = memory.data(3 * 64, 16);
const CANVAS_LEFT: usize = memory.data(3 * 64, 16);
const SET: usize = 64;

let origin: usize = 0;
let line: usize = 0;
let hasAbove: bool = false;
let hasLeft: bool = false;
let columns: i32 = 0;
let rows: i32 = 0;

/**
 * Says which block the following is about.
 * @param at address of its first pixel on the canvas, which is `width` wide
 * @param above,left there are pixels of the rectangle there
 * @param w,h how much of the block lies in the rectangle
 */
export function setPlace(at: usize, width: i32, above: bool, left: bool, w: i32, h: i32): void {
  origin = at;
  line = <usize>width * 4;
  hasAbove = above;
  hasLeft = left;
  columns = w;
  rows = h;
}

/** Reads the block's surroundings; beyond the rectangle's edge the last pixel is repeated. */
export function takeBorder(): void {
  for (let i = 0; i < BLOCK; i++) {
    const at = <usize>i * 2;
    if (hasAbove) {
      const from = origin - line + <usize>min(i, columns - 1) * 4;
      splitPixel(load<u32>(from), CANVAS_ABOVE + 2 + at, SET);
    }
    if (hasLeft) {
      splitPixel(load<u32>(origin + <usize>min(i, rows - 1) * line - 4), CANVAS_LEFT + at, SET);
    }
  }
  if (hasAbove && hasLeft) splitPixel(load<u32>(origin - line - 4), CANVAS_ABOVE, SET);
}

/**
 * Fills `ABOVE` and `LEFT` for the part of the block at `px`, `py` (0 or 8), `side` wide. Where there is
 * nothing above, the uppermost left pixel is repeated; where nothing is to the left, the leftmost above;
 * where there is neither, it is medium grey.
 */
export function setBorder(plane: i32, px: i32, py: i32, side: i32): void {
  const above = hasAbove || py > 0;
  const left = hasLeft || px > 0;
  const result = RESULT + <usize>plane * BLOCK_PLANE;
  const canvasAbove = CANVAS_ABOVE + <usize>plane * SET;
  const canvasLeft = CANVAS_LEFT + <usize>plane * SET;
  const grey: i16 = plane == 0 ? 128 : 0;
  for (let i = 0; i < side; i++) {
    if (above) {
      const from = py > 0
        ? result + <usize>(py - 1) * BLOCK_ROW + <usize>(px + i) * 2
        : canvasAbove + 2 + <usize>(px + i) * 2;
      store<i16>(ABOVE + 2 + <usize>i * 2, load<i16>(from));
    }
    if (left) {
      const from = px > 0
        ? result + <usize>(py + i) * BLOCK_ROW + <usize>(px - 1) * 2
        : canvasLeft + <usize>(py + i) * 2;
      store<i16>(LEFT + <usize>i * 2, load<i16>(from));
    }
  }
  const firstAbove = above ? load<i16>(ABOVE + 2) : left ? load<i16>(LEFT) : grey;
  const firstLeft = left ? load<i16>(LEFT) : firstAbove;
  for (let i = 0; i < side; i++) {
    if (!above) store<i16>(ABOVE + 2 + <usize>i * 2, firstAbove);
    if (!left) store<i16>(LEFT + <usize>i * 2, firstLeft);
  }
  store<i16>(ABOVE, above && left ? corner(plane, px, py) : firstAbove);
}

function corner(plane: i32, px: i32, py: i32): i16 {
  if (px > 0 && py > 0) {
    return load<i16>(
      RESULT + <usize>plane * BLOCK_PLANE + <usize>(py - 1) * BLOCK_ROW + <usize>(px - 1) * 2,
    );
  }
  if (py > 0) return load<i16>(CANVAS_LEFT + <usize>plane * SET + <usize>(py - 1) * 2);
  return load<i16>(CANVAS_ABOVE + <usize>plane * SET + <usize>px * 2);
}
