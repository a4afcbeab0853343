/** The edges of what moved: lines of the new picture that equal the old one under a displacement. */

const COLOUR_BITS: u32 = 0x00ffffff;

/**
 * How many rows, from row `y` on, are equal under a displacement, one after the other.
 * The caller keeps them, and where they come from, inside the picture.
 *
 * @param step 1 downwards, -1 upwards
 * @param limit rows to try at most
 */
export function motionEqualRows(
  frame: usize, reference: usize, width: i32, dx: i32, dy: i32,
  x: i32, y: i32, w: i32, step: i32, limit: i32,
): i32 {
  for (let count = 0; count < limit; count++) {
    const row = y + count * step;
    const a = frame + <usize>(row * width + x) * 4;
    const b = reference + <usize>((row - dy) * width + x - dx) * 4;
    if (!rowEqual(a, b, w)) return count;
  }
  return limit;
}

function rowEqual(a: usize, b: usize, count: i32): bool {
  const mask = i32x4.splat(COLOUR_BITS);
  let i = 0;
  for (; i + 4 <= count; i += 4, a += 16, b += 16) {
    if (v128.any_true(v128.and(v128.xor(v128.load(a), v128.load(b)), mask))) return false;
  }
  for (; i < count; i++, a += 4, b += 4) {
    if ((load<u32>(a) ^ load<u32>(b)) & COLOUR_BITS) return false;
  }
  return true;
}

/** The same for columns, from column `x` on; step 1 to the right, -1 to the left. */
export function motionEqualColumns(
  frame: usize, reference: usize, width: i32, dx: i32, dy: i32,
  x: i32, y: i32, h: i32, step: i32, limit: i32,
): i32 {
  // Row by row, as the pixels lie in memory: the row that differs first decides.
  for (let row = y; row < y + h && limit > 0; row++) {
    const a = frame + <usize>(row * width + x) * 4;
    const b = reference + <usize>((row - dy) * width + x - dx) * 4;
    limit = step > 0 ? equalToRight(a, b, limit) : equalToLeft(a, b, limit);
  }
  return limit;
}

/** How many pixels from `a` and `b` on are equal, `limit` at most. */
function equalToRight(a: usize, b: usize, limit: i32): i32 {
  let count = 0;
  for (; count + 4 <= limit; count += 4, a += 16, b += 16) {
    const lanes = differingLanes(a, b);
    if (lanes != 0) return count + ctz(lanes);
  }
  for (; count < limit; count++, a += 4, b += 4) {
    if ((load<u32>(a) ^ load<u32>(b)) & COLOUR_BITS) break;
  }
  return count;
}

/** The same backwards. */
function equalToLeft(a: usize, b: usize, limit: i32): i32 {
  let count = 0;
  for (; count + 4 <= limit; count += 4, a -= 16, b -= 16) {
    const lanes = differingLanes(a - 12, b - 12);
    if (lanes != 0) return count + clz(lanes) - 28;
  }
  for (; count < limit; count++, a -= 4, b -= 4) {
    if ((load<u32>(a) ^ load<u32>(b)) & COLOUR_BITS) break;
  }
  return count;
}

/** One bit for each of four pixels. */
// @ts-ignore: decorator
@inline
function differingLanes(a: usize, b: usize): i32 {
  const bits = v128.and(v128.xor(v128.load(a), v128.load(b)), i32x4.splat(COLOUR_BITS));
  return i32x4.bitmask(i32x4.ne(bits, i32x4.splat(0)));
}
