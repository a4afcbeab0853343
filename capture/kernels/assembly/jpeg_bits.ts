/**
 * Quantisation and Huffman coding of a JPEG's blocks (ITU-T T.81, F.1.2).
 *
 * The caller's tables, in this order:
 *
 *     bytes  what
 *     2 × 256   f32[64] for Y, then for Cb and Cr: what each coefficient is multiplied with; transposed, as
 *               jpeg_transform.ts leaves the coefficients
 *     64        u8[64]: where the coefficient at each of these places stands in zigzag order
 *     64        u8[64]: the place of each coefficient in zigzag order
 *     2 × 64    u32[16] for Y, then for Cb and Cr: the code of each size of a DC difference
 *     2 × 1024  u32[256] for Y, then for Cb and Cr: the code of each AC symbol (zeros << 4 | size)
 *
 * A code is `bits << 8 | length`.
 */
import { SAMPLES } from "./jpeg_colour";

const ZIGZAG_OF: usize = 512;
const PLACE_OF: usize = 576;
const DC_CODES: usize = 640;
const AC_CODES: usize = 768;
/** AC symbols: nothing but zeros from here on, and sixteen zeros. */
const END_OF_BLOCK: usize = 0x00;
const SIXTEEN_ZEROS: usize = 0xf0;
/** What a baseline coefficient can be. */
const MOST: i16 = 1023;

/** 64 quantised coefficients, i16. */
const LEVELS: usize = memory.data(128, 16);

let tables: usize = 0;
let out: usize = 0;
/** Bits that have not been written yet: the lowest `pending`. */
let bits: u64 = 0;
let pending: i32 = 0;
/** The DC level of the block before, by component. */
let lastY: i32 = 0;
let lastBlue: i32 = 0;
let lastRed: i32 = 0;

/** Begins a restart interval. */
export function jpegBegin(tablesAt: usize, outAt: usize): void {
  tables = tablesAt;
  out = outAt;
  bits = 0;
  pending = 0;
  lastY = lastBlue = lastRed = 0;
}

/** Ends it on a whole byte. @returns the address behind its last byte */
export function jpegEnd(): usize {
  const missing = (8 - (pending & 7)) & 7;
  put((1 << missing) - 1, missing);
  while (pending > 0) {
    pending -= 8;
    putByte(<u8>(bits >> pending));
  }
  return out;
}

/** Codes a block whose 64 samples are all the same. @param component 0: Y, 1: Cb, 2: Cr */
export function jpegFlatBlock(component: i32, sample: f32): void {
  const chroma: usize = component > 0 ? 1 : 0;
  // Of the transform only the sum is left.
  const level = nearest<f32>(sample * 64 * load<f32>(tables + chroma * 256));
  putDc(component, <i32>max<f32>(-MOST, min<f32>(MOST, level)));
  putCode(AC_CODES + chroma * 1024, END_OF_BLOCK);
}

/** Codes the block whose coefficients are in `SAMPLES`. @param component 0: Y, 1: Cb, 2: Cr */
export function jpegBlock(component: i32): void {
  const chroma: usize = component > 0 ? 1 : 0;
  quantise(tables + chroma * 256);
  putDc(component, load<i16>(LEVELS));
  const codes = AC_CODES + chroma * 1024;

  let places = nonZero() & ~1;
  let order: u64 = 0;
  while (places) {
    order |= <u64>1 << load<u8>(tables + ZIGZAG_OF + <usize>ctz(places));
    places &= places - 1;
  }
  let last = 0;
  while (order) {
    const at = <i32>ctz(order);
    order &= order - 1;
    let zeros = at - last - 1;
    last = at;
    for (; zeros > 15; zeros -= 16) putCode(codes, SIXTEEN_ZEROS);
    const level = <i32>load<i16>(LEVELS + (<usize>load<u8>(tables + PLACE_OF + <usize>at) << 1));
    const size = sizeOf(level);
    putSized(codes, <usize>(zeros << 4 | size), level, size);
  }
  if (last < 63) putCode(codes, END_OF_BLOCK);
}

/** Coefficients to the nearest level. */
function quantise(factors: usize): void {
  const most = i16x8.splat(MOST), least = i16x8.splat(-MOST);
  for (let at: usize = 0; at < 256; at += 32) {
    const left = scaled(SAMPLES + at, factors + at);
    const right = scaled(SAMPLES + at + 16, factors + at + 16);
    const levels = i16x8.narrow_i32x4_s(left, right);
    v128.store(LEVELS + (at >> 1), i16x8.max_s(i16x8.min_s(levels, most), least));
  }
}

// @ts-ignore: decorator
@inline
function scaled(samples: usize, factors: usize): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(samples), v128.load(factors))));
}

/** One bit for each level that is not 0. */
function nonZero(): u64 {
  let mask: u64 = 0;
  const zero = i16x8.splat(0);
  for (let i: usize = 0; i < 4; i++) {
    const a = i16x8.ne(v128.load(LEVELS + i * 32), zero);
    const b = i16x8.ne(v128.load(LEVELS + i * 32, 16), zero);
    mask |= <u64><u32>i8x16.bitmask(i8x16.narrow_i16x8_s(a, b)) << <u64>(i * 16);
  }
  return mask;
}

function putDc(component: i32, level: i32): void {
  let difference: i32;
  if (component === 0) {
    difference = level - lastY;
    lastY = level;
  } else if (component === 1) {
    difference = level - lastBlue;
    lastBlue = level;
  } else {
    difference = level - lastRed;
    lastRed = level;
  }
  const size = sizeOf(difference);
  putSized(DC_CODES + (component > 0 ? 64 : 0), <usize>size, difference, size);
}

/** How many bits a level's size takes. */
// @ts-ignore: decorator
@inline
function sizeOf(level: i32): i32 {
  return 32 - <i32>clz(<u32>abs(level));
}

/** A symbol's code and the bits of a level behind it; negative ones are one less than their lowest bits. */
// @ts-ignore: decorator
@inline
function putSized(codes: usize, symbol: usize, level: i32, size: i32): void {
  const code = load<u32>(tables + codes + (symbol << 2));
  const own = <u32>(level + (level >> 31)) & ((1 << size) - 1);
  put(code >> 8 << size | own, (code & 255) + size);
}

// @ts-ignore: decorator
@inline
function putCode(codes: usize, symbol: usize): void {
  const code = load<u32>(tables + codes + (symbol << 2));
  put(code >> 8, code & 255);
}

/** Appends the lowest `count` bits, at most 27: a code of 16 and a DC difference of 11. */
// @ts-ignore: decorator
@inline
function put(value: u32, count: i32): void {
  bits = bits << count | value;
  pending += count;
  if (pending >= 32) putWord();
}

function putWord(): void {
  pending -= 32;
  const word = <u32>(bits >> pending);
  // No byte of it can be FF, which a 0 must follow, unless a byte's highest bit is set and adding 1 clears it.
  if ((word & 0x80808080 & ~(word + 0x01010101)) === 0) {
    store<u32>(out, bswap<u32>(word));
    out += 4;
    return;
  }
  putByte(<u8>(word >> 24));
  putByte(<u8>(word >> 16));
  putByte(<u8>(word >> 8));
  putByte(<u8>word);
}

function putByte(byte: u8): void {
  store<u8>(out, byte);
  out++;
  if (byte !== 0xff) return;
  store<u8>(out, 0);
  out++;
}
