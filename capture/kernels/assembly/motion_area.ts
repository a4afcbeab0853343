/**
 * Where content moved: for one displacement, the rectangles of the new picture that equal the old one.
 *
 * The picture is a grid of 8 × 8 cells. For a displacement each cell is compared whole: it is *equal*
 * when all its pixels are found in the old picture, that far away. The best rectangle of equal cells
 * is the one with the most *work* in it: cells that differ from what the viewer shows there now, and in them,
 * above all, *busy* pixels, which differ from their left and upper neighbours. (Flat areas and straight lines
 * cost nearly nothing to send.) `motionEqualRows` and `motionEqualColumns` then find the edges to the pixel.
 *
 * Cells at the right and lower edge of the picture that are not whole do not count; rectangles grow into them.
 */

const COLOUR_BITS: u32 = 0x00ffffff;

/** Side of a cell in pixels. */
export const CELL: i32 = 8;
/** The work of a busy pixel, in units of that of a changed cell. */
const BUSY_WORK: i32 = 3;
/** The work of a cell that has not been looked at yet. */
const UNKNOWN: u8 = 255;

let width: i32 = 0;
let height: i32 = 0;
let across: i32 = 0;
let down: i32 = 0;
/** One byte a cell: its work, 0 to 193, or `UNKNOWN`. */
let work: usize = 0;
/** One byte a cell: 1 when a copy covers any part of it. */
let taken: usize = 0;
/** One byte a cell: 1 when equal under the displacement compared last. */
let equal: usize = 0;
/** The work above and to the left of each cell corner of the box compared last, u32. */
let sums: usize = 0;
let sumsAcross: i32 = 0;
/** Per column of cells: how many equal cells end here, going down. */
let heights: usize = 0;
/** Open rectangles of a row: { first column i32, height i32 } each. */
let stack: usize = 0;

/** Bytes that `motionAreaBegin` wants at its address. */
export function motionAreaBytes(pictureWidth: i32, pictureHeight: i32): i32 {
  const columns = pictureWidth / CELL;
  const rows = pictureHeight / CELL;
  return columns * rows * 3 + 16 + (columns + 1) * (rows + 1) * 4 + (columns + 1) * 12;
}

/** Forgets what is taken; `memory` has the bytes of `motionAreaBytes`. */
export function motionAreaBegin(memoryAddress: usize, pictureWidth: i32, pictureHeight: i32): void {
  width = pictureWidth;
  height = pictureHeight;
  across = width / CELL;
  down = height / CELL;
  const cells = <usize>(across * down);
  work = memoryAddress;
  taken = work + cells;
  equal = taken + cells;
  sums = (equal + cells + 15) & ~(<usize>15);
  heights = sums + <usize>((across + 1) * (down + 1)) * 4;
  stack = heights + <usize>(across + 1) * 4;
  memory.fill(work, UNKNOWN, cells);
  memory.fill(taken, 0, cells);
}

/**
 * Compares the cells of a box, given in cells (right and bottom exclusive, within the grid).
 * @returns the work in all equal cells
 */
export function motionCompare(
  frame: usize, reference: usize, dx: i32, dy: i32, left: i32, top: i32, right: i32, bottom: i32,
): u32 {
  sumsAcross = right - left + 1;
  memory.fill(sums, 0, <usize>sumsAcross * 4);
  const offset = (dy * width + dx) * 4;
  for (let row = top; row < bottom; row++) {
    const sourceTop = row * CELL - dy;
    const rowInside = sourceTop >= 0 && sourceTop + CELL <= height;
    let sum = sums + <usize>((row - top + 1) * sumsAcross) * 4;
    const above = <usize>sumsAcross * 4;
    let rowSum: u32 = 0;
    store<u32>(sum, 0);
    for (let column = left; column < right; column++) {
      const cell = <usize>(row * across + column);
      const sourceLeft = column * CELL - dx;
      let same = rowInside && sourceLeft >= 0 && sourceLeft + CELL <= width && !load<u8>(taken + cell);
      if (same) {
        const at = frame + <usize>(row * CELL * width + column * CELL) * 4;
        same = cellEqual(at, reference + (at - frame) - offset);
        if (same) {
          if (load<u8>(work + cell) == UNKNOWN) {
            store<u8>(work + cell, workOf(at, reference + (at - frame)));
          }
          rowSum += load<u8>(work + cell);
        }
      }
      store<u8>(equal + cell, <u8>same);
      sum += 4;
      store<u32>(sum, rowSum + load<u32>(sum - above));
    }
  }
  return load<u32>(sums + <usize>((bottom - top) * sumsAcross + right - left) * 4);
}

/** True when 8 × 8 pixels have the same colours. */
// @ts-ignore: decorator
@inline
function cellEqual(a: usize, b: usize): bool {
  const pitch = <usize>width * 4;
  const mask = i32x4.splat(COLOUR_BITS);
  if (v128.any_true(v128.and(rowsDiffer(a, b, pitch), mask))) return false;
  let differs = rowsDiffer(a + 2 * pitch, b + 2 * pitch, pitch);
  differs = v128.or(differs, rowsDiffer(a + 4 * pitch, b + 4 * pitch, pitch));
  differs = v128.or(differs, rowsDiffer(a + 6 * pitch, b + 6 * pitch, pitch));
  return !v128.any_true(v128.and(differs, mask));
}

/** The differing bits of two rows of 8 pixels, or-ed. */
// @ts-ignore: decorator
@inline
function rowsDiffer(a: usize, b: usize, pitch: usize): v128 {
  return v128.or(
    v128.or(
      v128.xor(v128.load(a), v128.load(b)),
      v128.xor(v128.load(a, 16), v128.load(b, 16)),
    ),
    v128.or(
      v128.xor(v128.load(a + pitch), v128.load(b + pitch)),
      v128.xor(v128.load(a + pitch, 16), v128.load(b + pitch, 16)),
    ),
  );
}

/**
 * The work in a cell: 0 if nothing changed; 1, and `BUSY_WORK` for each busy pixel, if something did. An
 * estimate from every second row.
 */
function workOf(at: usize, reference: usize): u8 {
  const pitch = <usize>width * 4;
  const mask = i32x4.splat(COLOUR_BITS);
  let anyChanged = i32x4.splat(0);
  let counts = i32x4.splat(0);
  for (let row = 1; row < CELL; row += 2) {
    const p = at + <usize>row * pitch;
    const q = reference + <usize>row * pitch;
    const left = differing(v128.load(p), v128.load(q), mask);
    const right = differing(v128.load(p, 16), v128.load(q, 16), mask);
    anyChanged = v128.or(anyChanged, v128.or(left, right));
    counts = i32x4.add(counts, v128.and(left, busy(p, pitch, mask)));
    counts = i32x4.add(counts, v128.and(right, busy(p + 16, pitch, mask)));
  }
  if (!v128.any_true(anyChanged)) return 0;
  // Lanes of a comparison are -1.
  const pixels = -2 * (
    i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1) +
    i32x4.extract_lane(counts, 2) + i32x4.extract_lane(counts, 3)
  );
  return <u8>(1 + pixels * BUSY_WORK);
}

/** Which of four pixels are busy; in the first column the last one of the row above stands in as neighbour. */
// @ts-ignore: decorator
@inline
function busy(at: usize, pitch: usize, mask: v128): v128 {
  const pixels = v128.load(at);
  return v128.and(
    differing(pixels, v128.load(at - 4), mask),
    differing(pixels, v128.load(at - pitch), mask),
  );
}

// @ts-ignore: decorator
@inline
function differing(a: v128, b: v128, mask: v128): v128 {
  return i32x4.ne(v128.and(v128.xor(a, b), mask), i32x4.splat(0));
}

/**
 * The rectangle of equal cells with the most work, in the box that `motionCompare` was given.
 *
 * All maximal rectangles are looked at: in each row, the columns' runs of equal cells are a skyline, and the
 * rectangles under it are found with a stack of those still open (the textbook "largest rectangle
 * in a histogram"), each weighed by its sum of work.
 *
 * @param out four i32: left, top, right, bottom in cells (right and bottom exclusive)
 * @returns its work; 0 for none
 */
export function motionBestRect(left: i32, top: i32, right: i32, bottom: i32, out: usize): u32 {
  memory.fill(heights, 0, <usize>(right - left + 1) * 4);
  let most: u32 = 0;
  for (let row = top; row < bottom; row++) {
    const cells = equal + <usize>(row * across);
    let open = 0;
    for (let column = left; column <= right; column++) {
      const count = heights + <usize>(column - left) * 4;
      // Beyond the last column lies one of height 0 that closes all.
      const tall = column < right && load<u8>(cells + column) ? load<i32>(count) + 1 : 0;
      store<i32>(count, tall);
      let first = column;
      while (open > 0) {
        const entry = stack + <usize>(open - 1) * 8;
        const openHeight = load<i32>(entry, 4);
        if (openHeight < tall) break;
        open--;
        first = load<i32>(entry);
        if (openHeight == tall) break;
        const sum = workIn(first - left, row + 1 - openHeight - top, column - left, row + 1 - top);
        if (sum > most) {
          most = sum;
          store<i32>(out, first);
          store<i32>(out, row + 1 - openHeight, 4);
          store<i32>(out, column, 8);
          store<i32>(out, row + 1, 12);
        }
      }
      if (tall > 0) {
        const entry = stack + <usize>open * 8;
        store<i32>(entry, first);
        store<i32>(entry, tall, 4);
        open++;
      }
    }
  }
  return most;
}

/** The work in a rectangle of equal cells; coordinates within the box, right and bottom exclusive. */
// @ts-ignore: decorator
@inline
function workIn(left: i32, top: i32, right: i32, bottom: i32): u32 {
  const upper = sums + <usize>(top * sumsAcross) * 4;
  const lower = sums + <usize>(bottom * sumsAcross) * 4;
  return load<u32>(lower + <usize>right * 4) - load<u32>(lower + <usize>left * 4) -
    load<u32>(upper + <usize>right * 4) + load<u32>(upper + <usize>left * 4);
}

/** Cells that a rectangle of pixels touches are no longer free, nor equal. */
export function motionTake(x: i32, y: i32, w: i32, h: i32): void {
  const left = x / CELL;
  const right = min((x + w + CELL - 1) / CELL, across);
  const bottom = min((y + h + CELL - 1) / CELL, down);
  if (left >= right) return;
  for (let row = y / CELL; row < bottom; row++) {
    memory.fill(taken + <usize>(row * across + left), 1, <usize>(right - left));
    memory.fill(equal + <usize>(row * across + left), 0, <usize>(right - left));
  }
}
