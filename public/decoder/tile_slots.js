/**
 * Earlier versions of tiles, which updates save and recall (docs/PROTOCOL.md, "Update").
 *
 * At most `SLOTS` versions of each 64×64 tile, so at most as many canvases in all; memory is taken when
 * a tile is first saved.
 */
import { ProtocolError } from "./reader.js";

/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {import("./picture.js").Rect} Rect */

export const SLOTS = 2;
const TILE = 64;

export class TileSlots {
  /** Pixels of whole tiles, row by row, by tile × SLOTS + slot. @type {Map<number, Uint32Array>} */
  #saved = new Map();

  clear() {
    this.#saved.clear();
  }

  /**
   * Saves tiles as they are now.
   * @param {import("./reader.js").Reader} reader at `saveCount`
   * @param {Picture} picture
   */
  readSaves(reader, picture) {
    const across = Math.ceil(picture.width / TILE);
    const tileCount = across * Math.ceil(picture.height / TILE);
    const count = reader.varint();
    if (count > tileCount) {
      throw new ProtocolError(`Cannot save ${count} tiles: the canvas has ${tileCount}`);
    }
    let tile = -1;
    for (let i = 0; i < count; i++) {
      tile += 1 + reader.varint();
      const slot = readSlot(reader);
      if (tile >= tileCount) {
        throw new ProtocolError(`Cannot save tile ${tile}: the canvas has ${tileCount}`);
      }
      this.#save(picture, tile, slot, across);
    }
  }

  /**
   * Draws a rectangle as a slot has it.
   * @param {Picture} picture
   * @param {number} slot
   * @param {Rect} rect inside the picture
   */
  recall(picture, slot, rect) {
    const across = Math.ceil(picture.width / TILE);
    const right = rect.x + rect.w;
    for (let y = rect.y; y < rect.y + rect.h; y++) {
      for (let x = rect.x; x < right;) {
        const column = Math.floor(x / TILE);
        const end = Math.min(right, (column + 1) * TILE);
        const pixels = this.#saved.get((Math.floor(y / TILE) * across + column) * SLOTS + slot);
        if (!pixels) {
          throw new ProtocolError(`Cannot recall ${x},${y}: slot ${slot} has nothing there`);
        }
        const from = (y % TILE) * TILE + (x % TILE);
        picture.pixels.set(pixels.subarray(from, from + end - x), y * picture.width + x);
        x = end;
      }
    }
  }

  /**
   * @param {Picture} picture
   * @param {number} tile
   * @param {number} slot
   * @param {number} across tiles in a row
   */
  #save(picture, tile, slot, across) {
    const key = tile * SLOTS + slot;
    const pixels = this.#saved.get(key) ?? new Uint32Array(TILE * TILE);
    const x = (tile % across) * TILE;
    const top = Math.floor(tile / across) * TILE;
    const w = Math.min(TILE, picture.width - x);
    const h = Math.min(TILE, picture.height - top);
    for (let row = 0; row < h; row++) {
      const from = (top + row) * picture.width + x;
      pixels.set(picture.pixels.subarray(from, from + w), row * TILE);
    }
    this.#saved.set(key, pixels);
  }
}

/**
 * @param {import("./reader.js").Reader} reader
 * @returns {number} 0 to SLOTS - 1
 */
export function readSlot(reader) {
  const slot = reader.u8();
  if (slot >= SLOTS) throw new ProtocolError(`Cannot use slot ${slot}: there are ${SLOTS}`);
  return slot;
}
