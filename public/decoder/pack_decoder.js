/**
 * Decodes packs, the history's tiles as they are stored (docs/PROTOCOL.md, "Tiles"), in a memory of its own, so that
 * the context coder of the stream's patches learns nothing from them.
 *
 * Tiles are kept: whoever drags through time comes back to what was just there. A tile's name (its pack's id and its
 * place) never means another one in the same archive, which the hello names.
 */
import { newKernels, WASM_PAGE } from "./kernels.js";
import { ProtocolError, Reader } from "./reader.js";

/** @typedef {{ place: number, cell: number }} Placement */
/** @typedef {{ id: number, width: number, height: number, places: number, placements: Placement[], code: Uint8Array }} Pack */
/** @typedef {{ width: number, height: number, pixels: Uint32Array }} KeptTile */

const TILE = 64;
const PACK_TILES = 8;
/** No tile's code is longer. */
const MAX_TILE_BYTES = TILE * TILE * 8 + 64;

export class PackDecoder {
  #kernels = newKernels();
  #canvas;
  #input;
  #maxKept;
  /** By pack × 8 + place, the one that was used longest ago first. @type {Map<number, KeptTile>} */
  #kept = new Map();
  /** @type {unknown} */
  #archive;

  /** @param {number} maxKept tiles of up to 16 KiB each that are kept, besides about 10 MB */
  constructor(maxKept) {
    this.#maxKept = maxKept;
    const { memory } = this.#kernels;
    this.#canvas = memory.buffer.byteLength;
    this.#input = this.#canvas + TILE * TILE * 4;
    memory.grow(Math.ceil((TILE * TILE * 4 + MAX_TILE_BYTES) / WASM_PAGE));
  }

  /** @param {unknown} name of the archive that the next packs are from; `undefined`: unknown, nothing is kept */
  set archive(name) {
    if (name !== this.#archive) this.#kept.clear();
    this.#archive = name;
  }

  /**
   * Draws the tiles of a pack that are placed.
   * @param {Pack} pack with all the tiles that it places
   * @param {(pixels: Uint32Array, place: number) => void} draw called once for each place; the pixels are only
   *   valid during the call
   * @throws {ProtocolError} when the code is damaged
   */
  decode(pack, draw) {
    const { id, width, height, placements } = pack;
    /** @type {Set<number>} */
    const missing = new Set();
    for (const place of new Set(placements.map(({ place }) => place))) {
      const kept = this.#recall(id * PACK_TILES + place, width, height);
      if (kept) draw(kept.pixels, place);
      else missing.add(place);
    }
    if (missing.size === 0) return;
    for (const { place, pixels } of this.#tiles(pack, missing)) {
      if (missing.has(place)) draw(pixels, place);
      this.#keep(id * PACK_TILES + place, { width, height, pixels });
    }
  }

  /**
   * Decodes what the wanted tiles need: each by itself, but for those of the context coder, which need all of them
   * before the last.
   * @param {Pack} pack
   * @param {Set<number>} wanted
   */
  *#tiles({ width, height, places, code }, wanted) {
    const parts = readParts(code, places, wanted);
    const last = parts.findLastIndex(({ place, isRice }) => !isRice && wanted.has(place));
    const { memory, contextReset, contextDecode, riceDecode } = this.#kernels;
    if (last >= 0) contextReset();
    for (const [i, { place, isRice, bytes }] of parts.entries()) {
      if (isRice ? !wanted.has(place) : i > last) continue;
      new Uint8Array(memory.buffer, this.#input, bytes.length).set(bytes);
      const pixels = new Uint32Array(memory.buffer, this.#canvas, width * height);
      pixels.fill(0);
      const { length } = bytes;
      const isWhole = isRice
        ? riceDecode(this.#input, length, this.#canvas, width, height)
        : contextDecode(this.#input, length, this.#canvas, width, 0, 0, width, height);
      if (!isWhole) {
        throw new ProtocolError("Cannot draw a tile: its code ends before its pixels");
      }
      yield { place, pixels };
    }
  }

  /**
   * @param {number} key
   * @param {number} width
   * @param {number} height
   */
  #recall(key, width, height) {
    const kept = this.#kept.get(key);
    if (kept?.width !== width || kept.height !== height) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept;
  }

  /**
   * @param {number} key
   * @param {KeptTile} tile
   */
  #keep(key, { width, height, pixels }) {
    if (this.#archive === undefined || this.#maxKept === 0) return;
    this.#kept.delete(key);
    if (this.#kept.size >= this.#maxKept) {
      this.#kept.delete(/** @type {number} */ (this.#kept.keys().next().value));
    }
    this.#kept.set(key, { width, height, pixels: pixels.slice() });
  }
}

/**
 * The tiles' codes up to the last one that is wanted; what comes behind it may be missing.
 * @param {Uint8Array} code
 * @param {number} places
 * @param {Set<number>} wanted
 */
function readParts(code, places, wanted) {
  const reader = new Reader(code);
  const last = Math.max(...wanted);
  const parts = [];
  for (let place = 0; place <= last; place++) {
    if (!(places & (1 << place))) continue;
    const head = reader.varint();
    const length = Math.floor(head / 2);
    if (length > MAX_TILE_BYTES) {
      throw new ProtocolError(`Cannot draw a tile of ${length} bytes: at most ${MAX_TILE_BYTES}`);
    }
    parts.push({ place, isRice: head % 2 === 1, bytes: reader.bytes(length) });
  }
  return parts;
}
