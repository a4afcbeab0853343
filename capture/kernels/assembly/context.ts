/**
 * The context coder (docs/PROTOCOL.md, encoding 3): the pixels of a rectangle, row by row, each predicted
 * from its neighbours and coded in a fraction of a bit where the prediction holds. Screens repeat glyphs, icons
 * and lines, so it nearly always does. Flat stretches are coded as one.
 *
 * Encoder and decoder are this one routine: `D` is u8 to encode, i8 to decode. Both read the neighbours from
 * the canvas, where earlier patches and the surroundings already stand, and write each pixel there;
 * so they see the same and learn the same. What they have learnt stays until `contextReset`, at an epoch's start.
 */
import { resetColours } from "./context_colour";
import { codePixel, resetPixels } from "./context_pixel";
import {
  codeBit, codeTree, finishEncoding, initRates, overrun, resetCells, startDecoding, startEncoding,
} from "./range_coder";

const COLOUR_BITS: u32 = 0x00ffffff;
/** Shorter flat stretches are coded pixel by pixel. */
const MIN_RUN: i32 = 4;

/** P("the whole stretch"), by the bits of its length. */
const WHOLE: usize = memory.data(32 * 4, 16);
/** How many bits a shorter run has; its bits by that number, the upper four in context, the others in one cell. */
const RUN_SIZE: usize = memory.data(16 * 4, 16);
const RUN_BITS: usize = memory.data(16 * 16 * 4, 16);
const RUN_REST: usize = memory.data(4, 16);

/** Forgets everything learnt. */
export function contextReset(): void {
  initRates();
  resetPixels();
  resetColours();
  resetCells(WHOLE, 32);
  resetCells(RUN_SIZE, 16);
  resetCells(RUN_BITS, 16 * 16);
  resetCells(RUN_REST, 1);
}

/**
 * Encodes a rectangle of `frame` and draws it on `canvas`, both BGRX and `width` wide.
 * @param out room for 8 bytes a pixel and 16 more
 * @returns bytes written
 */
export function contextEncode(
  frame: usize, canvas: usize, width: i32, x: i32, y: i32, w: i32, h: i32, out: usize,
): i32 {
  startEncoding(out);
  codeRect<u8>(frame, canvas, width, x, y, w, h);
  return <i32>(finishEncoding() - out);
}

/**
 * Draws a rectangle on `canvas` from what `contextEncode` wrote. Whatever the input holds, only pixels of
 * the rectangle change.
 * @returns true when the input was long enough
 */
export function contextDecode(
  input: usize, length: i32, canvas: usize, width: i32, x: i32, y: i32, w: i32, h: i32,
): bool {
  startDecoding(input, <usize>length);
  codeRect<i8>(0, canvas, width, x, y, w, h);
  return overrun() <= 8;
}

// @ts-ignore: decorator
@inline
function pixel(canvas: usize, index: i32): u32 {
  return load<u32>(canvas + <usize>index * 4) & COLOUR_BITS;
}

/** Neighbours outside the canvas: above it black, beside it the nearest one in the row. */
function codeRect<D>(
  frame: usize, canvas: usize, width: i32, x: i32, y: i32, w: i32, h: i32,
): void {
  const right = x + w;
  for (let row = y; row < y + h; row++) {
    const line = row * width;
    const hasUp = row > 0;
    const up = hasUp ? line - width : line;
    const upUp = row > 1 ? up - width : up;
    let left1 = x > 0 ? pixel(canvas, line + x - 1) : 0;
    let left2 = x > 1 ? pixel(canvas, line + x - 2) : left1;
    let left3 = x > 2 ? pixel(canvas, line + x - 3) : left2;
    for (let column = x; column < right; column++) {
      let notLeft = false;
      let n: u32 = 0;
      let nw: u32 = 0;
      let nww: u32 = 0;
      let ne: u32 = 0;
      let nee: u32 = 0;
      let nn: u32 = 0;
      let nnw: u32 = 0;
      let nne: u32 = 0;
      let nnee: u32 = 0;
      if (hasUp) {
        n = pixel(canvas, up + column);
        if (n == left1 && n == left2) {
          const run = codeStretch<D>(frame, canvas, line, up, column, right, width, n);
          if (run >= 0) {
            column += run & 0xffffff;
            left3 = n;
            if (column >= right) break;
            notLeft = (run >> 24) != 0;
            n = pixel(canvas, up + column);
          }
        }
        nn = pixel(canvas, upUp + column);
        nww = n;
        nnw = nn;
        if (column > 0) {
          nw = pixel(canvas, up + column - 1);
          nnw = pixel(canvas, upUp + column - 1);
          if (column > 1) nww = pixel(canvas, up + column - 2);
        }
        ne = n;
        nne = nn;
        nee = n;
        nnee = nn;
        if (column + 1 < width) {
          ne = pixel(canvas, up + column + 1);
          nne = pixel(canvas, upUp + column + 1);
          if (column + 2 < width) {
            nee = pixel(canvas, up + column + 2);
            nnee = pixel(canvas, upUp + column + 2);
          }
        }
      }
      const to = canvas + <usize>(line + column) * 4;
      const old = load<u32>(to) & COLOUR_BITS;
      let actual: u32 = 0;
      if (!isSigned<D>()) actual = pixel(frame, line + column);
      actual = codePixel<D>(
        actual, notLeft, old, left1, left2, left3, n, nw, nww, ne, nee, nn, nnw, nne, nnee,
      );
      store<u32>(to, actual);
      left3 = left2;
      left2 = left1;
      left1 = actual;
    }
  }
}

/**
 * Where the row above goes on in the left neighbour's colour, the length of the run of it, as one symbol.
 * @returns -1 where there is no such stretch; else the run, plus 1 << 24 when it ended before the stretch
 */
// @ts-ignore: decorator
@inline
function codeStretch<D>(
  frame: usize, canvas: usize, line: i32, up: i32, column: i32, right: i32, width: i32, colour: u32,
): i32 {
  if (column > 0 && pixel(canvas, up + column - 1) != colour) return -1;
  if (column + 1 < width && pixel(canvas, up + column + 1) != colour) return -1;
  let limit = column + 1;
  while (limit < right && pixel(canvas, up + limit) == colour) limit++;
  const length = limit - column;
  if (length < MIN_RUN) return -1;
  const run = codeRun<D>(frame, canvas, line + column, length, colour);
  return run == length ? run : run | 1 << 24;
}

/** How many of the next `length` pixels have `colour`; draws them. */
function codeRun<D>(frame: usize, canvas: usize, start: i32, length: i32, colour: u32): i32 {
  let run = 0;
  if (!isSigned<D>()) {
    while (run < length && pixel(frame, start + run) == colour) run++;
  }
  if (codeBit<D>(WHOLE + <usize>(31 - clz<i32>(length)) * 4, run == length)) {
    run = length;
  } else {
    // run + 1 by the number of its bits, then the bits below the highest.
    const size = codeTree<D>(RUN_SIZE, 4, 31 - clz<i32>(run + 1));
    const inContext = min<u32>(size, 4);
    const others = size - inContext;
    const upper = codeTree<D>(
      RUN_BITS + <usize>size * 16 * 4, inContext, (run + 1 - (1 << size)) >> others,
    );
    let value: u32 = 1 << inContext | upper;
    for (let i = <i32>others - 1; i >= 0; i--) {
      value = value << 1 | <u32>codeBit<D>(RUN_REST, ((run + 1) >> i & 1) != 0);
    }
    // A damaged stream may say more than there is.
    run = min(<i32>value - 1, length - 1);
  }
  for (let i = 0; i < run; i++) store<u32>(canvas + <usize>(start + i) * 4, colour);
  return run;
}
