/**
 * The lossy encoder's search for where a block was in the old picture: first where its neighbours' vectors
 * point, then wider and narrower circles, at last by halves and quarters of a pixel. A vector costs what it
 * misses plus what its bits are worth.
 */
import { BLOCK_ROW, oldAt, oldRow, SOURCE } from "./lossy_planes";
import { limitX, limitY, predictFromOld } from "./lossy_predict";

/** Luma of a block as a vector predicts it. */
const TRIAL: usize = memory.data(512, 16);

export let bestX: i32 = 0;
export let bestY: i32 = 0;
export let bestCost: i32 = 0;
/** The part of the cost that is difference. */
export let bestMiss: i32 = 0;

let x: i32 = 0;
let y: i32 = 0;
let side: i32 = 16;
let source: usize = 0;
let expectedX: i32 = 0;
let expectedY: i32 = 0;
/** What a bit is worth, in sums of differences, times 16. */
let bitCost: i32 = 0;

/** Begins a search for the part of `SOURCE` at `px`, `py` (0 or 8) of the block at `bx`, `by`. */
export function startSearch(
  bx: i32, by: i32, px: i32, py: i32, partSide: i32, likelyX: i32, likelyY: i32, bitWorth: i32,
): void {
  x = bx + px;
  y = by + py;
  side = partSide;
  source = SOURCE + <usize>py * BLOCK_ROW + <usize>px * 2;
  expectedX = likelyX;
  expectedY = likelyY;
  bitCost = bitWorth;
  bestCost = i32.MAX_VALUE;
}

// @ts-ignore: decorator
@inline
function bitsOf(difference: i32): i32 {
  return difference == 0 ? 1 : 2 * (32 - clz<i32>(abs(difference))) + 1;
}

/** Sum of absolute differences between the source and `from`. */
export function miss(sourceAt: usize, from: usize, fromRow: usize, rows: i32): i32 {
  let sum = i16x8.splat(0);
  for (let row = 0; row < rows; row++) {
    const a = sourceAt + <usize>row * BLOCK_ROW;
    const b = from + <usize>row * fromRow;
    sum = i16x8.add(sum, i16x8.abs(i16x8.sub(v128.load(a), v128.load(b))));
    if (rows == 16) {
      sum = i16x8.add(sum, i16x8.abs(i16x8.sub(v128.load(a, 16), v128.load(b, 16))));
    }
  }
  const wide = i32x4.extadd_pairwise_i16x8_u(sum);
  return i32x4.extract_lane(wide, 0) + i32x4.extract_lane(wide, 1) +
    i32x4.extract_lane(wide, 2) + i32x4.extract_lane(wide, 3);
}

/** Looks at one vector. */
export function tryVector(toX: i32, toY: i32): bool {
  const vx = limitX(toX, x);
  const vy = limitY(toY, y);
  let missed: i32;
  if ((vx | vy) & 3) {
    predictFromOld(0, x, y, side, vx, vy, TRIAL);
    missed = miss(source, TRIAL, BLOCK_ROW, side);
  } else {
    missed = miss(source, oldAt(0, x + (vx >> 2), y + (vy >> 2)), oldRow, side);
  }
  const cost = missed + (bitCost * (bitsOf(vx - expectedX) + bitsOf(vy - expectedY)) >> 4);
  if (cost >= bestCost) return false;
  bestCost = cost;
  bestMiss = missed;
  bestX = vx;
  bestY = vy;
  return true;
}

/** Looks `distance` (quarters of a pixel) around the best vector in eight directions. */
function tryAround(distance: i32): bool {
  const cx = bestX;
  const cy = bestY;
  let better = tryCross(distance);
  if (tryVector(cx - distance, cy - distance)) better = true;
  if (tryVector(cx + distance, cy - distance)) better = true;
  if (tryVector(cx - distance, cy + distance)) better = true;
  if (tryVector(cx + distance, cy + distance)) better = true;
  return better;
}

/** The same in four. */
function tryCross(distance: i32): bool {
  const cx = bestX;
  const cy = bestY;
  let better = tryVector(cx - distance, cy);
  if (tryVector(cx + distance, cy)) better = true;
  if (tryVector(cx, cy - distance)) better = true;
  if (tryVector(cx, cy + distance)) better = true;
  return better;
}

/** Whole pixels: circles from `widest` pixels inwards, then step by step downhill. */
export function searchWide(widest: i32): void {
  tryVector((bestX + 2) & ~3, (bestY + 2) & ~3);
  if ((bestX | bestY) & 3) return;
  for (let distance = widest; distance > 1; distance >>= 1) tryAround(distance * 4);
  for (let i = 0; i < 8 && tryCross(4); i++);
}

/** Halves, then quarters. */
export function searchNarrow(): void {
  tryAround(2);
  tryAround(1);
}
