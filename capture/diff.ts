/**
 * What differs between the newest frame and the reference, as rectangles to send.
 *
 * The frame is compared in 64×64 tiles with *the reference*, what viewers show, not with the frame
 * before: a difference that is not sent now is found again later. With a threshold, a difference of at
 * most that many steps in every channel waits ("deferred"); slow fades add up until they pass it. A tile
 * whose deferred content has stood still for `refineAfterMs` is then compared exactly and sent.
 */
import { clip, type Rect } from "./geometry.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { TILE, TILE_FIELDS, type Workspace } from "./workspace.ts";

export interface DiffOptions {
  /** Largest difference per channel that may wait, 0 to 255. */
  readonly threshold: number;
  /** How long a deferred tile must stand still before it is sent exactly, ms. */
  readonly refineAfterMs: number;
}

/** A tile with a difference too small to send: since when its content has stood still. */
interface Deferred {
  readonly hash: number;
  /** Clock of the `now` given to `find`, ms. */
  readonly since: number;
}

export class Differ {
  readonly #kernels: Kernels;
  readonly #space: Workspace;
  /** At most one entry a tile. */
  readonly #deferred = new Map<number, Deferred>();

  constructor(kernels: Kernels, space: Workspace) {
    this.#kernels = kernels;
    this.#space = space;
  }

  get deferredTiles(): number {
    return this.#deferred.size;
  }

  /** Whether `find` has something to do at `now` even if no pixel changed. */
  refinementDue(now: number, refineAfterMs: number): boolean {
    for (const { since } of this.#deferred.values()) {
      if (now - since >= refineAfterMs) return true;
    }
    return false;
  }

  /**
   * The boxes to send, tight around the differences, one a tile.
   * @param damage where to look, within the frame; `"unknown"` looks everywhere
   * @param now ms on any clock that does not jump
   */
  find(damage: readonly Rect[] | "unknown", options: DiffOptions, now: number): Rect[] {
    const boxes: Rect[] = [];
    if (damage === "unknown" || damage.length > 0) {
      this.#markLook(damage);
      this.#compare(options.threshold);
      this.#collect(boxes, options.threshold, now);
    }
    this.#refine(boxes, options.refineAfterMs, now);
    return boxes;
  }

  /**
   * What is left of boxes that `find` gave after copies have changed the reference. Exact, whatever
   * the threshold: these tiles are sent anyway.
   */
  findRest(found: readonly Rect[]): Rect[] {
    this.#markLook(found);
    this.#compare(0);
    const boxes: Rect[] = [];
    this.#collect(boxes, 0, 0);
    return boxes;
  }

  /** After a keyframe the reference is the frame: nothing is deferred any more. */
  forget(): void {
    this.#deferred.clear();
  }

  #markLook(damage: readonly Rect[] | "unknown"): void {
    const { lookBytes: look, tilesAcross } = this.#space;
    if (damage === "unknown") {
      look.fill(1);
      return;
    }
    look.fill(0);
    for (const rect of damage) {
      const inside = clip(rect, this.#space);
      if (!inside) continue;
      const left = Math.floor(inside.x / TILE);
      const right = Math.ceil((inside.x + inside.w) / TILE);
      const bottom = Math.ceil((inside.y + inside.h) / TILE);
      for (let y = Math.floor(inside.y / TILE); y < bottom; y++) {
        look.fill(1, y * tilesAcross + left, y * tilesAcross + right);
      }
    }
  }

  #compare(threshold: number): void {
    const { frame, reference, width, height, look, tileTable } = this.#space;
    this.#kernels.diffTiles(frame, reference, width, height, look, threshold, tileTable);
  }

  /** Reads the table of the tiles looked at, into boxes and the list of deferred tiles. */
  #collect(boxes: Rect[], threshold: number, now: number): void {
    const { tileTableFields: table, lookBytes: look, tileCount } = this.#space;
    for (let tile = 0; tile < tileCount; tile++) {
      if (look[tile] === 0) continue;
      const state = table[tile * TILE_FIELDS];
      if (state === 1) boxes.push(boxAt(table, tile));
      if (state === 0 || threshold === 0) {
        this.#deferred.delete(tile);
      } else {
        // Also where a box is sent: small differences may remain outside the box.
        const hash = this.#hash(tile);
        const before = this.#deferred.get(tile);
        if (before?.hash !== hash) this.#deferred.set(tile, { hash, since: now });
      }
    }
  }

  /** Adds the exact boxes of deferred tiles that have stood still long enough. */
  #refine(boxes: Rect[], refineAfterMs: number, now: number): void {
    if (!this.refinementDue(now, refineAfterMs)) return;
    const look = this.#space.lookBytes;
    look.fill(0);
    for (const [tile, { since }] of this.#deferred) {
      if (now - since < refineAfterMs) continue;
      look[tile] = 1;
      this.#deferred.delete(tile);
    }
    this.#compare(0);
    const table = this.#space.tileTableFields;
    for (let tile = 0; tile < this.#space.tileCount; tile++) {
      if (look[tile] === 1 && table[tile * TILE_FIELDS] === 1) boxes.push(boxAt(table, tile));
    }
  }

  #hash(tile: number): number {
    const { frame, width, height, tilesAcross } = this.#space;
    const x = (tile % tilesAcross) * TILE;
    const y = Math.floor(tile / tilesAcross) * TILE;
    const w = Math.min(TILE, width - x);
    const h = Math.min(TILE, height - y);
    return this.#kernels.hashRect(frame, width, x, y, w, h);
  }
}

function boxAt(table: Int32Array, tile: number): Rect {
  const at = tile * TILE_FIELDS;
  const x = table[at + 1];
  const y = table[at + 2];
  return { x, y, w: table[at + 3] - x, h: table[at + 4] - y };
}
