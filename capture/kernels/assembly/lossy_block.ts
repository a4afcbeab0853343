/**
 * One block of 16 × 16 of the lossy coder: what kind it is, where it comes from, what is added to that.
 *
 *     keep     the canvas stays as it is
 *     moved    the old picture displaced by one vector, or by four for the four quarters, plus differences
 *     new      a continuation of the pixels above and to the left, plus differences
 *
 * Encoder and decoder are this one routine (`D` as in range_coder.ts); what the encoder codes has been laid out by
 * lossy_choose.ts in `kind`, `isSplit`, the vectors and levels.
 */
import { codeLevels, resetCoefficients } from "./lossy_coefficients";
import { setBorder } from "./lossy_border";
import { fullColour, levelsOf, restore } from "./lossy_levels";
import { BLOCK_PLANE, BLOCK_ROW, PREDICTION, RESULT } from "./lossy_planes";
import { limitX, limitY, predictFromBorder, predictFromOld, SMOOTH } from "./lossy_predict";
import { chooseMode, chooseNewLevels, isCoded } from "./lossy_choose";
import { DIFFERENCES } from "./lossy_transform";
import * as vectors from "./lossy_vectors";
import { codeBit, codeTree, resetCells } from "./range_coder";

export const KEEP: i32 = 0;
export const MOVED: i32 = 1;
export const NEW: i32 = 2;

/** Blocks of 8 columns that a rectangle has at most, and one more. */
const COLUMNS: i32 = 16384 / 8 + 2;
/** Of the blocks above, by column, and of the left one: its kind. */
const KIND_ABOVE: usize = memory.data(16384 / 16 + 2, 16);
let kindLeft: i32 = KEEP;
/** By plane and column of 8 pixels: whether the 8 × 8 above has differences; the same for the two to the left. */
const CODED_ABOVE: usize = memory.data(3 * (16384 / 8 + 2), 16);
const CODED_LEFT: usize = memory.data(3 * 2, 16);

/** P(not keep) by the kinds of the left, upper and upper right block; P(new) by left and upper; P(four vectors). */
const IS_CHANGED: usize = memory.data(8 * 4, 16);
const IS_NEW: usize = memory.data(4 * 4, 16);
const IS_SPLIT: usize = memory.data(4, 16);
/** P(has differences) by plane and the left and upper 8 × 8; how to continue, by plane. */
const IS_CODED: usize = memory.data(3 * 4 * 4, 16);
const MODE: usize = memory.data(2 * 4 * 4, 16);

export function resetBlocks(): void {
  resetCells(IS_CHANGED, 8);
  resetCells(IS_NEW, 4);
  resetCells(IS_SPLIT, 1);
  resetCells(IS_CODED, 3 * 4);
  resetCells(MODE, 2 * 4);
  vectors.resetVectors();
  resetCoefficients();
}

/** To be called before each row of blocks; `first` before a patch's first. */
export function startRow(first: bool): void {
  if (first) {
    memory.fill(KIND_ABOVE, <u8>KEEP, 16384 / 16 + 2);
    memory.fill(CODED_ABOVE, 0, 3 * COLUMNS);
  }
  kindLeft = KEEP;
  memory.fill(CODED_LEFT, 0, 6);
  vectors.startVectorRow(first);
}

/**
 * Codes the kind of the block in `column`.
 * @param isLast it is the last one of its row
 */
export function codeKind<D>(column: i32, isLast: bool, kind: i32): i32 {
  const above = <i32>load<u8>(KIND_ABOVE + <usize>column);
  const aboveRight = <i32>load<u8>(KIND_ABOVE + <usize>(isLast ? column : column + 1));
  const context = <i32>(kindLeft != KEEP) | <i32>(above != KEEP) << 1 |
    <i32>(aboveRight != KEEP) << 2;
  if (!codeBit<D>(IS_CHANGED + <usize>context * 4, kind != KEEP)) return KEEP;
  const near = <i32>(kindLeft == NEW) | <i32>(above == NEW) << 1;
  return codeBit<D>(IS_NEW + <usize>near * 4, kind == NEW) ? NEW : MOVED;
}

/** Makes this block known to those to come. */
export function passOn(column: i32, kind: i32): void {
  kindLeft = kind;
  store<u8>(KIND_ABOVE + <usize>column, <u8>kind);
  if (kind != MOVED) {
    for (let i = 0; i < 4; i++) vectors.setVector(i, 0, 0);
  }
  if (kind == KEEP) {
    for (let plane = 0; plane < 3; plane++) setCoded(plane, column * 2, 0, 16, false);
  }
  vectors.passVectors(column);
}

/** Notes whether the part at column `column8` (in 8 pixels) and row 0 or 1 of the block has differences. */
function setCoded(plane: i32, column8: i32, row: i32, side: i32, coded: bool): void {
  const above = CODED_ABOVE + <usize>(plane * COLUMNS + column8);
  const left = CODED_LEFT + <usize>(plane * 2 + row);
  store<u8>(above, <u8>coded);
  store<u8>(left, <u8>coded);
  if (side == 16) {
    store<u8>(above, <u8>coded, 1);
    store<u8>(left, <u8>coded, 1);
  }
}

/** Codes a moved block's vectors and predicts it. */
export function codeMoved<D>(column: i32, row: i32, isLast: bool, isSplit: bool): void {
  vectors.expectVector(column, row == 0, isLast);
  const split = codeBit<D>(IS_SPLIT, isSplit);
  const side = split ? 8 : 16;
  const count = split ? 4 : 1;
  for (let i = 0; i < count; i++) {
    const x = column * 16 + (i & 1) * 8;
    const y = row * 16 + (i >> 1) * 8;
    vectors.codeVector<D>(vectors.ownX(i), vectors.ownY(i));
    const vx = limitX(vectors.vectorX, x);
    const vy = limitY(vectors.vectorY, y);
    vectors.setVector(i, vx, vy);
    if (i == 0) {
      if (!split) for (let j = 1; j < 4; j++) vectors.setVector(j, vx, vy);
      vectors.expectAsFirst();
    }
    // The encoder has it already.
    if (isSigned<D>()) predictMoved(x, y, side, i, vx, vy);
  }
}

/** Predicts part `i` of a block, or all of it, in all planes. */
export function predictMoved(x: i32, y: i32, side: i32, i: i32, vx: i32, vy: i32): void {
  const at = PREDICTION + <usize>(i >> 1) * 8 * BLOCK_ROW + <usize>(i & 1) * 16;
  for (let plane = 0; plane < 3; plane++) {
    predictFromOld(plane, x, y, side, vx, vy, at + <usize>plane * BLOCK_PLANE);
  }
}

/** Codes a moved block's differences; the block is in `RESULT` then. */
export function codeDifferences<D>(column: i32): void {
  for (let plane = 0; plane < 3; plane++) {
    const half = plane > 0 && !fullColour;
    const parts = half ? 1 : 4;
    for (let i = 0; i < parts; i++) codePart<D>(column, plane, i, half);
  }
}

/** Codes the differences of a part of 8 × 8 (or, at half resolution, of all) and adds them to the prediction. */
function codePart<D>(column: i32, plane: i32, i: i32, half: bool): void {
  const row = i >> 1;
  const column8 = column * 2 + (i & 1);
  const part = plane * 4 + i;
  const near = <i32>load<u8>(CODED_LEFT + <usize>(plane * 2 + row)) |
    <i32>load<u8>(CODED_ABOVE + <usize>(plane * COLUMNS + column8)) << 1;
  let coded = false;
  if (!isSigned<D>()) coded = isCoded(part);
  coded = codeBit<D>(IS_CODED + <usize>(plane * 4 + near) * 4, coded);
  setCoded(plane, column8, row, half ? 16 : 8, coded);
  const at = <usize>plane * BLOCK_PLANE + <usize>row * 8 * BLOCK_ROW + <usize>(i & 1) * 16;
  if (!coded) {
    copyPart(at, half ? 16 : 8);
    return;
  }
  codeLevels<D>(plane, levelsOf(part));
  restore(part, plane > 0);
  if (half) addHalf(at);
  else addPart(at, plane == 0 ? 0 : -255);
}

/** Codes a new block: each part is predicted from the parts before it, so they take turns. */
export function codeNew<D>(column: i32): void {
  for (let i = 0; i < 4; i++) codeNewPart<D>(column, 0, i, 8);
  for (let plane = 1; plane < 3; plane++) {
    if (fullColour) for (let i = 0; i < 4; i++) codeNewPart<D>(column, plane, i, 8);
    else codeNewPart<D>(column, plane, 0, 16);
  }
}

function codeNewPart<D>(column: i32, plane: i32, i: i32, side: i32): void {
  const px = (i & 1) * 8;
  const py = (i >> 1) * 8;
  const lowest = plane == 0 ? 0 : -255;
  const at = <usize>plane * BLOCK_PLANE + <usize>py * BLOCK_ROW + <usize>px * 2;
  setBorder(plane, px, py, side);
  let mode = SMOOTH;
  if (!isSigned<D>()) mode = chooseMode(at, side, lowest);
  mode = codeTree<D>(MODE + <usize>(plane > 0 ? 16 : 0), 2, mode);
  predictFromBorder(mode, side, lowest, PREDICTION + at);
  if (!isSigned<D>()) chooseNewLevels(plane, i, side);
  codePart<D>(column, plane, i, side == 16);
}

// @ts-ignore: decorator
@inline
function clamp(value: v128, lowest: i32): v128 {
  return i16x8.min_s(i16x8.max_s(value, i16x8.splat(<i16>lowest)), i16x8.splat(255));
}

function copyPart(at: usize, side: i32): void {
  for (let row = 0; row < side; row++) {
    const line = at + <usize>row * BLOCK_ROW;
    v128.store(RESULT + line, v128.load(PREDICTION + line));
    if (side == 16) v128.store(RESULT + line + 16, v128.load(PREDICTION + line + 16));
  }
}

function addPart(at: usize, lowest: i32): void {
  for (let row: usize = 0; row < 8; row++) {
    const line = at + row * BLOCK_ROW;
    const sum = i16x8.add(v128.load(PREDICTION + line), v128.load(DIFFERENCES + row * 16));
    v128.store(RESULT + line, clamp(sum, lowest));
  }
}

/** Each difference is for 2 × 2 pixels. */
function addHalf(at: usize): void {
  for (let row: usize = 0; row < 16; row++) {
    const line = at + row * BLOCK_ROW;
    const d = v128.load(DIFFERENCES + (row >> 1) * 16);
    const left = v128.shuffle<i16>(d, d, 0, 0, 1, 1, 2, 2, 3, 3);
    const right = v128.shuffle<i16>(d, d, 4, 4, 5, 5, 6, 6, 7, 7);
    v128.store(RESULT + line, clamp(i16x8.add(v128.load(PREDICTION + line), left), -255));
    v128.store(RESULT + line, clamp(i16x8.add(v128.load(PREDICTION + line, 16), right), -255), 16);
  }
}
