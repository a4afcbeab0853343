/**
 * The difference between two pictures as a picture: what has changed in B's colours, what has not transparent. It is
 * always exact, and with A it gives B back: see restore.ts. What it carries for that: delta_chunks.ts.
 */
import { deflateSync } from "node:zlib";
import type { Size } from "../capture/geometry.ts";
import {
  DELTA_CHUNK,
  FILE_CHUNK,
  type FileFacts,
  writeDeltaFacts,
  writeFileFacts,
} from "./delta_chunks.ts";
import { type Difference, differenceOf } from "./difference.ts";
import { digestOf, emptySamples, type Picture } from "./picture.ts";
import { type ExtraChunk, writePng } from "./write_png.ts";

/** Nearly all of a delta are zeros, of which the highest level makes the least. */
const LEVEL = 9;

/**
 * Makes the delta from A to B, a PNG of B's size and depth.
 * @param file how B's file is told by A's (`tellFile()`); left out, the delta gives back B's pixels in a file of its own
 * @param exact what `differenceOf(a, b)` found, where it is known already
 */
export function makeDelta(
  a: Picture,
  b: Picture,
  file?: FileFacts,
  exact: Difference = differenceOf(a, b),
): Uint8Array<ArrayBuffer> {
  const { width, height, depth } = b;
  const samples = emptySamples(b, depth);
  const vanished = new Uint8Array(Math.ceil(width * height / 8));
  let hasVanished = false;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (exact.changed[y * exact.width + x] === 0) continue;
      const pixel = y * width + x;
      const at = pixel * 4;
      let any = 0;
      for (let i = at; i < at + 4; i++) any |= samples[i] = b.samples[i];
      if (any !== 0) continue;
      vanished[pixel >> 3] |= 0x80 >> (pixel & 7);
      hasVanished = true;
    }
  }
  const facts = writeDeltaFacts({
    size: a,
    digestA: digestOf(a),
    digestB: digestOf(b),
    bitmap: hasVanished ? deflateSync(vanished, { level: LEVEL }) : undefined,
  });
  const extra: ExtraChunk[] = [{ name: DELTA_CHUNK, content: facts }];
  if (file) extra.push({ name: FILE_CHUNK, content: writeFileFacts(file) });
  return writePng({ width, height, depth, samples }, { alpha: true, level: LEVEL, extra });
}

/** Whether the delta of these pictures says of a pixel that it is transparent black in B, by its bit. */
export function isVanished(bitmap: Uint8Array, { width }: Size, x: number, y: number): boolean {
  const pixel = y * width + x;
  return (bitmap[pixel >> 3] & 0x80 >> (pixel & 7)) !== 0;
}
