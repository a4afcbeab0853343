/**
 * By how much content moved: the displacements that the new picture votes for.
 *
 * Both pictures are reduced to *features*: places whose surroundings pass a test that depends on those
 * pixels alone, so that content passes at its new place if it did at its old one, wherever that is. A
 * feature of the new picture whose surroundings occur exactly once in the old one votes for the way from there
 * to here; one that occurs several times has a second-class vote, for the way from the last of them. Blank
 * content has no features.
 *
 * The surroundings are 17 pixels of every second row of seven. In the new picture places are looked for
 * in even rows only, so that half of its rows need not be read; in the old one in all, since content moves
 * by odd amounts too.
 *
 * The test works on bits, 64 places at a time: three bit planes of each row (motion_bits.ts), summed
 * over the four rows in five to eight ways. A place passes where all sums are 1. On flat ground all are 0.
 *
 * Nothing here decides what is copied: motion_area.ts compares pixels.
 */

import {
  bitsBegin, bitsBytes, EDGE, MIX_A, MIX_B, MIX_C, planeOf, readRow, SIGN,
} from "./motion_bits";
import { addMatch, BLOCK_ROWS, BLOCK_WIDTH, matchCount, VOTES_BYTES, votesBegin } from "./motion_votes";

const COLOUR_BITS: u32 = 0x00ffffff;

/** Features of the old picture by key, open addressing: { key u32, place + 1 u32 }, 0 = free slot. */
const INDEX_SLOTS: u32 = 1 << 14;
/** Above this many the sample is thinned: linear probing wants empty slots. */
const INDEX_LIMIT: i32 = 1 << 13;
/** Set in a place + 1 that is the last of several. Coordinates are below 16384, so the bit is free. */
const SEVERAL: u32 = 1 << 31;

let newPicture: usize = 0;
let oldPicture: usize = 0;
let width: i32 = 0;
let height: i32 = 0;
/** 0 to 3: each step halves the number of features. */
let sparseness: i32 = 0;
let index: usize = 0;
let indexed: i32 = 0;
/** Keys must have 0 in these bits; grows when the index is full. */
let thinning: u32 = 0;
/** As large as the index. */
let spare: usize = 0;

/** Bytes that `motionBegin` wants at its address. */
export function motionIndexBytes(pictureWidth: i32): i32 {
  return <i32>(INDEX_SLOTS * 16 + VOTES_BYTES + bitsBytes(pictureWidth));
}

/**
 * Forgets all features and matches.
 * @param memoryAddress of as many bytes as `motionIndexBytes` says
 * @param sampleSparseness 0 to 3: one place in 32, 64, 128 or 256 is a feature
 */
export function motionBegin(
  memoryAddress: usize, frame: usize, reference: usize, pictureWidth: i32, pictureHeight: i32,
  sampleSparseness: i32,
): void {
  newPicture = frame;
  oldPicture = reference;
  width = pictureWidth;
  height = pictureHeight;
  sparseness = sampleSparseness;
  index = memoryAddress;
  spare = index + INDEX_SLOTS * 8;
  const votes = spare + INDEX_SLOTS * 8;
  votesBegin(votes);
  bitsBegin(votes + VOTES_BYTES, pictureWidth, pictureHeight);
  memory.fill(index, 0, INDEX_SLOTS * 8);
  indexed = 0;
  thinning = 0;
}

/** Adds the features whose place is in this rectangle of the old picture. */
export function motionIndex(x: i32, y: i32, w: i32, h: i32): void {
  scan(oldPicture, x, y, w, h, false);
}

/**
 * Looks up the features whose place is in this rectangle of the new picture.
 * @returns how many matches there are up to now
 */
export function motionMatch(x: i32, y: i32, w: i32, h: i32): i32 {
  scan(newPicture, x, y, w, h, true);
  return matchCount();
}

function scan(picture: usize, x: i32, y: i32, w: i32, h: i32, matching: bool): void {
  const columns = min(x + w, width - BLOCK_WIDTH + 1) - x;
  const bottom = min(y + h, height - BLOCK_ROWS + 1);
  if (columns <= 0 || bottom <= y) return;
  const step = matching ? 2 : 1;
  const first = matching ? (y + 1) & ~1 : y;
  for (let row = first; row < bottom + BLOCK_ROWS - 1; row += step) {
    readRow(picture, x, row, columns + BLOCK_WIDTH - 1);
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
  const b = planeOf(top, MIX_B) - row0;
  const c = planeOf(top, MIX_C) - row0;
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

/** Hash of the edge and sign bits of a block; never 0. */
// @ts-ignore: decorator
@inline
function keyOf(top: i32, column: i32): u32 {
  const at = <usize>(column >> 3);
  const shift = <u32>(column & 7);
  let hash: u64 = 0x9e3779b97f4a7c15;
  for (let row = 0; row < BLOCK_ROWS; row += 2) {
    const edges = load<u32>(planeOf(top + row, EDGE) + at) >> shift & 0xffff;
    const hashes = load<u32>(planeOf(top + row, SIGN) + at) >> shift & 0xffff;
    hash = (hash ^ <u64>(edges | hashes << 16)) * 0xff51afd7ed558ccd;
    hash ^= hash >> 32;
  }
  return <u32>hash | 1;
}

// @ts-ignore: decorator
@inline
function indexSlot(key: u32): u32 {
  return (key * 0x85ebca6b) >> 18;
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
      if ((old & ~SEVERAL) != place) store<u32>(entry, place | SEVERAL, 4);
      return;
    }
    slot = (slot + 1) & (INDEX_SLOTS - 1);
  }
}

/** Drops half of the features, chosen by key so that the other picture drops the same. */
function thin(): void {
  memory.copy(spare, index, INDEX_SLOTS * 8);
  memory.fill(index, 0, INDEX_SLOTS * 8);
  thinning = thinning << 1 | 2;
  indexed = 0;
  for (let slot: u32 = 0; slot < INDEX_SLOTS; slot++) {
    const entry = spare + <usize>slot * 8;
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
      const several = (packed & SEVERAL) != 0;
      const place = (packed & ~SEVERAL) - 1;
      const dx = x - <i32>(place & 0xffff);
      const dy = y - <i32>(place >> 16);
      if (dx == 0 && dy == 0) return;
      if (several && stoodStill(x, y)) return;
      addMatch(x, y, dx, dy, several);
      return;
    }
    slot = (slot + 1) & (INDEX_SLOTS - 1);
  }
}

/** True when the surroundings of a place are in both pictures the same. */
function stoodStill(x: i32, y: i32): bool {
  const mask = i32x4.splat(COLOUR_BITS);
  let differs = i32x4.splat(0);
  for (let row = y; row < y + BLOCK_ROWS; row += 2) {
    const at = <usize>(row * width + x) * 4;
    for (let i: usize = 0; i < 64; i += 16) {
      differs = v128.or(
        differs, v128.xor(v128.load(newPicture + at + i), v128.load(oldPicture + at + i)),
      );
    }
  }
  return !v128.any_true(v128.and(differs, mask));
}
