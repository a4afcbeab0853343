/**
 * The lossy coder's displacements: what the neighbours' make likely, and the difference from that.
 *
 * Vectors are in quarters of a pixel; a block has one for all or one for each of its four parts. Blocks without
 * count as (0, 0).
 */
import { codeBit, resetCells } from "./range_coder";

/** Columns of blocks that a rectangle has at most, and one more. */
const COLUMNS: i32 = 16384 / 16 + 2;
/** { x i16, y i16 } of the lower left part of the blocks above, by column; of the upper right part of the left one. */
const ABOVE: usize = memory.data((16384 / 16 + 2) * 4, 16);
const LEFT: usize = memory.data(4, 16);
/** The four of this block. */
const OWN: usize = memory.data(4 * 4, 16);

/** By component: P(0) by how far the neighbours disagree; P(more bits); its bits by number; the sign. */
const ZERO: usize = memory.data(2 * 3 * 4, 16);
const MORE: usize = memory.data(2 * 3 * 32 * 4, 16);
const FIRST: usize = memory.data(2 * 32 * 4, 16);
const REST: usize = memory.data(32 * 4, 16);
const NEGATIVE: usize = memory.data(2 * 4, 16);
/** A difference has at most 18 bits: vectors reach 16384 pixels either way. */
const LARGEST_BITS: i32 = 18;

/** What the next vector is coded against. */
export let likelyX: i32 = 0;
export let likelyY: i32 = 0;
let disagreement: i32 = 0;

export function resetVectors(): void {
  resetCells(ZERO, 2 * 3);
  resetCells(MORE, 2 * 3 * 32);
  resetCells(FIRST, 2 * 32);
  resetCells(REST, 32);
  resetCells(NEGATIVE, 2);
}

/** To be called before the first block of a patch, and before each row of blocks. */
export function startVectorRow(first: bool): void {
  if (first) memory.fill(ABOVE, 0, COLUMNS * 4);
  store<u32>(LEFT, 0);
}

// @ts-ignore: decorator
@inline
function median(a: i32, b: i32, c: i32): i32 {
  return max(min(a, b), min(max(a, b), c));
}

// @ts-ignore: decorator
@inline
function x(vector: usize): i32 {
  return load<i16>(vector);
}

// @ts-ignore: decorator
@inline
function y(vector: usize): i32 {
  return load<i16>(vector, 2);
}

/** Address of the vector to the left of this block, above it, above and to the right. */
export function vectorLeft(): usize {
  return LEFT;
}

export function vectorAbove(column: i32): usize {
  return ABOVE + <usize>column * 4;
}

export function vectorAboveRight(column: i32, isLast: bool): usize {
  return vectorAbove(isLast ? column : column + 1);
}

/** Predicts the first vector of the block in `column` from its neighbours. */
export function expectVector(column: i32, isFirstRow: bool, isLast: bool): void {
  const a = LEFT;
  const b = vectorAbove(column);
  const c = vectorAboveRight(column, isLast);
  likelyX = isFirstRow ? x(a) : median(x(a), x(b), x(c));
  likelyY = isFirstRow ? y(a) : median(y(a), y(b), y(c));
  const spread = abs(x(a) - x(b)) + abs(y(a) - y(b));
  disagreement = spread < 2 ? 0 : spread < 12 ? 1 : 2;
}

/** Predicts vector 1, 2 or 3 of a block from its first. */
export function expectAsFirst(): void {
  likelyX = x(OWN);
  likelyY = y(OWN);
}

/** What `codeVector` has coded. */
export let vectorX: i32 = 0;
export let vectorY: i32 = 0;

/** Codes a vector of this block. */
export function codeVector<D>(toX: i32, toY: i32): void {
  vectorX = likelyX + codeDifference<D>(0, toX - likelyX);
  vectorY = likelyY + codeDifference<D>(1, toY - likelyY);
}

function codeDifference<D>(component: i32, difference: i32): i32 {
  const context = component * 3 + disagreement;
  if (codeBit<D>(ZERO + <usize>context * 4, difference == 0)) return 0;
  const magnitude = abs(difference);
  const target = 32 - clz<i32>(magnitude);
  const cells = MORE + <usize>(context * 32 * 4);
  let bits = 1;
  while (bits < LARGEST_BITS && codeBit<D>(cells + <usize>bits * 4, target > bits)) bits++;
  let result: i32 = 1;
  for (let i = bits - 2; i >= 0; i--) {
    const cell = i == bits - 2 ? FIRST + <usize>(component * 32 + bits) * 4 : REST + <usize>i * 4;
    result = result << 1 | <i32>codeBit<D>(cell, (magnitude >> i & 1) != 0);
  }
  return codeBit<D>(NEGATIVE + <usize>component * 4, difference < 0) ? -result : result;
}

/** Notes vector `i` (0 to 3, row by row) of this block. */
export function setVector(i: i32, vx: i32, vy: i32): void {
  store<i16>(OWN + <usize>i * 4, <i16>vx);
  store<i16>(OWN + <usize>i * 4, <i16>vy, 2);
}

export function ownX(i: i32): i32 {
  return x(OWN + <usize>i * 4);
}

export function ownY(i: i32): i32 {
  return y(OWN + <usize>i * 4);
}

/** Makes this block's vectors those of a neighbour, for the blocks to come. */
export function passVectors(column: i32): void {
  store<u32>(LEFT, load<u32>(OWN, 4));
  store<u32>(vectorAbove(column), load<u32>(OWN, 8));
}
