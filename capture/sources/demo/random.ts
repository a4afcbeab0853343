/**
 * Repeatable randomness for the demo: hashes and value noise, pure functions of their arguments.
 */

/** A 32-bit hash of three integers, evenly spread. */
export function hash(a: number, b = 0, c = 0): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77) ^ Math.imul(c, 0xc2b2ae3d);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
}

/** A number in `[0, 1)` for three integers. */
export function random(a: number, b = 0, c = 0): number {
  return hash(a, b, c) / 0x1_0000_0000;
}

/** A smooth random curve in `[0, 1]` with one knot per unit of `x`. */
export function noise1(x: number, seed: number): number {
  const i = Math.floor(x);
  return lerp(random(i, seed), random(i + 1, seed), ease(x - i));
}

/** A smooth random field in `[0, 1]` with one knot per unit of `x` and `y`. */
export function noise2(x: number, y: number, seed: number): number {
  const i = Math.floor(x);
  const j = Math.floor(y);
  const s = ease(x - i);
  return lerp(
    lerp(random(i, j, seed), random(i + 1, j, seed), s),
    lerp(random(i, j + 1, seed), random(i + 1, j + 1, seed), s),
    ease(y - j),
  );
}

/** `octaves` layers of `noise1`, each twice as fine and half as strong; in `[0, 1]`. */
export function fractal1(x: number, octaves: number, seed: number): number {
  let sum = 0;
  let total = 0;
  for (let octave = 0, weight = 1; octave < octaves; octave++, weight /= 2) {
    sum += weight * noise1(x * (1 << octave), seed + octave * 101);
    total += weight;
  }
  return sum / total;
}

/** `octaves` layers of `noise2`, each twice as fine and half as strong; in `[0, 1]`. */
export function fractal2(x: number, y: number, octaves: number, seed: number): number {
  let sum = 0;
  let total = 0;
  for (let octave = 0, weight = 1; octave < octaves; octave++, weight /= 2) {
    sum += weight * noise2(x * (1 << octave), y * (1 << octave), seed + octave * 101);
    total += weight;
  }
  return sum / total;
}

/** From `a` at 0 to `b` at 1. */
export function lerp(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

/** From 0 at 0 to 1 at 1 with flat ends; below and above, 0 and 1. */
export function ease(t: number): number {
  if (t <= 0) return 0;
  if (t >= 1) return 1;
  return t * t * t * (t * (t * 6 - 15) + 10);
}

/** 0 up to `low`, 1 from `high` on, smooth between. */
export function smoothstep(low: number, high: number, x: number): number {
  return ease((x - low) / (high - low));
}
