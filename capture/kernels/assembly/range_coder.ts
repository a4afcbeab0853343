/**
 * A binary arithmetic coder and the adaptive probabilities that it is fed with.
 *
 * The coder keeps the interval [low, high] of 64-bit numbers. A bit splits it in proportion to its probability;
 * leading bytes on which both ends agree are settled and leave. (Construction: M. Mahoney, lpaq1, there
 * with 32 bits; 64 leave enough room that the shrinking interval near a byte border costs nothing.)
 *
 * A probability is a u32 cell: P(bit = 1) in the upper 22 bits, in the lower 10 how often it was updated.
 * It moves by 1/(n + 1.5) of the error, so that a new context learns fast and an old one is steady.
 */

let low: u64 = 0;
let high: u64 = 0;
let code: u64 = 0;
/** Next byte to write or to read. */
let at: usize = 0;
/** End of the input; bytes behind it read as 0. */
let end: usize = 0;

/** Cells with more updates than this forget older ones: screens change their habits. */
const LIMIT: u32 = 100;
/** 65536 / (n + 1.5), the share of the error by which a cell moves. */
const RATES: usize = memory.data(101 * 4, 16);
/** P = 1/2, never updated. */
const EVEN: u32 = 0x80000000;

/** Makes `count` cells forget. */
export function resetCells(cells: usize, count: i32): void {
  for (let i = 0; i < count; i++) store<u32>(cells + <usize>i * 4, EVEN);
}

export function initRates(): void {
  for (let n: u32 = 0; n <= LIMIT; n++) {
    store<u32>(RATES + <usize>n * 4, <u32>(65536.0 / (<f64>n + 1.5)));
  }
}

export function startEncoding(out: usize): void {
  low = 0;
  high = ~(<u64>0);
  at = out;
}

/** Writes as many bytes as a decoder needs to tell the last bit; returns the address behind them. */
export function finishEncoding(): usize {
  // The shortest number within the interval: one byte more than the ends agree on nearly always does.
  let byte = 0;
  do {
    const shift: u64 = 56 - <u64>byte * 8;
    const candidate = byte == 8 ? high : ((high >> shift) << shift);
    store<u8>(at++, <u8>(candidate >> 56));
    byte++;
    if (candidate >= low) break;
    // Keep the candidate's leading byte, go one byte further.
    low <<= 8;
    high = high << 8 | 255;
  } while (byte < 8);
  return at;
}

export function startDecoding(from: usize, length: usize): void {
  low = 0;
  high = ~(<u64>0);
  at = from;
  end = from + length;
  code = 0;
  for (let i = 0; i < 8; i++) code = code << 8 | nextByte();
}

/** How far the decoder has read beyond its input; more than 8 means that the input was cut off. */
export function overrun(): i32 {
  return at > end ? <i32>(at - end) : 0;
}

// @ts-ignore: decorator
@inline
function nextByte(): u64 {
  const byte: u64 = at < end ? <u64>load<u8>(at) : 0;
  at++;
  return byte;
}

/** Where the interval is split: the lower part is for a 1. */
// @ts-ignore: decorator
@inline
function split(cell: u32): u64 {
  // 16 bits of probability, never 0 or 1.
  const p: u64 = <u64>(cell >> 16) | 1;
  return low + ((high - low) >> 16) * p;
}

// @ts-ignore: decorator
@inline
function update(cell: usize, value: u32, bit: bool): void {
  const n = value & 1023;
  const rate = <i64>load<u32>(RATES + <usize>n * 4);
  const p = value >> 10;
  const target: i32 = bit ? 4194303 : 0;
  const moved = <u32>(<i64>p + ((<i64>(target - <i32>p) * rate) >> 16));
  store<u32>(cell, moved << 10 | (n < LIMIT ? n + 1 : n));
}

/**
 * Codes one bit with the probability in `cell`, and updates it.
 * `D` chooses the direction at compile time: u8 encodes `bit` and returns it, i8 decodes one.
 */
// @ts-ignore: decorator
@inline
export function codeBit<D>(cell: usize, bit: bool): bool {
  const value = load<u32>(cell);
  const middle = split(value);
  let result = bit;
  if (isSigned<D>()) result = code <= middle;
  if (result) high = middle;
  else low = middle + 1;
  update(cell, value, result);
  while ((low ^ high) >> 56 == 0) {
    if (!isSigned<D>()) store<u8>(at++, <u8>(high >> 56));
    else code = code << 8 | nextByte();
    low <<= 8;
    high = high << 8 | 255;
  }
  return result;
}

/** Codes `bits` bits of a symbol, highest first, each in the context of those before it. */
export function codeTree<D>(cells: usize, bits: u32, symbol: u32): u32 {
  let node: u32 = 1;
  for (let i = <i32>bits - 1; i >= 0; i--) {
    const bit = codeBit<D>(cells + <usize>node * 4, (symbol >> i & 1) != 0);
    node = node << 1 | <u32>bit;
  }
  return node - (1 << bits);
}

/** How many bytes the encoder has settled that began at `start`. */
export function bytesSince(start: usize): i32 {
  return <i32>(at - start);
}
