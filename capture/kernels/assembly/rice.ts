/**
 * The Rice coder (docs/PROTOCOL.md, "Rice coder"): photographs, where hardly a colour comes twice and the context
 * coder's guesses are wasted. After JPEG-LS (ITU-T T.87; M. Weinberger, G. Seroussi, G. Sapiro, "LOCO-I"): each
 * channel as its distance from the median edge detector's prediction, in a Rice code whose parameter follows the
 * mean of its context; red and blue less green's distance; runs where all neighbours have one colour.
 *
 * One tile stands for itself: nothing is learnt across tiles. Encoder and decoder are this one routine: `D` is
 * u8 to encode, i8 to decode.
 */

/** Contexts of a channel. */
const CONTEXTS: usize = 12;
/**
 * Per context, u32 each: the sum of the newest values, how many they are, and the parameter that follows, ready for the
 * next value, which waits for nothing else. 3 channels, then the runs' one.
 */
const MEANS: usize = memory.data(37 * 16, 16);
const RUNS: usize = MEANS + 3 * CONTEXTS * 16;
/** Past so many values of a context, the older ones count half. */
const MEMORY: u32 = 32;
/** A quotient this large is written as so many zeros, and the value as 8 bits behind them. */
const LIMIT: u32 = 20;

/** Bits on their way, the lowest is the next one, and how many. */
let bits: u64 = 0;
let count: i32 = 0;
/** Next byte to write or to read. */
let at: usize = 0;
/** End of the input; bytes behind it read as 0. */
let end: usize = 0;

/**
 * @param tile BGRX, only its own pixels
 * @param out room for 11 bytes a pixel and 8 more
 * @returns bytes written
 */
export function riceEncode(tile: usize, width: i32, height: i32, out: usize): i32 {
  reset(out);
  codeTile<u8>(tile, width, height);
  if (count > 0) store<u8>(at++, <u8>bits);
  return <i32>(at - out);
}

/**
 * Draws a tile from what `riceEncode` wrote; whatever the input holds, only its pixels change.
 * @returns true when the input was long enough
 */
export function riceDecode(
  input: usize, length: i32, tile: usize, width: i32, height: i32,
): bool {
  reset(input);
  end = input + <usize>length;
  codeTile<i8>(tile, width, height);
  // What was read ahead is not used.
  return (<i64>(at - input) << 3) - <i64>count <= <i64>length << 3;
}

function reset(start: usize): void {
  at = start;
  bits = 0;
  count = 0;
  for (let context = MEANS; context <= RUNS; context += 16) {
    store<u32>(context, 8);
    store<u32>(context, 1, 4);
    store<u32>(context, 3, 8);
  }
}

// @ts-ignore: decorator
@inline
function load24(address: usize): u32 {
  return load<u32>(address) & 0xffffff;
}

/** Outside the tile: left of a row its upper neighbour, above the left one, right of it the upper; first of all 0. */
function codeTile<D>(tile: usize, width: i32, height: i32): void {
  const pitch = <usize>width * 4;
  for (let row = 0; row < height; row++) {
    let to = tile + <usize>row * pitch;
    let known = false;
    for (let column = 0; column < width; column++, to += 4) {
      const up = row > 0 ? load24(to - pitch) : 0;
      const w = column > 0 ? load24(to - 4) : up;
      const n = row > 0 ? up : w;
      const nw = row > 0 && column > 0 ? load24(to - pitch - 4) : n;
      const ne = row > 0 && column + 1 < width ? load24(to - pitch + 4) : n;
      if (!known && w == n && n == nw && n == ne) {
        const run = codeRun<D>(to, width - column, w);
        if (run > 0) {
          column += run - 1;
          to += <usize>(run - 1) * 4;
        } else column--, to -= 4;
        // What ends a run before the row does is no run again.
        known = true;
        continue;
      }
      known = false;
      let actual: u32 = 0;
      if (!isSigned<D>()) actual = load24(to);
      actual = codePixel<D>(actual, w, n, nw, ne);
      if (isSigned<D>()) store<u32>(to, actual);
    }
  }
}

/** How many of the next `most` pixels have `colour`; draws them. */
// @ts-ignore: decorator
@inline
function codeRun<D>(from: usize, most: i32, colour: u32): i32 {
  let run = 0;
  if (!isSigned<D>()) {
    while (run < most && load24(from + <usize>run * 4) == colour) run++;
  }
  run = min(<i32>codeValue<D>(RUNS, run), most);
  if (isSigned<D>()) {
    for (let i = 0; i < run; i++) store<u32>(from + <usize>i * 4, colour);
  }
  return run;
}

// @ts-ignore: decorator
@inline
function codePixel<D>(actual: u32, w: u32, n: u32, nw: u32, ne: u32): u32 {
  const corner = channel(nw, 8);
  const activity = abs(channel(w, 8) - corner) + abs(channel(n, 8) - corner) +
    abs(channel(ne, 8) - channel(n, 8));
  const dg = codeDistance<D>(
    min(sizeOf(activity), 11), channel(actual, 8), median(w, n, nw, 8),
  );
  const green = median(w, n, nw, 8) + dg;
  const red = median(w, n, nw, 16) + dg;
  const dr = codeDistance<D>(
    12 + min(sizeOf(abs(dg)), 5) + (activity > 12 ? 6 : 0), channel(actual, 16), red,
  );
  const blue = median(w, n, nw, 0) + dg;
  const db = codeDistance<D>(
    24 + min(sizeOf(abs(dr)), 5) + (sizeOf(abs(dg)) > 2 ? 6 : 0), channel(actual, 0), blue,
  );
  return <u32>(red + dr & 255) << 16 | <u32>(green & 255) << 8 | <u32>(blue + db & 255);
}

// @ts-ignore: decorator
@inline
function channel(colour: u32, shift: u32): i32 {
  return <i32>(colour >> shift & 255);
}

/** How many bits a number has. */
// @ts-ignore: decorator
@inline
function sizeOf(value: i32): i32 {
  return 32 - clz<i32>(value);
}

/** The median edge detector of JPEG-LS (ITU-T T.87, A.4.1). */
// @ts-ignore: decorator
@inline
function median(w: u32, n: u32, nw: u32, shift: u32): i32 {
  const a = channel(w, shift);
  const b = channel(n, shift);
  return max(min(a, b), min(max(a, b), a + b - channel(nw, shift)));
}

/** Codes how far a channel is from its prediction: -128 to 127, since it counts modulo 256. */
// @ts-ignore: decorator
@inline
function codeDistance<D>(context: i32, actual: i32, prediction: i32): i32 {
  let value: u32 = 0;
  if (!isSigned<D>()) {
    const distance = <i32>(<i8>(actual - prediction));
    value = <u32>(distance << 1 ^ distance >> 31);
  }
  value = codeValue<D>(MEANS + <usize>context * 16, value);
  return <i32>(value >> 1) ^ -<i32>(value & 1);
}

/** Codes 0 to 255 in a context: the part above its parameter's bits in unary, then these bits. */
// @ts-ignore: decorator
@inline
function codeValue<D>(context: usize, value: u32): u32 {
  const parameter = load<u32>(context, 8);
  if (isSigned<D>()) value = readValue(parameter);
  else writeValue(value, parameter);
  let sum = load<u32>(context) + value;
  let seen = load<u32>(context, 4) + 1;
  const forget = <u32>(seen == MEMORY);
  sum = (sum + forget) >> forget;
  seen >>= forget;
  store<u32>(context, sum);
  store<u32>(context, seen, 4);
  // The smallest parameter with seen << parameter >= sum.
  const guess = <u32>max(0, sizeOf(<i32>sum) - sizeOf(<i32>seen));
  store<u32>(context, guess + <u32>(seen << guess < sum), 8);
  return value;
}

function writeValue(value: u32, parameter: u32): void {
  const quotient = value >> parameter;
  if (quotient < LIMIT) {
    put(1 << quotient, quotient + 1);
    put(value & ((1 << parameter) - 1), parameter);
  } else {
    put(0, LIMIT);
    put(value, 8);
  }
}

// @ts-ignore: decorator
@inline
function put(value: u32, length: u32): void {
  bits |= <u64>value << <u64>count;
  count += length;
  while (count >= 8) {
    store<u8>(at++, <u8>bits);
    bits >>= 8;
    count -= 8;
  }
}

// @ts-ignore: decorator
@inline
function readValue(parameter: u32): u32 {
  fill();
  // A value takes 28 bits at most, and 56 are there.
  const quotient = <u32>ctz<u64>(bits | (<u64>1 << LIMIT));
  const isLong = quotient == LIMIT;
  const unary = quotient + <u32>!isLong;
  const length = isLong ? 8 : parameter;
  const low = <u32>(bits >> <u64>unary) & ((1 << length) - 1);
  bits >>= <u64>(unary + length);
  count -= <i32>(unary + length);
  // A damaged stream may say more than there is.
  return isLong ? low : (quotient << parameter | low) & 255;
}

/** Reads on until 56 bits are there. */
// @ts-ignore: decorator
@inline
function fill(): void {
  if (at + 8 <= end) {
    bits |= load<u64>(at) << <u64>count;
    const bytes = (63 - count) >> 3;
    at += bytes;
    count += bytes << 3;
    return;
  }
  while (count <= 55) {
    if (at < end) bits |= <u64>load<u8>(at) << <u64>count;
    at++;
    count += 8;
  }
}
