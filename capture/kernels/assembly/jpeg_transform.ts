/**
 * The cosine transform of a JPEG's blocks, after Arai, Agui and Nakajima (1988): 5 multiplications for 8 samples. What it
 * leaves out, a factor for each coefficient, is part of the quantisation's divisors.
 */
import { SAMPLES } from "./jpeg_colour";

/**
 * Turns the 64 samples in `SAMPLES` into coefficients, transposed: the one of column u and row v is at 8 u + v.
 */
export function jpegTransform(): void {
  pass(0);
  pass(16);
  transpose();
  pass(0);
  pass(16);
}

/** Four columns, which begin `side` bytes into each row. */
// @ts-ignore: decorator
@inline
function pass(side: usize): void {
  const at = SAMPLES + side;
  const d0 = v128.load(at), d1 = v128.load(at, 32), d2 = v128.load(at, 64), d3 = v128.load(at, 96);
  const d4 = v128.load(at, 128), d5 = v128.load(at, 160), d6 = v128.load(at, 192);
  const d7 = v128.load(at, 224);
  const s0 = f32x4.add(d0, d7), s7 = f32x4.sub(d0, d7);
  const s1 = f32x4.add(d1, d6), s6 = f32x4.sub(d1, d6);
  const s2 = f32x4.add(d2, d5), s5 = f32x4.sub(d2, d5);
  const s3 = f32x4.add(d3, d4), s4 = f32x4.sub(d3, d4);

  const e0 = f32x4.add(s0, s3), e3 = f32x4.sub(s0, s3);
  const e1 = f32x4.add(s1, s2), e2 = f32x4.sub(s1, s2);
  const root = f32x4.splat(0.70710678118654752);
  const turned = f32x4.mul(f32x4.add(e2, e3), root);
  v128.store(at, f32x4.add(e0, e1));
  v128.store(at, f32x4.sub(e0, e1), 128);
  v128.store(at, f32x4.add(e3, turned), 64);
  v128.store(at, f32x4.sub(e3, turned), 192);

  const o0 = f32x4.add(s4, s5), o1 = f32x4.add(s5, s6), o2 = f32x4.add(s6, s7);
  const both = f32x4.mul(f32x4.sub(o0, o2), f32x4.splat(0.38268343236508977));
  const z2 = f32x4.add(f32x4.mul(o0, f32x4.splat(0.54119610014619698)), both);
  const z4 = f32x4.add(f32x4.mul(o2, f32x4.splat(1.30656296487637652)), both);
  const z3 = f32x4.mul(o1, root);
  const upper = f32x4.add(s7, z3), lower = f32x4.sub(s7, z3);
  v128.store(at, f32x4.add(lower, z2), 160);
  v128.store(at, f32x4.sub(lower, z2), 96);
  v128.store(at, f32x4.add(upper, z4), 32);
  v128.store(at, f32x4.sub(upper, z4), 224);
}

function transpose(): void {
  const at = SAMPLES;
  turn(at, at);
  turn(at + 128 + 16, at + 128 + 16);
  // The other two quarters change places.
  const a = v128.load(at, 16), b = v128.load(at, 48), c = v128.load(at, 80), d = v128.load(at, 112);
  turn(at + 128, at + 16);
  put(at + 128, a, b, c, d);
}

// @ts-ignore: decorator
@inline
function turn(from: usize, to: usize): void {
  put(to, v128.load(from), v128.load(from, 32), v128.load(from, 64), v128.load(from, 96));
}

/** Stores 4 × 4 numbers, given by rows, with rows and columns exchanged. */
// @ts-ignore: decorator
@inline
function put(to: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const ef = v128.shuffle<i32>(a, b, 2, 6, 3, 7), gh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(to, v128.shuffle<i64>(ab, cd, 1, 3), 32);
  v128.store(to, v128.shuffle<i64>(ef, gh, 0, 2), 64);
  v128.store(to, v128.shuffle<i64>(ef, gh, 1, 3), 96);
}
