/**
 * Hashes of what a canvas shows, tile by tile, to be compared with those in a check message
 * (docs/PROTOCOL.md, "Check").
 */
import { newKernels, WASM_PAGE } from "./kernels.js";

const TILE = 64;

/**
 * @param {{ width: number, height: number }} size
 * @returns {number} tiles of such a canvas
 */
export function tileCount({ width, height }) {
  return Math.ceil(width / TILE) * Math.ceil(height / TILE);
}

/**
 * @param {Uint8Array} bytes hashes as little-endian u32
 * @returns {Uint32Array}
 */
export function readHashes(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length >> 2 }, (_, i) => view.getUint32(i * 4, true));
}

/**
 * @param {Uint32Array} a
 * @param {Uint32Array} b
 * @returns {number} tiles that differ; all of them when the counts do
 */
export function countDifferent(a, b) {
  if (a.length !== b.length) return Math.max(a.length, b.length);
  return a.reduce((sum, hash, tile) => sum + (hash === b[tile] ? 0 : 1), 0);
}

/** Hashes pictures row of tiles by row of tiles, so that no second copy of the whole picture is needed. */
export class TileHasher {
  #kernels = newKernels();
  /** Where the kernels' own memory ends and the row of tiles begins. */
  #rows = this.#kernels.memory.buffer.byteLength;

  /**
   * @param {{ width: number, height: number }} size
   * @param {(y: number, h: number) => Uint8ClampedArray} readRows R, G, B, A bytes of `h` whole rows from
   *   row `y` on
   * @returns {Uint32Array} one hash a tile, row by row
   */
  hash({ width, height }, readRows) {
    const { memory } = this.#kernels;
    const across = Math.ceil(width / TILE);
    const out = this.#rows + width * TILE * 4;
    const missing = out + across * 4 - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / WASM_PAGE));
    const hashes = new Uint32Array(tileCount({ width, height }));
    for (let y = 0; y < height; y += TILE) {
      const h = Math.min(TILE, height - y);
      new Uint8Array(memory.buffer, this.#rows, width * h * 4).set(readRows(y, h));
      this.#kernels.hashTiles(this.#rows, width, h, 1, out);
      hashes.set(new Uint32Array(memory.buffer, out, across), Math.floor(y / TILE) * across);
    }
    return hashes;
  }
}
