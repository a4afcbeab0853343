/**
 * Applies one tiles message to the picture (docs/PROTOCOL.md, "Tiles"): cells of the 64×64 grid get a
 * colour, or a tile out of a pack as the history stores it.
 *
 * What decides how much work it is (counts, cells, sizes) is checked before the first pixel changes.
 */
import { ProtocolError } from "./reader.js";

/** @typedef {import("./reader.js").Reader} Reader */
/** @typedef {import("./picture.js").Rect} Rect */
/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {{ cell: number, colour: number }} Solid */
/** @typedef {import("./pack_decoder.js").PackDecoder} PackDecoder */
/** @typedef {import("./pack_decoder.js").Placement} Placement */
/** @typedef {import("./pack_decoder.js").Pack} Pack */

const KEYFRAME = 1;
const TILE = 64;

/**
 * @param {Reader} reader at the body's first byte
 * @returns {{ keyframe: boolean, seqDelta: number, timeDelta: number }}
 */
export function readTilesHeader(reader) {
  const flags = reader.u8();
  if ((flags & ~KEYFRAME) !== 0) throw new ProtocolError(`Cannot read tiles flags ${flags}`);
  const seqDelta = reader.svarint();
  return { keyframe: (flags & KEYFRAME) !== 0, seqDelta, timeDelta: reader.svarint() };
}

/**
 * @param {Reader} reader behind the message's header
 * @param {boolean} keyframe
 * @param {Picture} picture changed in place
 * @param {() => PackDecoder} packDecoder called when there is a pack
 * @returns {{ rects: Rect[], patchCount: number, copyCount: number }} what was written; `patchCount`: cells
 */
export function applyTiles(reader, keyframe, picture, packDecoder) {
  const grid = new Cells(picture);
  const solids = readSolids(reader, grid);
  const packs = readPacks(reader, grid);
  reader.end("a tiles message");

  if (keyframe) picture.clear();
  for (const { cell, colour } of solids) picture.fill(grid.rectOf(cell), colour);
  for (const pack of packs) {
    packDecoder().decode(pack, (pixels, place) => {
      for (const placement of pack.placements) {
        if (placement.place === place) drawTile(picture, grid.rectOf(placement.cell), pixels);
      }
    });
  }
  const rects = keyframe
    ? [{ x: 0, y: 0, w: picture.width, h: picture.height }]
    : grid.takenRects();
  picture.show(rects);
  picture.losses.note(rects, []);
  return { rects, patchCount: grid.takenCount, copyCount: 0 };
}

/** The grid of a picture, and which of its cells a message has named. */
class Cells {
  #width;
  #height;
  #across;
  #taken;
  takenCount = 0;

  /** @param {{ width: number, height: number }} size */
  constructor({ width, height }) {
    this.#width = width;
    this.#height = height;
    this.#across = Math.ceil(width / TILE);
    this.#taken = new Uint8Array(this.#across * Math.ceil(height / TILE));
  }

  get count() {
    return this.#taken.length;
  }

  /**
   * Names a cell; each at most once, so that few bytes cannot ask for much work.
   * @param {number} cell
   */
  take(cell) {
    if (cell >= this.count) {
      throw new ProtocolError(`Cannot draw cell ${cell}: the canvas has ${this.count}`);
    }
    if (this.#taken[cell]) throw new ProtocolError(`Cannot draw cell ${cell} twice`);
    this.#taken[cell] = 1;
    this.takenCount++;
  }

  /**
   * @param {number} cell
   * @returns {Rect}
   */
  rectOf(cell) {
    const x = (cell % this.#across) * TILE;
    const y = Math.floor(cell / this.#across) * TILE;
    return { x, y, w: Math.min(TILE, this.#width - x), h: Math.min(TILE, this.#height - y) };
  }

  /** The cells named; neighbours in a row are one rectangle. */
  takenRects() {
    /** @type {Rect[]} */
    const rects = [];
    for (let cell = 0; cell < this.count; cell++) {
      if (!this.#taken[cell]) continue;
      const rect = this.rectOf(cell);
      const before = rects.at(-1);
      if (before && rect.x > 0 && before.y === rect.y && before.x + before.w === rect.x) {
        before.w += rect.w;
      } else rects.push(rect);
    }
    return rects;
  }
}

/**
 * @param {Reader} reader
 * @param {Cells} grid
 */
function readSolids(reader, grid) {
  const count = reader.varint();
  /** @type {Solid[]} */
  const solids = [];
  let cell = -1;
  // `take` bounds this loop and the ones below, whatever the counts say.
  for (let i = 0; i < count; i++) {
    cell += 1 + reader.varint();
    grid.take(cell);
    const [red, green, blue] = reader.bytes(3);
    solids.push({ cell, colour: (red << 16) | (green << 8) | blue });
  }
  return solids;
}

/**
 * @param {Reader} reader
 * @param {Cells} grid
 */
function readPacks(reader, grid) {
  const count = reader.varint();
  /** @type {Pack[]} */
  const packs = [];
  for (let i = 0; i < count; i++) {
    const id = reader.varint();
    const width = reader.u8();
    const height = reader.u8();
    const places = reader.u8();
    if (width < 1 || height < 1 || width > TILE || height > TILE) {
      throw new ProtocolError(`Cannot draw tiles of ${width}×${height}: 1 to ${TILE} a side`);
    }
    const placementCount = reader.varint();
    if (placementCount < 1) throw new ProtocolError("Cannot draw a pack in no cell");
    /** @type {Placement[]} */
    const placements = [];
    for (let j = 0; j < placementCount; j++) {
      const place = reader.u8();
      if (place > 7 || !(places & (1 << place))) {
        throw new ProtocolError(`Cannot draw tile ${place} of a pack that has not got it`);
      }
      const cell = reader.varint();
      grid.take(cell);
      const { w, h } = grid.rectOf(cell);
      if (w !== width || h !== height) {
        throw new ProtocolError(`Cannot draw a tile of ${width}×${height} in a cell of ${w}×${h}`);
      }
      placements.push({ place, cell });
    }
    const code = reader.bytes(reader.varint());
    packs.push({ id, width, height, places, placements, code });
  }
  return packs;
}

/**
 * @param {Picture} picture
 * @param {Rect} rect
 * @param {Uint32Array} pixels
 */
function drawTile(picture, { x, y, w, h }, pixels) {
  for (let row = 0; row < h; row++) {
    const from = row * w;
    picture.pixels.set(pixels.subarray(from, from + w), (y + row) * picture.width + x);
  }
}
