/** Builds PNG files of every kind, good and bad, from samples. */
import { crc32, deflateSync } from "node:zlib";
import type { Random } from "./random.ts";

/** What to build. */
export interface PngKind {
  readonly width: number;
  readonly height: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA. */
  readonly colour: number;
  readonly depth: number;
  readonly interlaced?: boolean;
}

export interface PngParts extends PngKind {
  /** Samples of all pixels, row by row. */
  readonly samples: ArrayLike<number>;
  /** Chunks between IHDR and IDAT. */
  readonly before?: readonly Uint8Array[];
  /** Picks filters and the cuts between IDAT chunks; without it all is filter 0 and one chunk. */
  readonly random?: Random;
  readonly level?: number;
}

export const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const SAMPLES = new Map([[0, 1], [2, 3], [3, 1], [4, 2], [6, 4]]);

/** Samples a pixel. */
export function samplesOf(colour: number): number {
  return SAMPLES.get(colour)!;
}

export function pngChunk(name: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(new TextEncoder().encode(name), 4);
  bytes.set(content, 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}

export function pngHeader(
  { width, height, colour, depth, interlaced }: PngKind,
): Uint8Array<ArrayBuffer> {
  const content = new Uint8Array(13);
  const view = new DataView(content.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  content.set([depth, colour, 0, 0, interlaced ? 1 : 0], 8);
  return pngChunk("IHDR", content);
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function makePng(parts: PngParts): Uint8Array<ArrayBuffer> {
  const { before = [], random, level = 6 } = parts;
  const data = deflateSync(rawRows(parts), { level });
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < data.length;) {
    const length = random ? random.int(1, data.length) : data.length;
    chunks.push(pngChunk("IDAT", data.subarray(at, at + length)));
    at += length;
  }
  return concat(
    SIGNATURE,
    pngHeader(parts),
    ...before,
    ...chunks,
    pngChunk("IEND", new Uint8Array()),
  );
}

/** The data before compression: filter bytes and filtered rows, of all passes. */
export function rawRows(parts: PngParts): Uint8Array<ArrayBuffer> {
  const { width, height, colour, depth, interlaced, samples, random } = parts;
  const each = samplesOf(colour);
  const rows: Uint8Array[] = [];
  // First row and column, and the steps from one to the next (PNG specification, section 8).
  const passes = interlaced
    ? [[0, 0, 8, 8], [0, 4, 8, 8], [4, 0, 8, 4], [0, 2, 4, 4], [2, 0, 4, 2], [0, 1, 2, 2], [
      1,
      0,
      2,
      1,
    ]]
    : [[0, 0, 1, 1]];
  for (const [top, left, down, right] of passes) {
    let above: Uint8Array | undefined;
    for (let y = top; y < height; y += down) {
      const values: number[] = [];
      for (let x = left; x < width; x += right) {
        for (let i = 0; i < each; i++) values.push(samples[(y * width + x) * each + i]);
      }
      if (values.length === 0) continue;
      const row = packed(values, depth);
      rows.push(filtered(row, above, Math.max(1, each * depth / 8), random?.int(0, 4) ?? 0));
      above = row;
    }
  }
  return concat(...rows);
}

function packed(values: readonly number[], depth: number): Uint8Array {
  let bits = "";
  for (const value of values) bits += value.toString(2).padStart(depth, "0");
  return Uint8Array.from(
    { length: Math.ceil(bits.length / 8) },
    (_, i) => parseInt(bits.slice(i * 8, i * 8 + 8).padEnd(8, "0"), 2),
  );
}

function filtered(
  row: Uint8Array,
  above: Uint8Array | undefined,
  step: number,
  filter: number,
): Uint8Array {
  return Uint8Array.from({ length: row.length + 1 }, (_, n) => {
    if (n === 0) return filter;
    const i = n - 1;
    const [a, b] = [row[i - step] ?? 0, above?.[i] ?? 0];
    const c = above?.[i - step] ?? 0;
    const nearest = [a, b, c].map((guess) => Math.abs(a + b - c - guess));
    const paeth = [a, b, c][nearest.indexOf(Math.min(...nearest))];
    return row[i] - [0, a, b, Math.floor((a + b) / 2), paeth][filter];
  });
}
