/**
 * Y'CbCr to BGRX, with the numbers of ITU-R BT.601, which is what ffmpeg takes (and makes) where nothing else is said;
 * Y4M has no place to say it. Each sample of colour counts for all pixels that share it.
 *
 *     R = y + 1.402 cr      G = y - 0.344136 cb - 0.714136 cr      B = y + 1.772 cb
 *
 * with y = Y and cb, cr = Cb - 128, Cr - 128 at full range; else y = (Y - 16) * 255/219 and cb, cr times 255/224.
 */
import type { Size } from "../../../geometry.ts";
import type { Bytes, Chroma } from "../parsers/parser.ts";
import { chromaSize } from "../parsers/y4m.ts";

/** Fixed point: 16 bits after the point. With the largest sum, 2.02 * 255 * 2, 26 bits in all. */
const ONE = 2 ** 16;

/** What each value of a sample adds. */
interface Tables {
  /** Rounding included. */
  readonly y: Int32Array;
  readonly crToR: Int32Array;
  readonly cbToG: Int32Array;
  readonly crToG: Int32Array;
  readonly cbToB: Int32Array;
}

/** Sums lie between -222 and 534: a byte for each, from -256 to 767. */
const CLAMP_OFFSET = 256;
const CLAMPED = Uint8ClampedArray.from({ length: 1024 }, (_, i) => i - CLAMP_OFFSET);

const tables = new Map<boolean, Tables>();

/**
 * Converts a whole picture.
 * @param from the planes Y, Cb, Cr: `planarBytes(chroma, size)`
 * @param to `width * height * 4` bytes
 */
export function planarToBgrx(
  chroma: Chroma,
  fullRange: boolean,
  { width, height }: Size,
  from: Bytes,
  to: Bytes,
): void {
  const pixels = new Uint32Array(to.buffer, to.byteOffset, width * height);
  const table = tablesFor(fullRange);
  if (chroma === "mono") return greys(from, pixels, table.y);
  const { columns, rows } = chromaSize(chroma, { width, height });
  const cb = width * height;
  const cr = cb + columns * rows;
  const halfRows = chroma === "420" ? 1 : 0;
  for (let y = 0; y < height; y++) {
    const row = (y >> halfRows) * columns;
    if (chroma === "444") pixelEach(from, y * width, cb + row, cr + row, width, pixels, table);
    else pixelPairs(from, y * width, cb + row, cr + row, width, pixels, table);
  }
}

/** One row in which each pixel has its own colour. */
function pixelEach(
  from: Bytes,
  at: number,
  cb: number,
  cr: number,
  width: number,
  to: Uint32Array,
  table: Tables,
): void {
  const { y, crToR, cbToG, crToG, cbToB } = table;
  for (const end = at + width; at < end; at++, cb++, cr++) {
    const light = y[from[at]];
    to[at] = CLAMPED[light + crToR[from[cr]] >> 16] << 16 |
      CLAMPED[light + cbToG[from[cb]] + crToG[from[cr]] >> 16] << 8 |
      CLAMPED[light + cbToB[from[cb]] >> 16];
  }
}

/** One row in which two pixels share a colour. */
function pixelPairs(
  from: Bytes,
  at: number,
  cb: number,
  cr: number,
  width: number,
  to: Uint32Array,
  table: Tables,
): void {
  const { y, crToR, cbToG, crToG, cbToB } = table;
  for (const end = at + width; at < end; cb++, cr++) {
    const red = crToR[from[cr]];
    const green = cbToG[from[cb]] + crToG[from[cr]];
    const blue = cbToB[from[cb]];
    const light = y[from[at]];
    to[at++] = CLAMPED[light + red >> 16] << 16 | CLAMPED[light + green >> 16] << 8 |
      CLAMPED[light + blue >> 16];
    if (at === end) return;
    const next = y[from[at]];
    to[at++] = CLAMPED[next + red >> 16] << 16 | CLAMPED[next + green >> 16] << 8 |
      CLAMPED[next + blue >> 16];
  }
}

function greys(from: Bytes, to: Uint32Array, y: Int32Array): void {
  for (let i = 0; i < to.length; i++) to[i] = CLAMPED[y[from[i]] >> 16] * 0x010101;
}

function tablesFor(fullRange: boolean): Tables {
  const known = tables.get(fullRange);
  if (known) return known;
  const [black, lightRange, colourRange] = fullRange ? [0, 255, 255] : [16, 219, 224];
  const light = (value: number) => (value - black) * 255 / lightRange;
  const colour = (factor: number) =>
    byValue((value) => Math.round((value - 128) * 255 / colourRange * factor * ONE));
  const made = {
    // The clamping table begins below 0. Half of one, so that cutting off rounds.
    y: byValue((value) => Math.round((light(value) + 0.5 + CLAMP_OFFSET) * ONE)),
    crToR: colour(1.402),
    cbToG: colour(-0.344136),
    crToG: colour(-0.714136),
    cbToB: colour(1.772),
  };
  tables.set(fullRange, made);
  return made;
}

function byValue(make: (value: number) => number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, value) => make(value));
}
