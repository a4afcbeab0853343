/**
 * The lossy coder's levels: where the last one of an 8 × 8 block is, then each one from there back to the
 * first, in the context of those already known to its right and below it.
 *
 * High frequencies come first because they tell about the low ones: where the neighbours are large, so
 * is the level. A level is coded as: is it 0; how many bits its size has; those bits; its sign.
 */
import { LEVEL_ROW } from "./lossy_levels";
import { codeBit, codeTree, resetCells } from "./range_coder";

/** Diagonals: row and column (v × 8 + u) of each level, from low to high frequencies. */
const ORDER: usize = memory.data<u8>([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
  13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52,
  45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
]);
/** A step's class by u + v. */
const ZONES: i32 = 6;
const ZONE: usize = memory.data<u8>([0, 1, 2, 3, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5]);
/** Classes of the neighbours' sum, for "is it 0" and for the size. */
const NEAR: i32 = 7;
const LARGEST_BITS: i32 = 14;

/** All by plane: the place of the last level; P(not 0); P(more bits); the highest bit below the leading one. */
const LAST: usize = memory.data(3 * 64 * 4, 16);
const PRESENT: usize = memory.data(3 * 6 * 7 * 4, 16);
const MORE: usize = memory.data(3 * 3 * 7 * 16 * 4, 16);
const FIRST: usize = memory.data(3 * 16 * 4, 16);
/** Further bits of the size, by how many there are; the sign. */
const REST: usize = memory.data(16 * 4, 16);
const SIGN: usize = memory.data(4, 16);

export function resetCoefficients(): void {
  resetCells(LAST, 3 * 64);
  resetCells(PRESENT, 3 * ZONES * NEAR);
  resetCells(MORE, 3 * 3 * NEAR * 16);
  resetCells(FIRST, 3 * 16);
  resetCells(REST, 16);
  resetCells(SIGN, 1);
}

// @ts-ignore: decorator
@inline
function size(at: usize, offset: usize): i32 {
  return abs<i32>(<i32>load<i16>(at + offset));
}

/** Codes the levels at `levels`; at least one must not be 0. Those to be decoded must be 0 before. */
export function codeLevels<D>(plane: i32, levels: usize): void {
  let last: u32 = 0;
  if (!isSigned<D>()) {
    last = 63;
    while (load<i16>(place(levels, last)) == 0) last--;
  }
  last = codeTree<D>(LAST + <usize>(plane * 64 * 4), 6, last);
  for (let i = <i32>last; i >= 0; i--) {
    const order = <i32>load<u8>(ORDER + <usize>i);
    const at = place(levels, i);
    const right = size(at, 2);
    const below = size(at, LEVEL_ROW);
    const across = size(at, LEVEL_ROW + 2);
    const farRight = size(at, 4);
    const farBelow = size(at, 2 * LEVEL_ROW);
    const zone = <i32>load<u8>(ZONE + <usize>((order >> 3) + (order & 7)));
    let level: i32 = 0;
    if (!isSigned<D>()) level = load<i16>(at);
    if (i != <i32>last) {
      const near = min(right, 2) + min(below, 2) + min(across, 2) + min(farRight, 2) +
        min(farBelow, 2);
      const cell = PRESENT + <usize>((plane * ZONES + zone) * NEAR + min(near, NEAR - 1)) * 4;
      if (!codeBit<D>(cell, level != 0)) continue;
    }
    const sum = right + below + across + farRight + farBelow;
    // 0, 1, 2, 3 and 4, 5 to 8, 9 to 16, above
    const near = sum < 3 ? sum : min(32 - clz<i32>(sum - 1) + 1, NEAR - 1);
    const cells = MORE + <usize>(((plane * 3 + min(zone, 2)) * NEAR + near) * 16) * 4;
    store<i16>(at, <i16>codeLevel<D>(plane, cells, level));
  }
}

// @ts-ignore: decorator
@inline
function place(levels: usize, i: i32): usize {
  const order = <usize>load<u8>(ORDER + <usize>i);
  return levels + (order >> 3) * LEVEL_ROW + (order & 7) * 2;
}

/** A level that is not 0: the number of bits of its size one by one, the bits below the leading one, the sign. */
function codeLevel<D>(plane: i32, cells: usize, level: i32): i32 {
  const magnitude = abs(level);
  const target = 32 - clz<i32>(magnitude);
  let bits = 1;
  while (bits < LARGEST_BITS && codeBit<D>(cells + <usize>bits * 4, target > bits)) bits++;
  let result: i32 = 1;
  for (let i = bits - 2; i >= 0; i--) {
    const cell = i == bits - 2 ? FIRST + <usize>(plane * 16 + bits) * 4 : REST + <usize>i * 4;
    result = result << 1 | <i32>codeBit<D>(cell, (magnitude >> i & 1) != 0);
  }
  return codeBit<D>(SIGN, level < 0) ? -result : result;
}
