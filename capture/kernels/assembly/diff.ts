/**
 * Which tiles of a frame differ from the reference, and within which box.
 *
 * The frame is compared row by row from left to right, the order in which it lies in memory: the
 * comparison then runs at the speed of memory and the tiles come out of it as a by-product. A stretch
 * of one row inside one tile is 64 pixels = 256 bytes = 16 vectors; only where a stretch differs is it
 * read again (from the L1 cache) to find out where.
 *
 * The fourth byte of a pixel has no meaning and is masked out.
 */

/** Side of a tile in pixels. */
export const TILE: i32 = 64;

const COLOUR_BITS: u32 = 0x00ffffff;

/**
 * Per tile, five i32 in the table at `out`: state, left, top, right, bottom (right and bottom exclusive).
 * States: 0 equal; 1 differs by more than the threshold inside the box; 2 differs by less, nothing to
 * send yet (the box is empty).
 */
const FIELDS: i32 = 5;

/**
 * One bit a column of the tile row: columns of a stretch that differ, or-ed over the rows of the tile.
 * 16384 columns at most, one u32 lane each.
 */
const COLUMNS: usize = memory.data(16384 * 4, 16);

/**
 * @param frame BGRX pixels, rows without padding
 * @param reference of the same size
 * @param look one u8 a tile: 0 = known to be equal, skip it
 * @param threshold largest difference per channel that may wait, 0 to 255
 * @param out the table described above, tilesAcross × tilesDown × 5 × i32
 * @returns how many tiles have state 1
 */
export function diffTiles(
  frame: usize, reference: usize, width: i32, height: i32, look: usize, threshold: i32, out: usize,
): i32 {
  const tilesAcross = (width + TILE - 1) / TILE;
  const tilesDown = (height + TILE - 1) / TILE;
  let dirty = 0;
  for (let tileY = 0; tileY < tilesDown; tileY++) {
    const lookRow = look + tileY * tilesAcross;
    const outRow = out + <usize>(tileY * tilesAcross * FIELDS) * 4;
    const top = tileY * TILE;
    const bottom = min(top + TILE, height);
    memory.fill(outRow, 0, <usize>(tilesAcross * FIELDS) * 4);
    if (noneSet(lookRow, tilesAcross)) continue;
    memory.fill(COLUMNS, 0, <usize>width * 4);
    let straight = allSet(lookRow, tilesAcross);
    for (let y = top; y < bottom; y++) {
      const rowStart = <usize>(y * width) * 4;
      // Most rows of most frames are equal: those are compared in a straight line, without tiles, until one
      // differs; the rows below it probably do too.
      if (straight) {
        if (rowEqual(frame + rowStart, reference + rowStart, width)) continue;
        straight = false;
      }
      for (let tileX = 0; tileX < tilesAcross; tileX++) {
        if (!load<u8>(lookRow + tileX)) continue;
        const left = tileX * TILE;
        const count = min(TILE, width - left);
        const a = frame + rowStart + <usize>left * 4;
        const b = reference + rowStart + <usize>left * 4;
        if (stretchEqual(a, b, count)) continue;
        const entry = outRow + <usize>(tileX * FIELDS) * 4;
        const over = threshold == 0
          ? markExact(a, b, count, COLUMNS + <usize>left * 4)
          : markAbove(a, b, count, COLUMNS + <usize>left * 4, threshold);
        if (over) {
          if (load<i32>(entry) != 1) {
            store<i32>(entry, 1);
            store<i32>(entry, y, 8);
            dirty++;
          }
          store<i32>(entry, y + 1, 16);
        } else if (load<i32>(entry) == 0) {
          store<i32>(entry, 2);
        }
      }
    }
    for (let tileX = 0; tileX < tilesAcross; tileX++) {
      const entry = outRow + <usize>(tileX * FIELDS) * 4;
      if (load<i32>(entry) != 1) continue;
      const right = min((tileX + 1) * TILE, width);
      let x0 = tileX * TILE;
      let x1 = right;
      while (load<u32>(COLUMNS + <usize>x0 * 4) == 0) x0++;
      while (load<u32>(COLUMNS + <usize>(x1 - 1) * 4) == 0) x1--;
      store<i32>(entry, x0, 4);
      store<i32>(entry, x1, 12);
    }
  }
  return dirty;
}

/** True when all bytes are 1 or more. */
function allSet(flags: usize, count: i32): bool {
  for (let i = 0; i < count; i++) if (!load<u8>(flags + i)) return false;
  return true;
}

/** True when all bytes are 0. */
function noneSet(flags: usize, count: i32): bool {
  for (let i = 0; i < count; i++) if (load<u8>(flags + i)) return false;
  return true;
}

/** True when a row of pixels has the same colours: 32 pixels a turn, one decision at the end. */
function rowEqual(a: usize, b: usize, count: i32): bool {
  let one = i32x4.splat(0);
  let two = i32x4.splat(0);
  let i = 0;
  for (; i + 32 <= count; i += 32, a += 128, b += 128) {
    one = v128.or(one, v128.xor(v128.load(a), v128.load(b)));
    two = v128.or(two, v128.xor(v128.load(a, 16), v128.load(b, 16)));
    one = v128.or(one, v128.xor(v128.load(a, 32), v128.load(b, 32)));
    two = v128.or(two, v128.xor(v128.load(a, 48), v128.load(b, 48)));
    one = v128.or(one, v128.xor(v128.load(a, 64), v128.load(b, 64)));
    two = v128.or(two, v128.xor(v128.load(a, 80), v128.load(b, 80)));
    one = v128.or(one, v128.xor(v128.load(a, 96), v128.load(b, 96)));
    two = v128.or(two, v128.xor(v128.load(a, 112), v128.load(b, 112)));
  }
  let rest: u32 = 0;
  for (; i < count; i++, a += 4, b += 4) rest |= load<u32>(a) ^ load<u32>(b);
  const differs = v128.and(v128.or(one, two), i32x4.splat(COLOUR_BITS));
  return !v128.any_true(differs) && (rest & COLOUR_BITS) == 0;
}

/** True when `count` pixels have the same colours. */
// @ts-ignore: decorator
@inline
function stretchEqual(a: usize, b: usize, count: i32): bool {
  const mask = i32x4.splat(COLOUR_BITS);
  let differs = i32x4.splat(0);
  if (count == TILE) {
    for (let i: usize = 0; i < 256; i += 64) {
      differs = v128.or(differs, v128.xor(v128.load(a + i), v128.load(b + i)));
      differs = v128.or(differs, v128.xor(v128.load(a + i, 16), v128.load(b + i, 16)));
      differs = v128.or(differs, v128.xor(v128.load(a + i, 32), v128.load(b + i, 32)));
      differs = v128.or(differs, v128.xor(v128.load(a + i, 48), v128.load(b + i, 48)));
    }
    return !v128.any_true(v128.and(differs, mask));
  }
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = <usize>i * 4;
    differs = v128.or(differs, v128.xor(v128.load(a + at), v128.load(b + at)));
  }
  let rest: u32 = 0;
  for (; i < count; i++) {
    const at = <usize>i * 4;
    rest |= load<u32>(a + at) ^ load<u32>(b + at);
  }
  return !v128.any_true(v128.and(differs, mask)) && (rest & COLOUR_BITS) == 0;
}

/** Ors the differing bits of each pixel into `columns`; true, since the caller knows that some differ. */
function markExact(a: usize, b: usize, count: i32, columns: usize): bool {
  const mask = i32x4.splat(COLOUR_BITS);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = <usize>i * 4;
    const bits = v128.and(v128.xor(v128.load(a + at), v128.load(b + at)), mask);
    v128.store(columns + at, v128.or(v128.load(columns + at), bits));
  }
  for (; i < count; i++) {
    const at = <usize>i * 4;
    const bits = (load<u32>(a + at) ^ load<u32>(b + at)) & COLOUR_BITS;
    store<u32>(columns + at, load<u32>(columns + at) | bits);
  }
  return true;
}

/** The same for differences of more than `threshold` in any channel; true when there is one. */
function markAbove(a: usize, b: usize, count: i32, columns: usize, threshold: i32): bool {
  const mask = i32x4.splat(COLOUR_BITS);
  const limit = i8x16.splat(<i8>threshold);
  let any = i32x4.splat(0);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = <usize>i * 4;
    const bits = v128.and(excess(v128.load(a + at), v128.load(b + at), limit), mask);
    any = v128.or(any, bits);
    v128.store(columns + at, v128.or(v128.load(columns + at), bits));
  }
  for (; i < count; i++) {
    const at = <usize>i * 4;
    const bits = v128.and(
      excess(i32x4.splat(load<u32>(a + at)), i32x4.splat(load<u32>(b + at)), limit), mask,
    );
    any = v128.or(any, bits);
    store<u32>(columns + at, load<u32>(columns + at) | <u32>i32x4.extract_lane(bits, 0));
  }
  return v128.any_true(any);
}

/** Per byte: how far |a - b| is above `limit`, 0 when it is not. */
// @ts-ignore: decorator
@inline
function excess(a: v128, b: v128, limit: v128): v128 {
  const distance = v128.or(i8x16.sub_sat_u(a, b), i8x16.sub_sat_u(b, a));
  return i8x16.sub_sat_u(distance, limit);
}

/**
 * A 32-bit hash of a rectangle's colours (FNV-1a over 32-bit pixels, four lanes): tells whether a tile
 * stood still between two looks. Not for identity across tiles: nothing is ever drawn by it.
 */
export function hashRect(frame: usize, width: i32, x: i32, y: i32, w: i32, h: i32): u32 {
  const mask = i32x4.splat(COLOUR_BITS);
  const prime = i32x4.splat(0x01000193);
  let lanes = i32x4.splat(0x811c9dc5);
  let rest: u32 = 0x811c9dc5;
  for (let row = y; row < y + h; row++) {
    const start = frame + <usize>(row * width + x) * 4;
    let i = 0;
    for (; i + 4 <= w; i += 4) {
      const colours = v128.and(v128.load(start + <usize>i * 4), mask);
      lanes = i32x4.mul(v128.xor(lanes, colours), prime);
    }
    for (; i < w; i++) {
      rest = (rest ^ (load<u32>(start + <usize>i * 4) & COLOUR_BITS)) * 0x01000193;
    }
  }
  let hash = rest;
  hash = (hash ^ <u32>i32x4.extract_lane(lanes, 0)) * 0x01000193;
  hash = (hash ^ <u32>i32x4.extract_lane(lanes, 1)) * 0x01000193;
  hash = (hash ^ <u32>i32x4.extract_lane(lanes, 2)) * 0x01000193;
  return (hash ^ <u32>i32x4.extract_lane(lanes, 3)) * 0x01000193;
}
