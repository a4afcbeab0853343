/**
 * Colours of a JPEG's blocks: from R, G, B, X bytes to 64 samples of Y, Cb or Cr (JFIF 1.02, which is ITU-R BT.601
 * in full range), as numbers around 0 and 2^14 times too large; the quantisation divides by that, too.
 */

/** 64 samples as f32, row by row; then, in place, what jpeg_transform.ts makes of them. */
export const SAMPLES: usize = memory.data(256, 16);

/** The weights of R, G, B in 2^-14; each row's sum is 2^14 or 0, so that greys are exact. */
const Y_R: i16 = 4899, Y_G: i16 = 9617, Y_B: i16 = 1868;
const CB_R: i16 = -2765, CB_G: i16 = -5427, CB_B: i16 = 8192;
const CR_R: i16 = 8192, CR_G: i16 = -6860, CR_B: i16 = -1332;
/** What Y is less than it would be, so that black is -128. */
const Y_SHIFT = 128 << 14;

// @ts-ignore: decorator
@inline
function weights(r: i16, g: i16, b: i16): v128 {
  return i16x8(r, g, b, 0, r, g, b, 0);
}

/** Weighted sums of four pixels, given as two vectors of i16. */
// @ts-ignore: decorator
@inline
function sums(left: v128, right: v128, weight: v128): v128 {
  const a = i32x4.dot_i16x8_s(left, weight);
  const b = i32x4.dot_i16x8_s(right, weight);
  return i32x4.add(v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(a, b, 1, 3, 5, 7));
}

/** 8 × 8 pixels to 64 samples. */
// @ts-ignore: decorator
@inline
function block(at: usize, stride: usize, weight: v128, shift: i32): void {
  const zero = i32x4.splat(shift);
  for (let to = SAMPLES; to < SAMPLES + 256; to += 32, at += stride) {
    const p = v128.load(at), q = v128.load(at, 16);
    const left = sums(i16x8.extend_low_i8x16_u(p), i16x8.extend_high_i8x16_u(p), weight);
    const right = sums(i16x8.extend_low_i8x16_u(q), i16x8.extend_high_i8x16_u(q), weight);
    v128.store(to, f32x4.convert_i32x4_s(i32x4.sub(left, zero)));
    v128.store(to, f32x4.convert_i32x4_s(i32x4.sub(right, zero)), 16);
  }
}

/** Sums of 2 × 2 pixels: of four above and four below, two results side by side. */
// @ts-ignore: decorator
@inline
function squares(above: v128, below: v128): v128 {
  const left = i16x8.add(i16x8.extend_low_i8x16_u(above), i16x8.extend_low_i8x16_u(below));
  const right = i16x8.add(i16x8.extend_high_i8x16_u(above), i16x8.extend_high_i8x16_u(below));
  return i16x8.add(
    v128.shuffle<i64>(left, right, 0, 2),
    v128.shuffle<i64>(left, right, 1, 3),
  );
}

/** 16 × 16 pixels to 64 samples, each the average of four pixels. */
// @ts-ignore: decorator
@inline
function averages(at: usize, stride: usize, weight: v128): void {
  const quarter = f32x4.splat(0.25);
  for (let to = SAMPLES; to < SAMPLES + 256; to += 32, at += 2 * stride) {
    const below = at + stride;
    const a = squares(v128.load(at), v128.load(below));
    const b = squares(v128.load(at, 16), v128.load(below, 16));
    const c = squares(v128.load(at, 32), v128.load(below, 32));
    const d = squares(v128.load(at, 48), v128.load(below, 48));
    v128.store(to, f32x4.mul(f32x4.convert_i32x4_s(sums(a, b, weight)), quarter));
    v128.store(to, f32x4.mul(f32x4.convert_i32x4_s(sums(c, d, weight)), quarter), 16);
  }
}

export function lumas(at: usize, stride: usize): void {
  block(at, stride, weights(Y_R, Y_G, Y_B), Y_SHIFT);
}

export function blues(at: usize, stride: usize): void {
  block(at, stride, weights(CB_R, CB_G, CB_B), 0);
}

export function reds(at: usize, stride: usize): void {
  block(at, stride, weights(CR_R, CR_G, CR_B), 0);
}

export function blueAverages(at: usize, stride: usize): void {
  averages(at, stride, weights(CB_R, CB_G, CB_B));
}

export function redAverages(at: usize, stride: usize): void {
  averages(at, stride, weights(CR_R, CR_G, CR_B));
}

/** True when all pixels have one colour. @param vectors a row's pixels / 4 */
export function isFlat(at: usize, stride: usize, rows: i32, vectors: i32): bool {
  const colour = v128.load32_splat(at);
  // The fourth byte may hold anything.
  const seen = i32x4.splat(0x00ffffff);
  for (let y = 0; y < rows; y++, at += stride) {
    let differs = v128.xor(v128.load(at), colour);
    for (let x = 1; x < vectors; x++) {
      differs = v128.or(differs, v128.xor(v128.load(at + <usize>x * 16), colour));
    }
    if (v128.any_true(v128.and(differs, seen))) return false;
  }
  return true;
}

/** The sample of each pixel of a block in one colour. */
export function flatLuma(at: usize): f32 {
  return <f32>(weigh(at, Y_R, Y_G, Y_B) - Y_SHIFT);
}

export function flatBlue(at: usize): f32 {
  return <f32>weigh(at, CB_R, CB_G, CB_B);
}

export function flatRed(at: usize): f32 {
  return <f32>weigh(at, CR_R, CR_G, CR_B);
}

function weigh(at: usize, r: i32, g: i32, b: i32): i32 {
  return r * load<u8>(at) + g * load<u8>(at, 1) + b * load<u8>(at, 2);
}
