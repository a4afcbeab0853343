/**
 * Where the picture was sent with losses and has not been made exact yet, by 64×64 tiles: a lossy patch makes
 * the tiles that it touches inexact; anything else drawn on a tile repairs it, since the server then
 * sends all that differs in it.
 */

/** @typedef {import("./picture.js").Rect} Rect */

const TILE = 64;

export class LossMap {
  #width;
  #height;
  #across;
  /** @type {Set<number>} */
  #tiles = new Set();

  /**
   * @param {number} width of the picture
   * @param {number} height
   */
  constructor(width, height) {
    this.#width = width;
    this.#height = height;
    this.#across = Math.ceil(width / TILE);
  }

  /** Tiles that are not exact. */
  get size() {
    return this.#tiles.size;
  }

  /**
   * @param {readonly Rect[]} exact drawn without losses
   * @param {readonly Rect[]} lossy drawn with losses, after these
   */
  note(exact, lossy) {
    if (this.#tiles.size > 0) {
      for (const rect of exact) this.#each(rect, (tile) => this.#tiles.delete(tile));
    }
    for (const rect of lossy) this.#each(rect, (tile) => this.#tiles.add(tile));
  }

  /** The tiles that are not exact, as rectangles. @returns {Rect[]} */
  rects() {
    return [...this.#tiles].map((tile) => {
      const x = (tile % this.#across) * TILE;
      const y = Math.floor(tile / this.#across) * TILE;
      return { x, y, w: Math.min(TILE, this.#width - x), h: Math.min(TILE, this.#height - y) };
    });
  }

  /**
   * @param {Rect} rect
   * @param {(tile: number) => void} visit
   */
  #each({ x, y, w, h }, visit) {
    const right = Math.ceil((x + w) / TILE);
    const bottom = Math.ceil((y + h) / TILE);
    for (let row = Math.floor(y / TILE); row < bottom; row++) {
      for (let column = Math.floor(x / TILE); column < right; column++) {
        visit(row * this.#across + column);
      }
    }
  }
}
