/** PNG files of every kind with anything in them, for properties. */
import { deflateSync } from "node:zlib";
import {
  concat,
  makePng,
  pngChunk,
  pngHeader,
  type PngKind,
  rawRows,
  samplesOf,
  SIGNATURE,
} from "../helpers/make_png.ts";
import type { Random } from "../helpers/random.ts";

/** Colour types and their depths. */
export const KINDS: readonly (readonly [colour: number, depth: number])[] = [
  ...[1, 2, 4, 8, 16].map((depth) => [0, depth] as const),
  ...[8, 16].map((depth) => [2, depth] as const),
  ...[1, 2, 4, 8].map((depth) => [3, depth] as const),
  ...[8, 16].map((depth) => [4, depth] as const),
  ...[8, 16].map((depth) => [6, depth] as const),
];

export interface RandomPng extends PngKind {
  readonly samples: readonly number[];
  readonly before: readonly Uint8Array[];
}

/** A kind of picture, with a palette that may have a colour twice, and transparency where it can be told. */
export function randomKind(random: Random, width: number, height: number): RandomPng {
  const [colour, depth] = KINDS[random.int(0, KINDS.length - 1)];
  const before: Uint8Array[] = [];
  let most = 2 ** depth - 1;
  if (colour === 3) {
    const colours = random.int(1, 2 ** depth);
    most = colours - 1;
    before.push(pngChunk("PLTE", bytes(random, colours * 3, random.int(0, 1) ? 255 : 1)));
    if (random.int(0, 1)) before.push(pngChunk("tRNS", bytes(random, random.int(1, colours), 255)));
  } else if (colour < 4 && random.int(0, 1)) {
    const clear = Array.from({ length: samplesOf(colour) }, () => random.int(0, most));
    before.push(pngChunk("tRNS", Uint8Array.from(clear.flatMap((one) => [one >> 8, one & 255]))));
  }
  if (random.int(0, 1)) before.unshift(pngChunk("tEXt", bytes(random, random.int(0, 9), 255)));
  const length = width * height * samplesOf(colour);
  // Few values make runs and zeros likely, many the opposite.
  const values = random.int(0, 1) ? most : Math.min(most, 1);
  const samples = Array.from({ length }, () => random.int(0, values));
  return { width, height, colour, depth, interlaced: random.int(0, 1) === 1, before, samples };
}

/** The same with some samples changed. */
export function changed(png: RandomPng, random: Random): RandomPng {
  const samples = [...png.samples];
  for (let i = random.int(0, 5); i > 0; i--) {
    samples[random.int(0, samples.length - 1)] = samples[random.int(0, samples.length - 1)];
  }
  return { ...png, samples };
}

/** The file, by any of zlib's ways to deflate. */
export function encode(png: RandomPng, random: Random): Uint8Array<ArrayBuffer> {
  if (random.int(0, 1)) return makePng({ ...png, random, level: random.int(0, 9) });
  const options = {
    level: random.int(0, 9),
    strategy: random.int(0, 4),
    memLevel: random.int(1, 9),
  };
  const data = deflateSync(rawRows({ ...png, random }), options);
  const trailer = random.int(0, 3) === 0 ? bytes(random, random.int(0, 9), 255) : new Uint8Array();
  return concat(
    SIGNATURE,
    pngHeader(png),
    ...png.before,
    pngChunk("IDAT", data),
    pngChunk("tIME", Uint8Array.of(7, 227, 1, 2, 3, 4, 5)),
    pngChunk("IEND", new Uint8Array()),
    trailer,
  );
}

function bytes(random: Random, length: number, most: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.int(0, most));
}
