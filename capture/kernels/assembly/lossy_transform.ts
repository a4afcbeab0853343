/**
 * The lossy coder's transform: 8 × 8 differences to 64 coefficients and back.
 *
 * It is the 8 × 8 integer approximation of the cosine transform of ITU-T H.265 (8.6.4.2). Coefficients are 8
 * times those of the orthonormal transform, so that differences of -510 to 510 stay within 16 bits. Only the
 * way back must be the same everywhere; it is integers only, clamped to 16 bits after each pass.
 */

/** 64 differences or coefficients, and what lies between the passes. */
export const DIFFERENCES: usize = memory.data(128, 16);
const BETWEEN: usize = memory.data(128, 16);
/** One pass's results before they are narrowed: eight vectors for the left four columns, eight for the right. */
const SUMS: usize = memory.data(2 * 8 * 16, 16);

/** Turns the differences in `DIFFERENCES` into coefficients. */
export function transform(): void {
  forwardPass(DIFFERENCES, BETWEEN, 4);
  forwardPass(BETWEEN, DIFFERENCES, 8);
}

/** Turns the coefficients in `DIFFERENCES` into differences. */
export function restoreDifferences(): void {
  inversePass(DIFFERENCES, BETWEEN, 7);
  inversePass(BETWEEN, DIFFERENCES, 11);
}

/** Two i16 factors for `dot`. */
// @ts-ignore: decorator
@inline
function pair(a: i32, b: i32): v128 {
  return i32x4.splat((a & 0xffff) | b << 16);
}

// @ts-ignore: decorator
@inline
function low(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

// @ts-ignore: decorator
@inline
function high(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

// @ts-ignore: decorator
@inline
function dot2(ab: v128, f: v128, cd: v128, g: v128): v128 {
  return i32x4.add(i32x4.dot_i16x8_s(ab, f), i32x4.dot_i16x8_s(cd, g));
}

/** Four columns of one pass back, from coefficients in interleaved pairs. */
// @ts-ignore: decorator
@inline
function inverseHalf(c04: v128, c26: v128, c13: v128, c57: v128, shift: i32, to: usize): void {
  const round = i32x4.splat(1 << (shift - 1));
  const sum = i32x4.add(i32x4.dot_i16x8_s(c04, pair(64, 64)), round);
  const difference = i32x4.add(i32x4.dot_i16x8_s(c04, pair(64, -64)), round);
  const a = i32x4.dot_i16x8_s(c26, pair(83, 36));
  const b = i32x4.dot_i16x8_s(c26, pair(36, -83));
  const e0 = i32x4.add(sum, a);
  const e3 = i32x4.sub(sum, a);
  const e1 = i32x4.add(difference, b);
  const e2 = i32x4.sub(difference, b);
  const o0 = dot2(c13, pair(89, 75), c57, pair(50, 18));
  const o1 = dot2(c13, pair(75, -18), c57, pair(-89, -50));
  const o2 = dot2(c13, pair(50, -89), c57, pair(18, 75));
  const o3 = dot2(c13, pair(18, -50), c57, pair(75, -89));
  v128.store(to, i32x4.shr_s(i32x4.add(e0, o0), shift));
  v128.store(to, i32x4.shr_s(i32x4.add(e1, o1), shift), 16);
  v128.store(to, i32x4.shr_s(i32x4.add(e2, o2), shift), 32);
  v128.store(to, i32x4.shr_s(i32x4.add(e3, o3), shift), 48);
  v128.store(to, i32x4.shr_s(i32x4.sub(e3, o3), shift), 64);
  v128.store(to, i32x4.shr_s(i32x4.sub(e2, o2), shift), 80);
  v128.store(to, i32x4.shr_s(i32x4.sub(e1, o1), shift), 96);
  v128.store(to, i32x4.shr_s(i32x4.sub(e0, o0), shift), 112);
}

/** Transforms the columns back and turns rows into columns. */
function inversePass(from: usize, to: usize, shift: i32): void {
  const c0 = v128.load(from);
  const c1 = v128.load(from, 16);
  const c2 = v128.load(from, 32);
  const c3 = v128.load(from, 48);
  const c4 = v128.load(from, 64);
  const c5 = v128.load(from, 80);
  const c6 = v128.load(from, 96);
  const c7 = v128.load(from, 112);
  inverseHalf(low(c0, c4), low(c2, c6), low(c1, c3), low(c5, c7), shift, SUMS);
  inverseHalf(high(c0, c4), high(c2, c6), high(c1, c3), high(c5, c7), shift, SUMS + 128);
  storeTransposed(to);
}

// @ts-ignore: decorator
@inline
function forwardHalf(
  e01: v128, e32: v128, o01: v128, o23: v128, shift: i32, to: usize,
): void {
  const round = i32x4.splat(1 << (shift - 1));
  v128.store(to, scaled(dot2(e01, pair(64, 64), e32, pair(64, 64)), round, shift));
  v128.store(to, scaled(dot2(o01, pair(89, 75), o23, pair(50, 18)), round, shift), 16);
  v128.store(to, scaled(dot2(e01, pair(83, 36), e32, pair(-83, -36)), round, shift), 32);
  v128.store(to, scaled(dot2(o01, pair(75, -18), o23, pair(-89, -50)), round, shift), 48);
  v128.store(to, scaled(dot2(e01, pair(64, -64), e32, pair(64, -64)), round, shift), 64);
  v128.store(to, scaled(dot2(o01, pair(50, -89), o23, pair(18, 75)), round, shift), 80);
  v128.store(to, scaled(dot2(e01, pair(36, -83), e32, pair(-36, 83)), round, shift), 96);
  v128.store(to, scaled(dot2(o01, pair(18, -50), o23, pair(75, -89)), round, shift), 112);
}

// @ts-ignore: decorator
@inline
function scaled(value: v128, round: v128, shift: i32): v128 {
  return i32x4.shr_s(i32x4.add(value, round), shift);
}

/** Transforms the columns and turns rows into columns. */
function forwardPass(from: usize, to: usize, shift: i32): void {
  const x0 = v128.load(from);
  const x1 = v128.load(from, 16);
  const x2 = v128.load(from, 32);
  const x3 = v128.load(from, 48);
  const x4 = v128.load(from, 64);
  const x5 = v128.load(from, 80);
  const x6 = v128.load(from, 96);
  const x7 = v128.load(from, 112);
  const e0 = i16x8.add(x0, x7);
  const e1 = i16x8.add(x1, x6);
  const e2 = i16x8.add(x2, x5);
  const e3 = i16x8.add(x3, x4);
  const o0 = i16x8.sub(x0, x7);
  const o1 = i16x8.sub(x1, x6);
  const o2 = i16x8.sub(x2, x5);
  const o3 = i16x8.sub(x3, x4);
  forwardHalf(low(e0, e1), low(e3, e2), low(o0, o1), low(o2, o3), shift, SUMS);
  forwardHalf(high(e0, e1), high(e3, e2), high(o0, o1), high(o2, o3), shift, SUMS + 128);
  storeTransposed(to);
}

/** Narrows `SUMS` to i16, clamped, and stores it with rows and columns exchanged. */
function storeTransposed(to: usize): void {
  const r0 = i16x8.narrow_i32x4_s(v128.load(SUMS), v128.load(SUMS, 128));
  const r1 = i16x8.narrow_i32x4_s(v128.load(SUMS, 16), v128.load(SUMS, 144));
  const r2 = i16x8.narrow_i32x4_s(v128.load(SUMS, 32), v128.load(SUMS, 160));
  const r3 = i16x8.narrow_i32x4_s(v128.load(SUMS, 48), v128.load(SUMS, 176));
  const r4 = i16x8.narrow_i32x4_s(v128.load(SUMS, 64), v128.load(SUMS, 192));
  const r5 = i16x8.narrow_i32x4_s(v128.load(SUMS, 80), v128.load(SUMS, 208));
  const r6 = i16x8.narrow_i32x4_s(v128.load(SUMS, 96), v128.load(SUMS, 224));
  const r7 = i16x8.narrow_i32x4_s(v128.load(SUMS, 112), v128.load(SUMS, 240));
  // Interleaving rows with those four below, three times, is a transposition.
  const a0 = low(r0, r4);
  const a1 = high(r0, r4);
  const a2 = low(r1, r5);
  const a3 = high(r1, r5);
  const a4 = low(r2, r6);
  const a5 = high(r2, r6);
  const a6 = low(r3, r7);
  const a7 = high(r3, r7);
  const b0 = low(a0, a4);
  const b1 = high(a0, a4);
  const b2 = low(a1, a5);
  const b3 = high(a1, a5);
  const b4 = low(a2, a6);
  const b5 = high(a2, a6);
  const b6 = low(a3, a7);
  const b7 = high(a3, a7);
  v128.store(to, low(b0, b4));
  v128.store(to, high(b0, b4), 16);
  v128.store(to, low(b1, b5), 32);
  v128.store(to, high(b1, b5), 48);
  v128.store(to, low(b2, b6), 64);
  v128.store(to, high(b2, b6), 80);
  v128.store(to, low(b3, b7), 96);
  v128.store(to, high(b3, b7), 112);
}
