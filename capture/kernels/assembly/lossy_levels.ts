/**
 * The lossy coder's quantiser: coefficients to levels and back, each with a step of its own.
 *
 * Levels lie in rows of 16 numbers of which 8 are used, followed by two rows of zeros: the coefficient coder
 * looks two to the right and two down without asking whether it may.
 */
import { DIFFERENCES, restoreDifferences } from "./lossy_transform";

/** Parts of 8 × 8 that a block has at most: four in each plane. */
export const PARTS: i32 = 12;
/** Bytes of a row of levels, and of all rows of one part. */
export const LEVEL_ROW: usize = 32;
const LEVEL_BYTES: usize = 10 * 32;
const LEVELS: usize = memory.data(12 * 10 * 32, 16);
/** The step of each coefficient, i16; the same and its inverse as f32, for the encoder. */
const STEPS: usize = memory.data(2 * 128, 16);
const STEPS_F: usize = memory.data(2 * 256, 16);
const INVERSE_F: usize = memory.data(2 * 256, 16);

/** round(128 × 2^(i / 16)) */
const SIXTEENTHS: usize = memory.data<u8>([
  128, 134, 140, 146, 152, 159, 166, 173, 181, 189, 197, 206, 215, 225, 235, 245,
]);

/** The plain step of the chosen quality, in eighths of a grey level. */
export let step: i32 = 0;
/** Colour differences are coded at full resolution, not at half. */
export let fullColour: bool = false;
let preparedQuality: i32 = 0;

/** From this quality on colour keeps its full resolution. */
const FULL_COLOUR_QUALITY: i32 = 85;

/** Address of a part's levels. */
// @ts-ignore: decorator
@inline
export function levelsOf(part: i32): usize {
  return LEVELS + <usize>part * LEVEL_BYTES;
}

/** Prepares the steps of `quality`, 1 to 100: doubling every 16 below 100, there 1 grey level. */
export function setQuality(quality: i32): void {
  if (quality == preparedQuality) return;
  preparedQuality = quality;
  const below = 100 - quality;
  step = (<i32>load<u8>(SIXTEENTHS + <usize>(below & 15)) << (below >> 4)) >> 4;
  fullColour = quality >= FULL_COLOUR_QUALITY;
  for (let v = 0; v < 8; v++) {
    for (let u = 0; u < 8; u++) {
      // Fine detail is seen less, colour less than light.
      const weight = 14 + u + v;
      setStep(0, v * 8 + u, (step * weight) >> 4);
      setStep(1, v * 8 + u, (step * weight) >> 3);
    }
  }
}

function setStep(table: i32, at: i32, value: i32): void {
  const index = <usize>(table * 64 + at);
  store<i16>(STEPS + index * 2, <i16>value);
  store<f32>(STEPS_F + index * 4, <f32>value);
  store<f32>(INVERSE_F + index * 4, 1 / <f32>value);
}

/** What the last `quantise` found. */
export let anyLevel: bool = false;
/** Squared error with and without the levels, in squared grey levels; bits that the levels may cost. */
export let errorWith: f32 = 0;
export let errorWithout: f32 = 0;
export let levelBits: f32 = 0;

// @ts-ignore: decorator
@inline
function sum4(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 2) +
    f32x4.extract_lane(v, 3);
}

/**
 * Turns the coefficients in `DIFFERENCES` into levels.
 * @param rounding what is added before cutting off: below 1/2, small coefficients vanish
 */
export function quantise(part: i32, colour: bool, rounding: f32): void {
  const table = <usize>(colour ? 256 : 0);
  const to = levelsOf(part);
  const round = f32x4.splat(rounding);
  let withLevels = f32x4.splat(0);
  let without = f32x4.splat(0);
  let bits = f32x4.splat(0);
  let any = i16x8.splat(0);
  for (let row: usize = 0; row < 8; row++) {
    const c = v128.load(DIFFERENCES + row * 16);
    const steps = STEPS_F + table + row * 32;
    const inverse = INVERSE_F + table + row * 32;
    let levels = i16x8.splat(0);
    let low = i32x4.splat(0);
    for (let half: usize = 0; half < 2; half++) {
      const wide = half == 0 ? i32x4.extend_low_i16x8_s(c) : i32x4.extend_high_i16x8_s(c);
      const size = f32x4.abs(f32x4.convert_i32x4_s(wide));
      const level = i32x4.trunc_sat_f32x4_s(
        f32x4.add(f32x4.mul(size, v128.load(inverse + half * 16)), round),
      );
      const levelF = f32x4.convert_i32x4_s(level);
      const error = f32x4.sub(size, f32x4.mul(levelF, v128.load(steps + half * 16)));
      withLevels = f32x4.add(withLevels, f32x4.mul(error, error));
      without = f32x4.add(without, f32x4.mul(size, size));
      // A level costs its place and sign, and the more the larger it is.
      const cost = f32x4.add(f32x4.splat(4), f32x4.mul(f32x4.splat(1.5), f32x4.min(levelF, f32x4.splat(8))));
      bits = f32x4.add(bits, v128.and(cost, f32x4.gt(levelF, f32x4.splat(0))));
      const sign = i32x4.shr_s(wide, 31);
      const signed = i32x4.sub(v128.xor(level, sign), sign);
      if (half == 0) low = signed;
      else levels = i16x8.narrow_i32x4_s(low, signed);
    }
    v128.store(to + row * LEVEL_ROW, levels);
    any = v128.or(any, levels);
  }
  anyLevel = v128.any_true(any);
  errorWith = sum4(withLevels) / 64;
  errorWithout = sum4(without) / 64;
  levelBits = sum4(bits) + 4;
}

/** Makes all of a part's levels 0. */
export function clearLevels(part: i32): void {
  memory.fill(levelsOf(part), 0, 8 * LEVEL_ROW);
}

/** Turns a part's levels back into differences, to `DIFFERENCES`; the levels become 0. */
export function restore(part: i32, colour: bool): void {
  const steps = STEPS + <usize>(colour ? 128 : 0);
  const from = levelsOf(part);
  for (let row: usize = 0; row < 8; row++) {
    const levels = v128.load(from + row * LEVEL_ROW);
    const by = v128.load(steps + row * 16);
    const coefficients = i16x8.narrow_i32x4_s(
      i32x4.extmul_low_i16x8_s(levels, by), i32x4.extmul_high_i16x8_s(levels, by),
    );
    v128.store(DIFFERENCES + row * 16, coefficients);
    v128.store(from + row * LEVEL_ROW, i16x8.splat(0));
  }
  restoreDifferences();
}

