/**
 * Between the rows of a PNG, of any kind that the specification has, and R, G, B, A samples: there and back again,
 * with nothing lost on the way (https://www.w3.org/TR/png-3/#6Colour-values).
 */
import { BadImage } from "../capture/images/bad_image.ts";
import type { PngChunks } from "../capture/images/png/chunks.ts";
import { PNG_COLOUR } from "../capture/images/png/header.ts";
import type { Pass, PngRows } from "../capture/images/png/rows.ts";
import { emptySamples, maxOf, type Picture, type Samples } from "./picture.ts";

/** Where the samples of a pixel belong among R, G, B, A; a grey is told by its R. */
const CHANNELS = {
  [PNG_COLOUR.grey]: [0],
  [PNG_COLOUR.greyAlpha]: [0, 3],
  [PNG_COLOUR.rgb]: [0, 1, 2],
  [PNG_COLOUR.rgba]: [0, 1, 2, 3],
  [PNG_COLOUR.palette]: [],
} as const satisfies Record<number, readonly number[]>;

/** A row of pixels in both forms. */
interface Row {
  readonly data: Uint8Array;
  /** Where the row's first byte is in `data`. */
  readonly from: number;
  readonly columns: number;
  readonly samples: Samples;
  /** Where the first pixel is in `samples`, and how far it is to the next. */
  readonly at: number;
  readonly step: number;
}

/**
 * The picture that a PNG holds.
 * @throws {BadImage} for a colour that its palette does not have
 */
export function pictureOf(chunks: PngChunks, { data, passes }: PngRows): Picture {
  const { header } = chunks;
  const { width, height } = header;
  const depth = header.depth === 16 ? 16 : 8;
  const samples = emptySamples(header, depth);
  const spread = isIndexed(chunks) ? spreadIndexed(chunks) : spreadSamples(chunks);
  for (const row of rowsOf(passes, width, data, samples)) spread(row);
  return { width, height, depth, samples };
}

/**
 * The rows that a picture has as a PNG of this kind, without filters (the filters' numbers are 0). Where a palette has a
 * colour twice, the first one is taken; bits that belong to no pixel are 0.
 */
export function rowsOfPicture(
  chunks: PngChunks,
  passes: readonly Pass[],
  { width, samples }: Picture,
): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(
    passes.reduce((sum, pass) => sum + pass.rows * (1 + pass.rowBytes), 0),
  );
  const gather = isIndexed(chunks) ? gatherIndexed(chunks) : gatherSamples(chunks);
  for (const row of rowsOf(passes, width, data, samples)) gather(row);
  return data;
}

function* rowsOf(
  passes: readonly Pass[],
  width: number,
  data: Uint8Array,
  samples: Samples,
): Generator<Row> {
  let from = 1;
  for (const { x, y, dx, dy, columns, rows, rowBytes } of passes) {
    for (let row = 0; row < rows; row++, from += 1 + rowBytes) {
      const at = ((y + row * dy) * width + x) * 4;
      yield { data, from, columns, samples, at, step: dx * 4 };
    }
  }
}

/** Whether a pixel is one number of at most 8 bits: an index into a palette or a table of greys. */
function isIndexed({ header: { colour, depth } }: PngChunks): boolean {
  return colour === PNG_COLOUR.palette || (colour === PNG_COLOUR.grey && depth <= 8);
}

/** R, G, B, A of each number. */
function tableOf({ header: { colour, depth }, palette, transparency }: PngChunks): Uint8Array {
  if (colour === PNG_COLOUR.palette) {
    if (!palette) throw new BadImage("The PNG file has no palette, PLTE");
    const table = new Uint8Array(palette.length / 3 * 4);
    for (let i = 0; i * 3 < palette.length; i++) {
      table.set(palette.subarray(i * 3, i * 3 + 3), i * 4);
      table[i * 4 + 3] = transparency?.[i] ?? 255;
    }
    return table;
  }
  const clear = transparency ? transparency[0] << 8 | transparency[1] : -1;
  const table = new Uint8Array(4 << depth);
  for (let value = 0; value < 2 ** depth; value++) {
    table.fill(value * 255 / (2 ** depth - 1), value * 4, value * 4 + 3);
    table[value * 4 + 3] = value === clear ? 0 : 255;
  }
  return table;
}

function spreadIndexed(chunks: PngChunks): (row: Row) => void {
  const { depth } = chunks.header;
  const table = tableOf(chunks);
  const mask = 2 ** depth - 1;
  return ({ data, from, columns, samples, at, step }) => {
    for (let column = 0, to = at; column < columns; column++, to += step) {
      const bit = column * depth;
      // The leftmost pixel is in the highest bits.
      const number = data[from + (bit >> 3)] >> (8 - depth - (bit & 7)) & mask;
      const entry = number * 4;
      if (entry >= table.length) {
        throw new BadImage(
          `The PNG file uses colour ${number} of a palette of ${table.length / 4}`,
        );
      }
      samples[to] = table[entry];
      samples[to + 1] = table[entry + 1];
      samples[to + 2] = table[entry + 2];
      samples[to + 3] = table[entry + 3];
    }
  };
}

function gatherIndexed(chunks: PngChunks): (row: Row) => void {
  const { depth } = chunks.header;
  const table = tableOf(chunks);
  const numbers = new Map<number, number>();
  for (let number = table.length / 4 - 1; number >= 0; number--) {
    numbers.set(packed(table, number * 4), number);
  }
  return ({ data, from, columns, samples, at, step }) => {
    for (let column = 0, place = at; column < columns; column++, place += step) {
      const bit = column * depth;
      const number = numbers.get(packed(samples, place)) ?? 0;
      data[from + (bit >> 3)] |= number << (8 - depth - (bit & 7));
    }
  };
}

/** Four bytes as one number. */
function packed(samples: ArrayLike<number>, at: number): number {
  return samples[at] << 24 | samples[at + 1] << 16 | samples[at + 2] << 8 | samples[at + 3];
}

function spreadSamples({ header: { colour, depth }, transparency }: PngChunks): (row: Row) => void {
  const channels = CHANNELS[colour];
  const wide = depth === 16;
  const hasAlpha = channels.includes(3 as never);
  const isGrey = channels.length < 3;
  const opaque = maxOf(wide ? 16 : 8);
  const clear = transparency
    ? channels.map((_, i) => transparency[2 * i] << 8 | transparency[2 * i + 1])
    : undefined;
  return ({ data, from, columns, samples, at, step }) => {
    for (let column = 0, place = from, to = at; column < columns; column++, to += step) {
      let isClear = clear !== undefined;
      for (let i = 0; i < channels.length; i++) {
        const value = wide ? data[place] << 8 | data[place + 1] : data[place];
        place += wide ? 2 : 1;
        samples[to + channels[i]] = value;
        if (isClear && clear![i] !== value) isClear = false;
      }
      if (isGrey) samples[to + 1] = samples[to + 2] = samples[to];
      if (!hasAlpha) samples[to + 3] = isClear ? 0 : opaque;
    }
  };
}

function gatherSamples({ header: { colour, depth } }: PngChunks): (row: Row) => void {
  const channels = CHANNELS[colour];
  return ({ data, from, columns, samples, at, step }) => {
    for (let column = 0, to = from, place = at; column < columns; column++, place += step) {
      for (let i = 0; i < channels.length; i++) {
        const value = samples[place + channels[i]];
        if (depth === 16) data[to++] = value >> 8;
        data[to++] = value;
      }
    }
  };
}
