/**
 * Tiles as bytes: their hash, and packs of up to eight of them (docs/PROTOCOL.md, "Tiles").
 *
 * Most tiles go through the context coder: its tables are reset once for a pack, then each tile is coded as a rectangle
 * that fills a black canvas of exactly its size. Neighbouring tiles of one moment are alike, so what the coder
 * has learnt from the first makes the others smaller: by 40 % for text, against one tile alone. Larger packs
 * save more, but a picture reached at random needs more tiles decoded that it does not show, and freeing one tile
 * means coding the others again. Photographs go through the Rice coder, each tile for itself.
 */
import { createHash } from "node:crypto";
import type { Size } from "../capture/geometry.ts";
import { Arena, type Kernels, loadKernels } from "../capture/kernels/kernels.ts";
import { TILE } from "../capture/workspace.ts";
import { ByteWriter } from "../capture/byte_writer.ts";
import { Reader } from "../public/decoder/reader.js";

/** Tiles in a pack, at most. */
export const PACK_TILES = 8;
/** Bytes of a hash: 128 bits of SHA-256. */
export const HASH_BYTES = 16;
/** A tile's code is not longer: 8 bytes a pixel. */
const MAX_CODE_BYTES = TILE * TILE * 8 + 64;
/** What the Rice coder may write until its code is refused for being longer. */
const RICE_BYTES = TILE * TILE * 11 + 8;
/** A Rice code of so many bits a pixel is a photograph's, and hardly ever much longer than the context coder's. */
const SURELY_RICE_BITS = { least: 7, most: 14 };
/** Up to this many times the bytes buy a tile that is decoded in half the time, without those before it. */
const RICE_AT_MOST = 1.3;
const COLOUR_BITS = 0xffffff;

/** The kernels with their decoding half, which the capture Worker has no use for. */
interface TileKernels extends Kernels {
  riceDecode(input: number, length: number, tile: number, width: number, height: number): number;
  contextDecode(
    input: number,
    length: number,
    canvas: number,
    width: number,
    x: number,
    y: number,
    w: number,
    h: number,
  ): number;
}

/** A tile's pixels, 0x00RRGGBB, row by row. */
export type TilePixels = Uint32Array<ArrayBuffer>;

export class TileCoder {
  readonly #kernels: TileKernels;
  readonly #source: number;
  readonly #canvas: number;
  readonly #code: number;
  readonly #hashed = new Uint32Array(TILE * TILE + 1);

  private constructor(kernels: TileKernels) {
    this.#kernels = kernels;
    const arena = new Arena(kernels.memory);
    this.#source = arena.take(TILE * TILE * 4);
    this.#canvas = arena.take(TILE * TILE * 4);
    this.#code = arena.take(RICE_BYTES);
  }

  static async load(): Promise<TileCoder> {
    return new TileCoder(await loadKernels() as TileKernels);
  }

  /**
   * The name of a tile's content: SHA-256 over its size and its pixels, cut to 128 bits. A cryptographic hash, since
   * what a screen shows may be chosen by somebody who wants two tiles to be taken for one.
   */
  hash(pixels: TilePixels, { width, height }: Size): Uint8Array {
    this.#hashed[0] = width << 16 | height;
    this.#hashed.set(pixels, 1);
    const bytes = new Uint8Array(this.#hashed.buffer, 0, (width * height + 1) * 4);
    return new Uint8Array(createHash("sha256").update(bytes).digest().subarray(0, HASH_BYTES));
  }

  /**
   * @param tiles of one size, at most `PACK_TILES`
   * @returns tiles × { head varint: 2 × length, + 1 if Rice coded; length × u8 }
   */
  encode(tiles: readonly TilePixels[], size: Size): Uint8Array<ArrayBuffer> {
    const rice = tiles.map((pixels) => this.#encodeRice(pixels, size));
    // Tried with the context coder are those that may be for it; it must not learn from those that are not.
    let trial = tiles.map((_, i) => i).filter((i) => {
      const bits = rice[i].length * 8 / (size.width * size.height);
      return bits < SURELY_RICE_BITS.least || bits > SURELY_RICE_BITS.most;
    });
    let codes = this.#encodeContext(trial.map((i) => tiles[i]), size);
    const kept = trial.filter((tile, i) => rice[tile].length > codes[i].length * RICE_AT_MOST);
    if (kept.length < trial.length) {
      trial = kept;
      codes = this.#encodeContext(kept.map((i) => tiles[i]), size);
    }
    const out = new ByteWriter();
    const context = new Map(trial.map((tile, i) => [tile, codes[i]]));
    rice.forEach((riceCode, tile) => {
      const code = context.get(tile) ?? riceCode;
      out.varint(code.length * 2 + (context.has(tile) ? 0 : 1)).bytes(code);
    });
    return out.finish();
  }

  /**
   * Undoes `encode`.
   * @param count how many tiles, from the first on
   * @throws {Error} when the code is damaged
   */
  decode(code: Uint8Array, { width, height }: Size, count: number): TilePixels[] {
    const { contextDecode, contextReset, riceDecode } = this.#kernels;
    const reader = new Reader(code);
    const tiles: TilePixels[] = [];
    contextReset();
    for (let i = 0; i < count; i++) {
      const { length, isRice } = readTileHead(reader);
      if (length > MAX_CODE_BYTES) throw new Error(`Cannot decode a tile of ${length} bytes`);
      new Uint8Array(this.#kernels.memory.buffer, this.#code, length).set(reader.bytes(length));
      const canvas = this.#view(this.#canvas, width * height);
      canvas.fill(0);
      const isWhole = isRice
        ? riceDecode(this.#code, length, this.#canvas, width, height)
        : contextDecode(this.#code, length, this.#canvas, width, 0, 0, width, height);
      if (!isWhole) throw new Error("Cannot decode a tile: its code ends before its pixels");
      tiles.push(canvas.slice());
    }
    return tiles;
  }

  #encodeRice(pixels: TilePixels, { width, height }: Size): Uint8Array<ArrayBuffer> {
    this.#view(this.#source, width * height).set(pixels);
    const length = this.#kernels.riceEncode(this.#source, width, height, this.#code);
    return this.#coded(length);
  }

  /** Each tile with what was learnt from those before it. */
  #encodeContext(
    tiles: readonly TilePixels[],
    { width, height }: Size,
  ): Uint8Array<ArrayBuffer>[] {
    const { contextEncode, contextReset } = this.#kernels;
    contextReset();
    return tiles.map((pixels) => {
      this.#view(this.#source, width * height).set(pixels);
      this.#view(this.#canvas, width * height).fill(0);
      const [from, to] = [this.#source, this.#canvas];
      return this.#coded(contextEncode(from, to, width, 0, 0, width, height, this.#code));
    });
  }

  #coded(length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#kernels.memory.buffer as ArrayBuffer, this.#code, length).slice();
  }

  #view(address: number, count: number): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.#kernels.memory.buffer as ArrayBuffer, address, count);
  }
}

/** Reads what stands before a tile's code in a pack: its length, and which coder wrote it. */
export function readTileHead(reader: Reader): { length: number; isRice: boolean } {
  const head = reader.varint();
  return { length: Math.floor(head / 2), isRice: head % 2 === 1 };
}

/** The colour of a tile that has only one; `undefined` for others. */
export function solidColour(pixels: TilePixels): number | undefined {
  const [first] = pixels;
  for (let i = 1; i < pixels.length; i++) if (pixels[i] !== first) return undefined;
  return first;
}

/** Cuts a tile out of a picture; the unused byte of its pixels becomes 0. */
export function cutTile(
  pixels: Uint32Array,
  pictureWidth: number,
  { x, y, w, h }: { x: number; y: number; w: number; h: number },
): TilePixels {
  const tile = new Uint32Array(w * h);
  let to = 0;
  for (let row = y; row < y + h; row++) {
    let from = row * pictureWidth + x;
    for (const end = from + w; from < end; from++) tile[to++] = pixels[from] & COLOUR_BITS;
  }
  return tile;
}
