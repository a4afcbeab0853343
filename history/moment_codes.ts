/**
 * Grids and changes as bytes: references as small differences, since tiles that came together have ids
 * one behind the other.
 *
 *     grid      count × ref                                               zstd around it all
 *     moments   moments × { dt varint, count varint, count × { skip varint, ref } }
 *     ref       varint: 0 = the reference before it again; odd = 2 × 0xRRGGBB + 1, a colour;
 *               even = 2 × (zigzag(id - the stored id before it) + 1)
 *
 * `dt` counts ms from the moment before (the first has 0: its time stands beside the bytes), `skip` the cells
 * since the one before, that one not included.
 */
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { ByteWriter } from "../capture/byte_writer.ts";
import { Reader } from "../public/decoder/reader.js";
import type { CellChange } from "./grid.ts";
import { colourOf, isSolidRef, solidRef, type TileRef } from "./tile_ref.ts";

/** The cells that changed at one instant. */
export interface Moment {
  /** ms since the Unix epoch. */
  readonly time: number;
  /** In ascending order of cells, at least one. */
  readonly changes: readonly CellChange[];
}

/** What `encodeGrid` wrote of a picture cannot be longer than this many bytes a cell, unpacked. */
const MAX_REF_BYTES = 8;

export function encodeGrid(refs: readonly TileRef[]): Uint8Array {
  const writer = new RefWriter();
  for (const ref of refs) writer.ref(ref);
  return new Uint8Array(zstdCompressSync(writer.out.finish()));
}

/** @throws {Error} when the bytes are not what `encodeGrid` wrote for so many cells */
export function decodeGrid(bytes: Uint8Array, count: number): TileRef[] {
  const plain = zstdDecompressSync(bytes, { maxOutputLength: count * MAX_REF_BYTES });
  const reader = new RefReader(plain);
  const refs = Array.from({ length: count }, () => reader.ref());
  reader.in.end("a grid");
  return refs;
}

export function encodeMoments(moments: readonly Moment[]): Uint8Array {
  const writer = new RefWriter();
  let time = moments[0].time;
  for (const moment of moments) {
    writer.out.varint(moment.time - time).varint(moment.changes.length);
    time = moment.time;
    let next = 0;
    for (const { cell, ref } of moment.changes) {
      writer.out.varint(cell - next);
      next = cell + 1;
      writer.ref(ref);
    }
  }
  return writer.out.finish();
}

/**
 * @param first time of the first moment
 * @throws {Error} when the bytes are damaged
 */
export function decodeMoments(bytes: Uint8Array, first: number): Moment[] {
  const reader = new RefReader(bytes);
  const moments: Moment[] = [];
  let time = first;
  while (reader.in.left > 0) {
    time += reader.in.varint();
    const count = reader.in.varint();
    const changes: CellChange[] = [];
    let next = 0;
    for (let i = 0; i < count; i++) {
      const cell = next + reader.in.varint();
      next = cell + 1;
      changes.push({ cell, ref: reader.ref() });
    }
    moments.push({ time, changes });
  }
  return moments;
}

class RefWriter {
  readonly out = new ByteWriter();
  #before: TileRef | undefined;
  #id = 0;

  ref(ref: TileRef): void {
    if (ref === this.#before) this.out.varint(0);
    else if (isSolidRef(ref)) this.out.varint(2 * colourOf(ref) + 1);
    else {
      const step = ref - this.#id;
      this.out.varint(2 * ((step >= 0 ? 2 * step : -2 * step - 1) + 1));
      this.#id = ref;
    }
    this.#before = ref;
  }
}

class RefReader {
  readonly in: Reader;
  #before: TileRef | undefined;
  #id = 0;

  constructor(bytes: Uint8Array) {
    this.in = new Reader(bytes);
  }

  ref(): TileRef {
    const code = this.in.varint();
    if (code === 0) {
      if (this.#before === undefined) throw new Error("Cannot repeat a reference: there is none");
      return this.#before;
    }
    if (code % 2 === 1) {
      this.#before = solidRef((code - 1) / 2);
    } else {
      const zigzag = code / 2 - 1;
      this.#id += zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
      this.#before = this.#id;
    }
    return this.#before;
  }
}
