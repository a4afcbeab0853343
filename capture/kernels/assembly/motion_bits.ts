/**
 * Rows of pixels as bits, 64 places at a time (see motion.ts).
 *
 *     edge(x)  pixel x differs from pixel x + 1
 *     sign(x)  a hash bit of that difference (0 where there is none)
 *
 * Text in two colours lives in `edge`, photographs (where everything is an edge) in `sign`. Three mixtures
 * of each row are the parity of four of those bits each, up to 11 places to the right; flat ground is 0.
 */

const COLOUR_BITS: u32 = 0x00ffffff;

/** The planes of one row: edge, sign and the three mixtures. */
const PLANES: i32 = 5;
export const EDGE: i32 = 0;
export const SIGN: i32 = 1;
export const MIX_A: i32 = 2;
export const MIX_B: i32 = 3;
export const MIX_C: i32 = 4;
/** Rows whose planes are kept; a power of two. */
export const KEPT_ROWS: i32 = 8;

let width: i32 = 0;
let height: i32 = 0;
/** Bytes of one plane: one bit a pixel of the picture's width, whole words, and one to shift in from. */
let planeBytes: usize = 0;
let planes: usize = 0;

/** Bytes of a plane for pictures of this width. */
export function planeSize(pictureWidth: i32): usize {
  return <usize>((pictureWidth >> 6) + 3) * 8;
}

/** Bytes that `bitsBegin` wants at its address. */
export function bitsBytes(pictureWidth: i32): usize {
  return planeSize(pictureWidth) * PLANES * KEPT_ROWS;
}

export function bitsBegin(memoryAddress: usize, pictureWidth: i32, pictureHeight: i32): void {
  width = pictureWidth;
  height = pictureHeight;
  planeBytes = planeSize(pictureWidth);
  planes = memoryAddress;
}

/** Address of a plane of a row; those of the last `KEPT_ROWS` rows are kept. */
// @ts-ignore: decorator
@inline
export function planeOf(row: i32, plane: i32): usize {
  return planes + planeBytes * <usize>((row & (KEPT_ROWS - 1)) * PLANES + plane);
}

/** Fills the planes of a row: places `x` to `x + count`, the first one in bit 0. */
export function readRow(picture: usize, x: i32, y: i32, count: i32): void {
  const edge = planeOf(y, EDGE);
  const sign = planeOf(y, SIGN);
  const end = picture + <usize>(width * height) * 4;
  let from = picture + <usize>(y * width + x) * 4;
  const groups = (count + 15) >> 4;
  for (let group = 0; group < groups; group++, from += 64) {
    const at = <usize>group * 2;
    if (from + 68 <= end) readGroup(from, edge + at, sign + at);
    else readGroupAtEnd(from, end, edge + at, sign + at);
  }
  // The word to shift in from, and the rest of the last one.
  memory.fill(edge + <usize>groups * 2, 0, 16);
  memory.fill(sign + <usize>groups * 2, 0, 16);

  const words = (count + 63) >> 6;
  const mixed = planeOf(y, 0);
  for (let word = 0; word < words; word++) {
    const at = <usize>word * 8;
    const e = load<u64>(edge + at);
    const s = load<u64>(sign + at);
    const e1 = load<u64>(edge + at, 8);
    const s1 = load<u64>(sign + at, 8);
    store<u64>(
      mixed + planeBytes * MIX_A + at,
      e ^ ahead(e, e1, 3) ^ ahead(s, s1, 6) ^ ahead(e, e1, 10),
    );
    store<u64>(
      mixed + planeBytes * MIX_B + at,
      s ^ ahead(e, e1, 2) ^ ahead(e, e1, 7) ^ ahead(s, s1, 9),
    );
    store<u64>(
      mixed + planeBytes * MIX_C + at,
      ahead(e, e1, 1) ^ ahead(s, s1, 4) ^ ahead(e, e1, 5) ^ ahead(e, e1, 11),
    );
  }
}

/** The bits `places` further right, for each place of a word. */
// @ts-ignore: decorator
@inline
function ahead(word: u64, next: u64, places: u64): u64 {
  return word >> places | next << (64 - places);
}

/** 16 places: their edge and sign bits. */
// @ts-ignore: decorator
@inline
function readGroup(from: usize, edge: usize, sign: usize): void {
  const mask = i32x4.splat(COLOUR_BITS);
  const d0 = difference(from, mask);
  const d1 = difference(from + 16, mask);
  const d2 = difference(from + 32, mask);
  const d3 = difference(from + 48, mask);
  if (!v128.any_true(v128.or(v128.or(d0, d1), v128.or(d2, d3)))) {
    store<u16>(edge, 0);
    store<u16>(sign, 0);
    return;
  }
  const zero = i32x4.splat(0);
  const e0 = i16x8.narrow_i32x4_s(i32x4.ne(d0, zero), i32x4.ne(d1, zero));
  const e1 = i16x8.narrow_i32x4_s(i32x4.ne(d2, zero), i32x4.ne(d3, zero));
  const s0 = i16x8.narrow_i32x4_s(signs(d0), signs(d1));
  const s1 = i16x8.narrow_i32x4_s(signs(d2), signs(d3));
  store<u16>(edge, <u16>i8x16.bitmask(i8x16.narrow_i16x8_s(e0, e1)));
  store<u16>(sign, <u16>i8x16.bitmask(i8x16.narrow_i16x8_s(s0, s1)));
}

/** Four pixels minus their right neighbours, as numbers of 24 bits. */
// @ts-ignore: decorator
@inline
function difference(from: usize, mask: v128): v128 {
  return i32x4.sub(v128.and(v128.load(from), mask), v128.and(v128.load(from, 4), mask));
}

/** Lanes whose sign is the hash bit; positive for 0. */
// @ts-ignore: decorator
@inline
function signs(differences: v128): v128 {
  return i32x4.mul(differences, i32x4.splat(0x9e3779b1));
}

/** The same, one by one, where a vector would reach beyond the picture; places outside are 0. */
function readGroupAtEnd(from: usize, end: usize, edge: usize, sign: usize): void {
  let edges: u32 = 0;
  let hashes: u32 = 0;
  for (let i = 0; i < 16; i++) {
    const at = from + <usize>i * 4;
    if (at + 8 > end) break;
    const d = (load<u32>(at) & COLOUR_BITS) - (load<u32>(at, 4) & COLOUR_BITS);
    edges |= <u32>(d != 0) << i;
    hashes |= (d * 0x9e3779b1) >> 31 << i;
  }
  store<u16>(edge, <u16>edges);
  store<u16>(sign, <u16>hashes);
}
