/**
 * "What changed since I looked away": remembers what each tile looked like when the tab was hidden, and tells
 * which tiles look otherwise when it is shown again and the picture is current. Hashes, not pixels: a few kB.
 *
 * @typedef {import("./messages.js").Rect} Rect
 * @typedef {{ width: number, height: number }} Size
 *
 * Gives the hashes of what is shown now, maybe at once; null: nothing is.
 * @typedef {(got: (now: { hashes: Uint32Array, size: Size } | null) => void) => void} Look
 */
import { Timer } from "./clock.js";

const TILE = 64;
/** A resumed stream may bring what was missed in several updates: time for all of them. */
const SETTLE_MS = 300;

export class Away {
  /** @type {{ hashes: Uint32Array, size: Size } | null} */
  #before = null;
  /** Nobody looks; the look at what was there may still be under way. */
  #gone = false;
  /** @type {Timer} */
  #settle;
  /** @type {Look} */
  #look;
  /** @type {(rects: Rect[]) => void} */
  #tell;

  /**
   * @param {import("./clock.js").Clock} clock
   * @param {Look} look
   * @param {(rects: Rect[]) => void} tell  what changed, neighbours in a row as one; never empty
   */
  constructor(clock, look, tell) {
    this.#settle = new Timer(clock);
    this.#look = look;
    this.#tell = tell;
  }

  /** Nobody looks from here on. Looking away twice keeps the first picture. */
  left() {
    this.#settle.clear();
    if (this.#gone) return;
    this.#gone = true;
    this.#look((before) => {
      if (!before) this.#gone = false;
      else if (this.#gone) this.#before ??= before;
    });
  }

  /** Somebody looks again, and the picture is current. */
  back() {
    if (this.#before && !this.#settle.pending) this.#settle.set(() => this.#compare(), SETTLE_MS);
  }

  /** Another picture altogether is shown from here on. */
  forget() {
    this.#gone = false;
    this.#before = null;
    this.#settle.clear();
  }

  #compare() {
    const before = this.#before;
    this.#gone = false;
    this.#before = null;
    if (before) this.#look((now) => now && this.#report(before, now));
  }

  /**
   * @param {{ hashes: Uint32Array, size: Size }} before
   * @param {{ hashes: Uint32Array, size: Size }} now
   */
  #report(before, now) {
    if (before.size.width !== now.size.width || before.size.height !== now.size.height) return;
    const rects = changedTiles(before.hashes, now.hashes, now.size);
    if (rects.length > 0) this.#tell(rects);
  }
}

/**
 * @param {Uint32Array} before  hashes of the tiles, row by row
 * @param {Uint32Array} after   of the same picture size
 * @param {Size} size
 * @returns {Rect[]} where they differ; neighbours in a row are one rectangle
 */
export function changedTiles(before, after, { width, height }) {
  const across = Math.ceil(width / TILE);
  /** @type {Rect[]} */
  const rects = [];
  for (const [tile, hash] of after.entries()) {
    if (before[tile] === hash) continue;
    const x = (tile % across) * TILE;
    const y = Math.floor(tile / across) * TILE;
    const w = Math.min(TILE, width - x);
    const last = rects.at(-1);
    if (last && last.y === y && last.x + last.w === x) last.w += w;
    else rects.push({ x, y, w, h: Math.min(TILE, height - y) });
  }
  return rects;
}
