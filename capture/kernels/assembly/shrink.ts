/**
 * Making a picture smaller by an area filter: each new pixel is the mean of the area that it covers, parts of
 * pixels included, so that thin lines and text fade evenly instead of coming and going.
 *
 * Shares of pixels are whole numbers: of `fromW` columns that become `w`, each old one weighs `w / g` and each new
 * one covers `fromW / g` of such units, g being their greatest common divisor; rows likewise. Rows are added up
 * first, exactly, two at a time in 32-bit integers; then columns, in 32-bit floats, which hold the sums exactly
 * as long as a new pixel's units, across times down, are at most 65793. Beyond that an average that lies within a millionth of
 * the middle between two values may be rounded to the other one.
 */

const COLOUR_BITS: u32 = 0x00ffffff;
/** A pixel's four sums. */
const SUMS_BYTES: i32 = 16;
/** Old columns that a new pixel covers at most where the new picture has half as many or more. */
const TAPS: i32 = 3;
/** Where they begin, and the weight of each. */
const TAP_BYTES: i32 = 4 + TAPS * 4;

/** Bytes of scratch memory that `shrink` wants for a picture `fromW` wide. */
export function shrinkBytes(fromW: i32): i32 {
  return fromW * (SUMS_BYTES + TAP_BYTES);
}

/**
 * Shrinks the rectangle `fromW × fromH` at `x, y` of a frame to `w × h`, neither side longer than before, and draws
 * the part of that from column `left` to before `right` and from row `top` to before `bottom`. `to` is the address
 * of the small picture's top left pixel, in a picture `toWidth` wide. The fourth byte becomes 0.
 */
export function shrink(
  from: usize, fromWidth: i32, x: i32, y: i32, fromW: i32, fromH: i32,
  to: usize, toWidth: i32, w: i32, h: i32,
  left: i32, top: i32, right: i32, bottom: i32, scratch: usize,
): void {
  const gx = divisor(fromW, w);
  const gy = divisor(fromH, h);
  const unitX = w / gx;
  const unitY = h / gy;
  const spanX = fromW / gx;
  const spanY = fromH / gy;
  const area = f32x4.splat(<f32>spanX * <f32>spanY);
  const firstColumn = left * spanX / unitX;
  const columns = (right * spanX + unitX - 1) / unitX - firstColumn;
  const corner = from + <usize>(y * fromWidth + x + firstColumn) * 4;
  const taps = scratch + <usize>(fromW * SUMS_BYTES);
  const tapped = fromW <= 2 * w && columns >= TAPS;
  if (tapped) layTaps(taps, spanX, unitX, left, right, firstColumn, columns);
  for (let row = top; row < bottom; row++) {
    addRows(corner, fromWidth * 4, columns, row * spanY, (row + 1) * spanY, unitY, scratch);
    const line = to + <usize>(row * toWidth) * 4;
    if (tapped) {
      averageTaps(scratch, taps, right - left, area, line + <usize>left * 4);
    } else {
      const start = scratch - <usize>(firstColumn * SUMS_BYTES);
      averageColumns(start, spanX, unitX, left, right, area, line);
    }
  }
}

/** The greatest common divisor. */
function divisor(a: i32, b: i32): i32 {
  while (b != 0) {
    const rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/** Sums of `columns` pixels each over the rows from `start` to `end`, of which each row has `unit`. */
function addRows(
  corner: usize, stride: i32, columns: i32, start: i32, end: i32, unit: i32, sums: usize,
): void {
  const first = start / unit;
  const last = (end - 1) / unit;
  const top = corner + <usize>(first * stride);
  const firstWeight = min((first + 1) * unit, end) - start;
  const lastWeight = end - last * unit;
  let i = 0;
  for (; i + 4 <= columns; i += 4) {
    const to = sums + <usize>(i * SUMS_BYTES);
    let line = top + <usize>i * 4;
    let s0 = i32x4.splat(0);
    let s1 = i32x4.splat(0);
    let s2 = i32x4.splat(0);
    let s3 = i32x4.splat(0);
    for (let row = first; row <= last; row += 2) {
      const a = v128.load(line);
      line += stride;
      let weights = row == first ? firstWeight : row == last ? lastWeight : unit;
      let b = a;
      if (row < last) {
        b = v128.load(line);
        line += stride;
        weights |= (row + 1 == last ? lastWeight : unit) << 16;
      }
      const both = i32x4.splat(weights);
      const low = i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const high = i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      s0 = i32x4.add(s0, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(low), both));
      s1 = i32x4.add(s1, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(low), both));
      s2 = i32x4.add(s2, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(high), both));
      s3 = i32x4.add(s3, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(high), both));
    }
    v128.store(to, f32x4.convert_i32x4_s(s0));
    v128.store(to, f32x4.convert_i32x4_s(s1), 16);
    v128.store(to, f32x4.convert_i32x4_s(s2), 32);
    v128.store(to, f32x4.convert_i32x4_s(s3), 48);
  }
  for (; i < columns; i++) {
    let line = top + <usize>i * 4;
    let sum = i32x4.splat(0);
    for (let row = first; row <= last; row++) {
      const weight = row == first ? firstWeight : row == last ? lastWeight : unit;
      const pixel = i16x8.extend_low_i8x16_u(v128.load32_zero(line));
      sum = i32x4.add(sum, i32x4.mul(i32x4.extend_low_i16x8_u(pixel), i32x4.splat(weight)));
      line += stride;
    }
    v128.store(sums + <usize>(i * SUMS_BYTES), f32x4.convert_i32x4_s(sum));
  }
}

/**
 * For each new pixel from `left` to before `right`: the address of the first of `TAPS` old columns among `sums`, as
 * seen from there, and the weight of each as f32. Weights are zero where it covers fewer; `columns` is at least `TAPS`.
 */
function layTaps(taps: usize, span: i32, unit: i32, left: i32, right: i32, skipped: i32, columns: i32): void {
  for (let pixel = left; pixel < right; pixel++) {
    const start = pixel * span;
    const end = start + span;
    const first = min(start / unit, skipped + columns - TAPS);
    store<i32>(taps, (first - skipped) * SUMS_BYTES);
    for (let i = 0; i < TAPS; i++) {
      const at = (first + i) * unit;
      store<f32>(taps + <usize>(i * 4), <f32>max(0, min(end, at + unit) - max(start, at)), 4);
    }
    taps += TAP_BYTES;
  }
}

/** `count` pixels of one row, none of which covers more than `TAPS` old columns. */
function averageTaps(sums: usize, taps: usize, count: i32, area: v128, line: usize): void {
  for (let i = 0; i < count; i++) {
    const at = sums + load<u32>(taps);
    const a = f32x4.mul(v128.load(at), v128.load32_splat(taps, 4));
    const b = f32x4.mul(v128.load(at, 16), v128.load32_splat(taps, 8));
    const c = f32x4.mul(v128.load(at, 32), v128.load32_splat(taps, 12));
    store<u32>(line, meanOf(f32x4.add(f32x4.add(a, b), c), area));
    taps += TAP_BYTES;
    line += 4;
  }
}

/** Pixels from `left` to before `right` of one row: sums over `span` each, of which each old column has `unit`. */
function averageColumns(
  sums: usize, span: i32, unit: i32, left: i32, right: i32, area: v128, line: usize,
): void {
  const whole = f32x4.splat(<f32>unit);
  let at = left * span;
  let end = at;
  const column = at / unit;
  /** Where the old column at `next` ends. */
  let edge = (column + 1) * unit;
  let next = sums + <usize>(column * SUMS_BYTES);
  for (let pixel = left; pixel < right; pixel++) {
    end += span;
    let sum = f32x4.splat(0);
    if (edge <= end) {
      sum = f32x4.mul(v128.load(next), f32x4.splat(<f32>(edge - at)));
      next += SUMS_BYTES;
      at = edge;
      edge += unit;
      let middle = f32x4.splat(0);
      while (edge <= end) {
        middle = f32x4.add(middle, v128.load(next));
        next += SUMS_BYTES;
        at = edge;
        edge += unit;
      }
      sum = f32x4.add(sum, f32x4.mul(middle, whole));
    }
    if (at < end) {
      sum = f32x4.add(sum, f32x4.mul(v128.load(next), f32x4.splat(<f32>(end - at))));
      at = end;
    }
    store<u32>(line + <usize>pixel * 4, meanOf(sum, area));
  }
}

/** A pixel from its sums: each divided by `area`, rounded, halves up. */
// @ts-ignore: decorator
@inline
function meanOf(sum: v128, area: v128): u32 {
  const mean = f32x4.floor(f32x4.add(f32x4.div(sum, area), f32x4.splat(0.5)));
  // Of 2^23 + n, the low bits are n.
  const bits = f32x4.add(mean, f32x4.splat(8388608));
  const bytes = i8x16.shuffle(bits, bits, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
  return i32x4.extract_lane(bytes, 0) & COLOUR_BITS;
}
