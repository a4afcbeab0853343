/**
 * What the lossy encoder decides about a block, by weighing squared error against bits. None of this concerns a
 * decoder: it takes what it is told.
 *
 * The price of a bit in squared error is 0.14 steps² (G. Sullivan, T. Wiegand, "Rate-Distortion Optimization for
 * Video Compression", 1998, with H.264's constant), that in absolute error its root.
 */
import { setBorder, takeBorder } from "./lossy_border";
import { KEEP, MOVED, NEW, predictMoved } from "./lossy_block";
import {
  anyLevel, clearLevels, errorWith, errorWithout, fullColour, levelBits, PARTS, quantise, step,
} from "./lossy_levels";
import { BLOCK_PLANE, BLOCK_ROW, oldAt, oldRow, PREDICTION, SOURCE } from "./lossy_planes";
import { GRADIENT, predictFromBorder, SMOOTH } from "./lossy_predict";
import * as search from "./lossy_search";
import { DIFFERENCES, transform } from "./lossy_transform";
import * as vectors from "./lossy_vectors";

/** Below 1/2: what is cut off becomes 0 more easily than it becomes a level. */
const ROUND_MOVED: f32 = 0.2;
const ROUND_NEW: f32 = 0.33;
/** Errors of colour count this much: it is seen less, and its planes are not normalised. */
const COLOUR_SHARE: f32 = 0.25;

/** Whether part i of plane p has levels, at p × 4 + i. */
const CODED: usize = memory.data(12, 16);
/** A guess of 16 × 16 luma. */
const TRIAL: usize = memory.data(512, 16);

/** The vector found last: blocks of one object move alike. */
const LATEST: usize = memory.data(4, 16);
/** Vectors of four parts, until it is clear that they are worth their bits. */
const FOUR: usize = memory.data(16, 16);

/** The chosen block has four vectors. */
export let isSplit: bool = false;
/** What the chosen vectors miss (sum of absolute differences of luma), and what they cost. */
let vectorsMiss: i32 = 0;
let vectorBits: f32 = 0;

/** Look less hard for where blocks come from: neither by parts of a pixel nor of a block. */
let hurry: bool = false;

/** Whether the encoder shall take less time, until this is called again: about a third less, for worse pictures. */
export function lossyHurry(on: bool): void {
  hurry = on;
}

/** To be called before a patch: what came before shall not matter. */
export function startChoosing(): void {
  store<u32>(LATEST, 0);
}

/** Whether the chosen block has levels in a part: 4 × plane + its number. */
export function isCoded(part: i32): bool {
  return load<u8>(CODED + <usize>part) != 0;
}

/** Squared error's price for a bit. */
function lambda(): f32 {
  const size = <f32>step / 8;
  return size * size * 0.14;
}

/**
 * Chooses the kind of the block at `column`, `row`, whose pixels are in `SOURCE`, and lays out its vectors,
 * prediction and levels.
 */
export function chooseKind(column: i32, row: i32, isLast: bool): i32 {
  const x = column * 16;
  const y = row * 16;
  const keepError = errorOfKeeping(x, y);
  const price = lambda();
  if (keepError <= price) return KEEP;
  vectors.expectVector(column, row == 0, isLast);
  chooseVectors(column, x, y, isLast);
  const missed = vectorsMiss;
  if (missed > 512 + step * 16) {
    const newMiss = missOfNew() + step * 4;
    if (newMiss < missed) return NEW;
  }
  const cost = chooseMovedLevels() + price * vectorBits;
  if (cost < keepError) return MOVED;
  for (let part = 0; part < PARTS; part++) if (isCoded(part)) clearLevels(part);
  return KEEP;
}

/** Squared error of leaving the canvas as it is. */
function errorOfKeeping(x: i32, y: i32): f32 {
  let error: f32 = 0;
  for (let plane = 0; plane < 3; plane++) {
    const sum = squares(SOURCE + <usize>plane * BLOCK_PLANE, oldAt(plane, x, y), oldRow);
    error += plane == 0 ? <f32>sum : <f32>sum * COLOUR_SHARE;
  }
  return error;
}

/** Sum of squared differences of 16 × 16. */
function squares(a: usize, b: usize, bRow: usize): i32 {
  let sum = i32x4.splat(0);
  for (let row = 0; row < 16; row++) {
    const p = a + <usize>row * BLOCK_ROW;
    const q = b + <usize>row * bRow;
    const d = i16x8.sub(v128.load(p), v128.load(q));
    const e = i16x8.sub(v128.load(p, 16), v128.load(q, 16));
    sum = i32x4.add(sum, i32x4.add(i32x4.dot_i16x8_s(d, d), i32x4.dot_i16x8_s(e, e)));
  }
  return i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) +
    i32x4.extract_lane(sum, 3);
}

/** Finds one vector for the block, and four where that is worth it; notes them and predicts the block. */
function chooseVectors(column: i32, x: i32, y: i32, isLast: bool): void {
  // sqrt(0.14) steps a bit, times 16.
  const bitWorth = step * 3 / 4;
  const likelyX = vectors.likelyX;
  const likelyY = vectors.likelyY;
  search.startSearch(x, y, 0, 0, 16, likelyX, likelyY, bitWorth);
  search.tryVector(likelyX, likelyY);
  search.tryVector(0, 0);
  tryNeighbour(vectors.vectorLeft());
  tryNeighbour(vectors.vectorAbove(column));
  tryNeighbour(vectors.vectorAboveRight(column, isLast));
  tryNeighbour(LATEST);
  const enough = 64 + step * 4;
  if (search.bestMiss > enough) {
    search.searchWide(search.bestMiss > enough * 4 ? 16 : 2);
    if (!hurry) search.searchNarrow();
  }
  const vx = search.bestX;
  const vy = search.bestY;
  store<i16>(LATEST, <i16>vx);
  store<i16>(LATEST, <i16>vy, 2);
  vectorsMiss = search.bestMiss;
  vectorBits = <f32>((search.bestCost - search.bestMiss) * 16 / bitWorth);
  isSplit = false;
  for (let i = 0; i < 4; i++) vectors.setVector(i, vx, vy);
  if (!hurry && vectorsMiss > enough * 2) splitVectors(x, y, bitWorth, search.bestCost);
  if (isSplit) {
    for (let i = 0; i < 4; i++) {
      predictMoved(x + (i & 1) * 8, y + (i >> 1) * 8, 8, i, vectors.ownX(i), vectors.ownY(i));
    }
  } else {
    predictMoved(x, y, 16, 0, vx, vy);
  }
}

function tryNeighbour(vector: usize): void {
  search.tryVector(load<i16>(vector), load<i16>(vector, 2));
}

function splitVectors(x: i32, y: i32, bitWorth: i32, oneCost: i32): void {
  let cost = 0;
  let missed = 0;
  const vx = vectors.ownX(0);
  const vy = vectors.ownY(0);
  let likelyX = vectors.likelyX;
  let likelyY = vectors.likelyY;
  for (let i = 0; i < 4; i++) {
    search.startSearch(x, y, (i & 1) * 8, (i >> 1) * 8, 8, likelyX, likelyY, bitWorth);
    search.tryVector(vx, vy);
    search.tryVector(likelyX, likelyY);
    search.tryVector(0, 0);
    search.searchWide(4);
    search.searchNarrow();
    cost += search.bestCost;
    missed += search.bestMiss;
    if (cost >= oneCost) return;
    store<i16>(FOUR + <usize>i * 4, <i16>search.bestX);
    store<i16>(FOUR + <usize>i * 4, <i16>search.bestY, 2);
    if (i == 0) {
      likelyX = search.bestX;
      likelyY = search.bestY;
    }
  }
  isSplit = true;
  for (let i = 0; i < 4; i++) {
    vectors.setVector(i, load<i16>(FOUR + <usize>i * 4), load<i16>(FOUR + <usize>i * 4, 2));
  }
  vectorsMiss = missed;
  vectorBits = <f32>((cost - missed) * 16 / bitWorth);
}

/** How far the best continuation of 16 × 16 luma misses. */
function missOfNew(): i32 {
  takeBorder();
  setBorder(0, 0, 0, 16);
  let best = i32.MAX_VALUE;
  for (let mode = SMOOTH; mode <= GRADIENT; mode++) {
    predictFromBorder(mode, 16, 0, TRIAL);
    best = min(best, search.miss(SOURCE, TRIAL, BLOCK_ROW, 16));
  }
  return best;
}

/** Levels of a moved block. Returns its squared error plus the price of its bits. */
function chooseMovedLevels(): f32 {
  let cost: f32 = 0;
  for (let plane = 0; plane < 3; plane++) {
    const half = plane > 0 && !fullColour;
    if (half) {
      const at = <usize>plane * BLOCK_PLANE;
      const all = <f32>squares(SOURCE + at, PREDICTION + at, BLOCK_ROW);
      const part = chooseLevels(plane, 0, 16, ROUND_MOVED);
      cost += COLOUR_SHARE * max<f32>(0, all - 4 * errorWithout) + part;
    } else {
      for (let i = 0; i < 4; i++) cost += chooseLevels(plane, i, 8, ROUND_MOVED);
    }
  }
  return cost;
}

/** Levels of one part of a new block. */
export function chooseNewLevels(plane: i32, i: i32, side: i32): void {
  chooseLevels(plane, i, side, ROUND_NEW);
}

/** The continuation of the part at `at` (an offset into a block's planes) that misses least. */
export function chooseMode(at: usize, side: i32, lowest: i32): i32 {
  let best = i32.MAX_VALUE;
  let result = SMOOTH;
  for (let mode = SMOOTH; mode <= GRADIENT; mode++) {
    predictFromBorder(mode, side, lowest, TRIAL);
    const missed = search.miss(SOURCE + at, TRIAL, BLOCK_ROW, side);
    if (missed < best) {
      best = missed;
      result = mode;
    }
  }
  return result;
}

/** Levels of a part, or none where they are not worth their bits. Returns error plus price. */
function chooseLevels(plane: i32, i: i32, side: i32, rounding: f32): f32 {
  const at = <usize>plane * BLOCK_PLANE + <usize>(i >> 1) * 8 * BLOCK_ROW + <usize>(i & 1) * 16;
  const part = plane * 4 + i;
  if (side == 16) takeHalfDifferences(at);
  else takeDifferences(at);
  transform();
  quantise(part, plane > 0, rounding);
  const scale: f32 = plane == 0 ? 1 : side == 16 ? 4 * COLOUR_SHARE : COLOUR_SHARE;
  const without = scale * errorWithout;
  const withLevels = scale * errorWith + lambda() * levelBits;
  const coded = anyLevel && withLevels < without;
  store<u8>(CODED + <usize>part, <u8>coded);
  if (!coded && anyLevel) clearLevels(part);
  return coded ? withLevels : without;
}

function takeDifferences(at: usize): void {
  for (let row: usize = 0; row < 8; row++) {
    const line = at + row * BLOCK_ROW;
    v128.store(
      DIFFERENCES + row * 16,
      i16x8.sub(v128.load(SOURCE + line), v128.load(PREDICTION + line)),
    );
  }
}

/** Means of 2 × 2. */
function takeHalfDifferences(at: usize): void {
  const round = i32x4.splat(2);
  for (let row: usize = 0; row < 8; row++) {
    const line = at + row * 2 * BLOCK_ROW;
    const left = i16x8.add(difference(line), difference(line + BLOCK_ROW));
    const right = i16x8.add(difference(line + 16), difference(line + BLOCK_ROW + 16));
    v128.store(
      DIFFERENCES + row * 16,
      i16x8.narrow_i32x4_s(
        i32x4.shr_s(i32x4.add(i32x4.extadd_pairwise_i16x8_s(left), round), 2),
        i32x4.shr_s(i32x4.add(i32x4.extadd_pairwise_i16x8_s(right), round), 2),
      ),
    );
  }
}

// @ts-ignore: decorator
@inline
function difference(at: usize): v128 {
  return i16x8.sub(v128.load(SOURCE + at), v128.load(PREDICTION + at));
}
