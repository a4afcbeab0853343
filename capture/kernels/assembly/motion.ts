/**
 * By how much content moved: the displacements that the new picture votes for.
 *
 * Both pictures are reduced to *features*: places whose surroundings pass a test that depends on those
 * pixels alone, so that content passes at its new place if it did at its old one, wherever that is. A
 * feature of the new picture whose surroundings occur exactly once in the old one votes for the way from there
 * to here. Blank and repeating content occurs many times or has no features, so it has no vote.
 *
 * The surroundings are 17 pixels of every second row of seven. In the new picture places are looked for
 * in even rows only, so that half of its rows need not be read; in the old one in all, since content moves
 * by odd amounts too.
 *
 * The test works on bits, 64 places at a time. Each row gives two bit planes:
 *
 *     edge(x)  pixel x differs from pixel x + 1
 *     sign(x)  a hash bit of that difference (0 where there is none)
 *
 * Text in two colours lives in `edge`, photographs (where everything is an edge) in `sign`. Three
 * mixtures of each row, each the parity of four bits up to 11 places to the right, are summed over the
 * four rows in five to eight ways; a place passes where all sums are 1. On flat ground all are 0.
 *
 * Nothing here decides what is copied: motion_area.ts compares pixels.
 */

const COLOUR_BITS: u32 = 0x00ffffff;

/** The rows that a block spans, and how many pixels to the right of its place must exist. */
const BLOCK_ROWS: i32 = 7;
const BLOCK_REACH: i32 = 16;

/** Features of the old picture by key, open addressing: { key u32, place u32 }, place 0 = free slot. */
const INDEX_SLOTS: u32 = 1 << 15;
/** Above this many the sample is thinned: linear probing wants empty slots. */
const INDEX_LIMIT: i32 = 1 << 14;
/** Votes by displacement, open addressing: { packed displacement u32, count u32 }, count 0 = free. */
const VOTE_SLOTS: u32 = 1 << 15;
/** { x u16, y u16, dx i16, dy i16 } each; further ones are not taken. */
const MATCH_LIMIT: i32 = 1 << 14;
/** Place of a block that occurs more than once. Places have x and y below 16384, so this is none. */
const MANY: u32 = 0xffffffff;

/** The planes of one row: edge, sign and the three mixtures. */
const PLANES: i32 = 5;
/** A power of two, at least `BLOCK_ROWS`. */
const KEPT_ROWS: i32 = 8;
const EDGE: i32 = 0;
const SIGN: i32 = 1;
const MIX_A: i32 = 2;
const MIX_B: i32 = 3;
const MIX_C: i32 = 4;

let width: i32 = 0;
let height: i32 = 0;
/** Bytes of one plane: one bit a pixel of the picture's width, whole words, and one to shift in from. */
let planeBytes: usize = 0;
let planes: usize = 0;
let index: usize = 0;
let indexed: i32 = 0;
/** 0 to 3: each step halves the number of features. */
let sparseness: i32 = 0;
/** Keys must have 0 in these bits; grows when the index is full. */
let thinning: u32 = 0;
let votes: usize = 0;
let matches: usize = 0;
let matched: i32 = 0;

/** Bytes of a plane for pictures of this width. */
function planeSize(pictureWidth: i32): usize {
  return <usize>((pictureWidth >> 6) + 3) * 8;
}

/** Bytes that `motionBegin` wants at its address. */
export function motionIndexBytes(pictureWidth: i32): i32 {
  return <i32>(
    (INDEX_SLOTS + VOTE_SLOTS + MATCH_LIMIT) * 8 + planeSize(pictureWidth) * PLANES * KEPT_ROWS
  );
}

/**
 * Forgets all features and matches.
 * @param memoryAddress of as many bytes as `motionIndexBytes` says
 * @param sampleSparseness 0 to 3: one place in 32, 64, 128 or 256 is a feature
 */
export function motionBegin(
  memoryAddress: usize, pictureWidth: i32, pictureHeight: i32, sampleSparseness: i32,
): void {
  sparseness = sampleSparseness;
  width = pictureWidth;
  height = pictureHeight;
  planeBytes = planeSize(pictureWidth);
  index = memoryAddress;
  votes = index + INDEX_SLOTS * 8;
  matches = votes + VOTE_SLOTS * 8;
  planes = matches + MATCH_LIMIT * 8;
  memory.fill(index, 0, INDEX_SLOTS * 8);
  indexed = 0;
  matched = 0;
  thinning = 0;
}

/** Adds the features whose place is in this rectangle of the old picture. */
export function motionIndex(picture: usize, x: i32, y: i32, w: i32, h: i32): void {
  scan(picture, x, y, w, h, false);
}

/**
 * Looks up the features whose place is in this rectangle of the new picture.
 * @returns how many matches there are up to now
 */
export function motionMatch(picture: usize, x: i32, y: i32, w: i32, h: i32): i32 {
  scan(picture, x, y, w, h, true);
  return matched;
}

function scan(picture: usize, x: i32, y: i32, w: i32, h: i32, matching: bool): void {
  const columns = min(x + w, width - BLOCK_REACH) - x;
  const bottom = min(y + h, height - BLOCK_ROWS + 1);
  if (columns <= 0 || bottom <= y) return;
  const step = matching ? 2 : 1;
  const first = matching ? (y + 1) & ~1 : y;
  for (let row = first; row < bottom + BLOCK_ROWS - 1; row += step) {
    readRow(picture, x, row, columns + BLOCK_REACH);
    const top = row - BLOCK_ROWS + 1;
    if (top >= first) sample(x, top, columns, matching);
  }
}

/** Takes the features of a row: the places that pass. */
function sample(x: i32, top: i32, columns: i32, matching: bool): void {
  const row0 = planeOf(top, MIX_A);
  const row2 = planeOf(top + 2, MIX_A);
  const row4 = planeOf(top + 4, MIX_A);
  const row6 = planeOf(top + 6, MIX_A);
  const b = planeBytes;
  const c = planeBytes * 2;
  const words = (columns + 63) >> 6;
  const last: u64 = columns & 63 ? (<u64>1 << (columns & 63)) - 1 : ~(<u64>0);
  for (let word = 0; word < words; word++) {
    const at = <usize>word * 8;
    const a0 = load<u64>(row0 + at);
    const b2 = load<u64>(row2 + b + at);
    const c4 = load<u64>(row4 + c + at);
    const a6 = load<u64>(row6 + at);
    // Sums that are linearly independent, as far as may be also where only some rows have content.
    let passed = a0 ^ b2 ^ c4 ^ a6;
    if (passed == 0) continue; // mostly: nothing there
    const b0 = load<u64>(row0 + b + at);
    const c2 = load<u64>(row2 + c + at);
    const a4 = load<u64>(row4 + at);
    const b6 = load<u64>(row6 + b + at);
    const c0 = load<u64>(row0 + c + at);
    const a2 = load<u64>(row2 + at);
    const b4 = load<u64>(row4 + b + at);
    const c6 = load<u64>(row6 + c + at);
    passed &= c0 ^ c2 ^ a4 ^ b6;
    passed &= b0 ^ c2 ^ c4 ^ c6;
    passed &= a0 ^ a2 ^ a4 ^ c6;
    passed &= b0 ^ b2 ^ b4 ^ b6;
    if (sparseness > 0) passed &= b0 ^ c2 ^ a4 ^ a6;
    if (sparseness > 1) passed &= a0 ^ c2 ^ a4 ^ c6;
    if (sparseness > 2) passed &= a0 ^ c2 ^ a4 ^ a6;
    if (word == words - 1) passed &= last;
    while (passed != 0) {
      const column = (word << 6) + <i32>ctz(passed);
      passed &= passed - 1;
      const key = keyOf(top, column);
      if (key & thinning) continue;
      if (matching) lookUp(key, x + column, top);
      else insert(key, x + column, top);
    }
  }
}

/** Address of a plane of a row; those of the last `KEPT_ROWS` rows are kept. */
// @ts-ignore: decorator
@inline
function planeOf(row: i32, plane: i32): usize {
  return planes + planeBytes * <usize>((row & (KEPT_ROWS - 1)) * PLANES + plane);
}

/** Fills the planes of a row: places `x` to `x + count`, the first one in bit 0. */
function readRow(picture: usize, x: i32, y: i32, count: i32): void {
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

/** Hash of the edge and sign bits of a block; never 0. */
// @ts-ignore: decorator
@inline
function keyOf(top: i32, column: i32): u32 {
  const at = <usize>(column >> 3);
  const shift = <u64>(column & 7);
  let hash: u64 = 0x9e3779b97f4a7c15;
  for (let row = 0; row < BLOCK_ROWS; row += 2) {
    const plane = planeOf(top + row, EDGE);
    const edges = load<u32>(plane + at) >> <u32>shift & 0xffff;
    const hashes = load<u32>(plane + planeBytes + at) >> <u32>shift & 0xffff;
    hash = (hash ^ <u64>(edges | hashes << 16)) * 0xff51afd7ed558ccd;
    hash ^= hash >> 32;
  }
  return <u32>hash | 1;
}

// @ts-ignore: decorator
@inline
function indexSlot(key: u32): u32 {
  return (key * 0x85ebca6b) >> 17;
}

/** Place + 1 in one number, so that 0 can mean a free slot. */
// @ts-ignore: decorator
@inline
function packPlace(x: i32, y: i32): u32 {
  return (<u32>y << 16 | <u32>x) + 1;
}

function insert(key: u32, x: i32, y: i32): void {
  const place = packPlace(x, y);
  let slot = indexSlot(key);
  while (true) {
    const entry = index + <usize>slot * 8;
    const old = load<u32>(entry, 4);
    if (old == 0) {
      store<u32>(entry, key);
      store<u32>(entry, place, 4);
      if (++indexed > INDEX_LIMIT) thin();
      return;
    }
    if (load<u32>(entry) == key) {
      if (old != place) store<u32>(entry, MANY, 4);
      return;
    }
    slot = (slot + 1) & (INDEX_SLOTS - 1);
  }
}

/** Drops half of the features, chosen by key so that the other picture drops the same. */
function thin(): void {
  const copy = votes; // not in use before matching ends
  memory.copy(copy, index, INDEX_SLOTS * 8);
  memory.fill(index, 0, INDEX_SLOTS * 8);
  thinning = thinning << 1 | 2;
  indexed = 0;
  for (let slot: u32 = 0; slot < INDEX_SLOTS; slot++) {
    const entry = copy + <usize>slot * 8;
    const place = load<u32>(entry, 4);
    const key = load<u32>(entry);
    if (place == 0 || key & thinning) continue;
    let free = indexSlot(key);
    while (load<u32>(index + <usize>free * 8, 4) != 0) free = (free + 1) & (INDEX_SLOTS - 1);
    store<u32>(index + <usize>free * 8, key);
    store<u32>(index + <usize>free * 8, place, 4);
    indexed++;
  }
}

function lookUp(key: u32, x: i32, y: i32): void {
  let slot = indexSlot(key);
  while (true) {
    const entry = index + <usize>slot * 8;
    const packed = load<u32>(entry, 4);
    if (packed == 0) return;
    if (load<u32>(entry) == key) {
      if (packed == MANY || matched == MATCH_LIMIT) return;
      const place = packed - 1;
      const dx = x - <i32>(place & 0xffff);
      const dy = y - <i32>(place >> 16);
      if (dx == 0 && dy == 0) return;
      const match = matches + <usize>matched * 8;
      store<u16>(match, <u16>x);
      store<u16>(match, <u16>y, 2);
      store<u16>(match, <u16>dx, 4);
      store<u16>(match, <u16>dy, 6);
      matched++;
      return;
    }
    slot = (slot + 1) & (INDEX_SLOTS - 1);
  }
}

/** Address of the vote on a displacement, which may be free. */
// @ts-ignore: decorator
@inline
function voteOn(displacement: u32): usize {
  let slot = (displacement * 0x9e3779b1) >> 17;
  while (true) {
    const entry = votes + <usize>slot * 8;
    if (load<u32>(entry, 4) == 0 || load<u32>(entry) == displacement) return entry;
    slot = (slot + 1) & (VOTE_SLOTS - 1);
  }
}

/**
 * The displacement that most of the remaining matches agree on. Matches whose displacement has fewer
 * than `least` are dropped.
 *
 * @param out seven i32: dx, dy, and the box around the blocks that voted: left, top, right, bottom; then
 * the number of votes
 * @returns whether there is one
 */
export function motionVote(least: i32, out: usize): bool {
  memory.fill(votes, 0, VOTE_SLOTS * 8);
  for (let i = 0; i < matched; i++) {
    const displacement = load<u32>(matches + <usize>i * 8, 4);
    const entry = voteOn(displacement);
    store<u32>(entry, displacement);
    store<u32>(entry, load<u32>(entry, 4) + 1, 4);
  }
  let kept = 0;
  let best: u32 = 0;
  let most: u32 = 0;
  for (let i = 0; i < matched; i++) {
    const match = load<u64>(matches + <usize>i * 8);
    const displacement = <u32>(match >> 32);
    const count = load<u32>(voteOn(displacement), 4);
    if (count < <u32>least) continue;
    store<u64>(matches + <usize>(kept++) * 8, match);
    if (count > most) {
      most = count;
      best = displacement;
    }
  }
  matched = kept;
  if (kept == 0) return false;
  let left = i32.MAX_VALUE;
  let top = i32.MAX_VALUE;
  let right = 0;
  let bottom = 0;
  for (let i = 0; i < matched; i++) {
    const match = matches + <usize>i * 8;
    if (load<u32>(match, 4) != best) continue;
    const x = <i32>load<u16>(match);
    const y = <i32>load<u16>(match, 2);
    left = min(left, x);
    top = min(top, y);
    right = max(right, x + BLOCK_REACH + 1);
    bottom = max(bottom, y + BLOCK_ROWS);
  }
  store<i32>(out, <i32>(<i16>(best & 0xffff)));
  store<i32>(out, <i32>(<i16>(best >> 16)), 4);
  store<i32>(out, left, 8);
  store<i32>(out, top, 12);
  store<i32>(out, right, 16);
  store<i32>(out, bottom, 20);
  store<i32>(out, <i32>most, 24);
  return true;
}

/** Drops the matches for a displacement: it has been tried. */
export function motionDropVector(dx: i32, dy: i32): void {
  const displacement = <u32>dx & 0xffff | <u32>dy << 16;
  let kept = 0;
  for (let i = 0; i < matched; i++) {
    const match = load<u64>(matches + <usize>i * 8);
    if (<u32>(match >> 32) != displacement) store<u64>(matches + <usize>(kept++) * 8, match);
  }
  matched = kept;
}

/** Drops the matches whose place is in a rectangle: it has been dealt with. */
export function motionDropArea(x: i32, y: i32, w: i32, h: i32): void {
  let kept = 0;
  for (let i = 0; i < matched; i++) {
    const match = load<u64>(matches + <usize>i * 8);
    const column = <i32>(match & 0xffff) - x;
    const row = <i32>(match >> 16 & 0xffff) - y;
    const inside = column >= 0 && column < w && row >= 0 && row < h;
    if (!inside) store<u64>(matches + <usize>(kept++) * 8, match);
  }
  matched = kept;
}
