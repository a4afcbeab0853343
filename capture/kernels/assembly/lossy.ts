/**
 * The lossy coder (docs/PROTOCOL.md, encoding 4): a rectangle of moving pictures in blocks of 16 × 16, each kept, moved
 * or drawn anew, with the differences that matter at the chosen quality.
 *
 * Everything is predicted from the canvas itself, which both sides have: so whatever was lost in one patch
 * does not add up in the next. Encoder and decoder are one routine (`D` is u8 to encode, i8 to decode) and draw
 * the same pixels. What the adaptive probabilities have learnt stays until `lossyReset`, at an epoch's start.
 */
import {
  codeDifferences, codeKind, codeMoved, codeNew, KEEP, MOVED, NEW, passOn, resetBlocks, startRow,
} from "./lossy_block";
import { setPlace, takeBorder } from "./lossy_border";
import { chooseKind, isSplit, startChoosing } from "./lossy_choose";
import { BLOCK, drawResult, rowsThatFit, takeOld, takeSource } from "./lossy_planes";
import { setQuality } from "./lossy_levels";
import {
  bytesSince, codeBit, finishEncoding, initRates, overrun, resetCells, startDecoding, startEncoding,
} from "./range_coder";

/** Forgets everything learnt. */
export function lossyReset(): void {
  initRates();
  resetBlocks();
}

/** Once a patch has this many bytes a pixel its remaining blocks are kept, whatever they should be. */
const MOST_BYTES_PER_PIXEL: i32 = 2;
const MAX_SIDE: i32 = 16384;

/**
 * Eight bits behind the last block, each as likely as not: a decoder that reads others has missed input, or has
 * learnt other things than the encoder.
 */
const END: i32 = 0xb4;
const EVEN_CELL: usize = memory.data(4, 16);

/**
 * Encodes a rectangle of `frame` and draws on `canvas`, both BGRX and `width` × `height`, what decoders will show.
 * @param quality 1 to 100
 * @param out room for 2 bytes a pixel of the rectangle and 65536 more
 * @returns bytes written; 0 when the quality or the rectangle is out of range
 */
export function lossyEncode(
  frame: usize, canvas: usize, width: i32, height: i32, x: i32, y: i32, w: i32, h: i32,
  quality: i32, out: usize,
): i32 {
  if (!isInRange(width, height, x, y, w, h, quality)) return 0;
  setQuality(quality);
  startChoosing();
  store<u8>(out, <u8>quality);
  startEncoding(out + 1);
  codeRect<u8>(frame, canvas, width, x, y, w, h, out);
  codeEnd<u8>();
  return <i32>(finishEncoding() - out);
}

/**
 * Draws a rectangle on `canvas` from what `lossyEncode` wrote. Whatever the input holds, only pixels of the
 * rectangle change.
 * @returns true when the input ended as it should, and its quality and the rectangle are within range
 */
export function lossyDecode(
  input: usize, length: i32, canvas: usize, width: i32, height: i32, x: i32, y: i32, w: i32, h: i32,
): bool {
  if (length < 1) return false;
  const quality = <i32>load<u8>(input);
  if (!isInRange(width, height, x, y, w, h, quality)) return false;
  setQuality(quality);
  startDecoding(input + 1, <usize>(length - 1));
  codeRect<i8>(0, canvas, width, x, y, w, h, 0);
  return overrun() <= 8 && codeEnd<i8>() && overrun() <= 8;
}

/** Returns whether the end is what it should be. */
function codeEnd<D>(): bool {
  let read: i32 = 0;
  for (let i = 7; i >= 0; i--) {
    resetCells(EVEN_CELL, 1);
    read = read << 1 | <i32>codeBit<D>(EVEN_CELL, (END >> i & 1) != 0);
  }
  return read == END;
}

function isInRange(
  width: i32, height: i32, x: i32, y: i32, w: i32, h: i32, quality: i32,
): bool {
  return quality >= 1 && quality <= 100 && width <= MAX_SIDE && height <= MAX_SIDE && x >= 0 &&
    y >= 0 && w >= 1 && h >= 1 && w <= width - x && h <= height - y;
}

/** Codes a rectangle in bands, as many rows at a time as the old picture's planes can hold. */
function codeRect<D>(
  frame: usize, canvas: usize, width: i32, x: i32, y: i32, w: i32, h: i32, out: usize,
): void {
  const most = MOST_BYTES_PER_PIXEL * w * h;
  const bandRows = rowsThatFit(w);
  for (let top = 0; top < h; top += bandRows) {
    codeBand<D>(frame, canvas, width, x, y + top, w, min(bandRows, h - top), out, most);
    if (isSigned<D>() && overrun() > 8) return;
  }
}

function codeBand<D>(
  frame: usize, canvas: usize, width: i32, x: i32, y: i32, w: i32, h: i32, out: usize, most: i32,
): void {
  takeOld(canvas, width, x, y, w, h);
  const columns = (w + BLOCK - 1) / BLOCK;
  const rows = (h + BLOCK - 1) / BLOCK;
  for (let row = 0; row < rows; row++) {
    startRow(row == 0);
    const by = y + row * BLOCK;
    const bh = min(BLOCK, h - row * BLOCK);
    for (let column = 0; column < columns; column++) {
      const bx = x + column * BLOCK;
      const bw = min(BLOCK, w - column * BLOCK);
      const isLast = column == columns - 1;
      setPlace(canvas + <usize>(by * width + bx) * 4, width, row > 0, column > 0, bw, bh);
      let kind = KEEP;
      if (isSigned<D>()) {
        if (overrun() > 8) return;
      } else if (bytesSince(out) < most) {
        takeSource(frame, width, bx, by, bw, bh);
        kind = chooseKind(column, row, isLast);
      }
      kind = codeKind<D>(column, isLast, kind);
      if (kind == MOVED) {
        codeMoved<D>(column, row, isLast, isSplit);
        codeDifferences<D>(column);
      } else if (kind == NEW) {
        if (isSigned<D>()) takeBorder();
        codeNew<D>(column);
      }
      if (kind != KEEP) drawResult(canvas, width, bx, by, bw, bh);
      passOn(column, kind);
    }
  }
}
