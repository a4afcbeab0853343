/**
 * What differs between the newest frame and the reference, as rectangles to send.
 *
 * The frame is compared in 64×64 tiles with *the reference*, what viewers show, not with the frame
 * before: a difference that is not sent now is found again later. With a threshold, a difference of at
 * most that many steps in every channel waits ("deferred"); slow fades add up until they pass it. A tile
 * whose deferred content has stood still for `refineAfterMs` is then compared exactly and sent.
 *
 * Tiles that viewers show with losses (`markLossy`) wait in the same way: as long as the frame's content stays
 * the same they are no change, and after a short quiet they are sent exactly, the cheapest first.
 */
import { clip, contains, type Rect } from "./geometry.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { TILE, TILE_FIELDS, type Workspace } from "./workspace.ts";

export interface DiffOptions {
  /** Largest difference per channel that may wait, 0 to 255. */
  readonly threshold: number;
  /** How long a deferred tile must stand still before it is sent exactly, ms. */
  readonly refineAfterMs: number;
}

/** A quiet tile with losses is repaired after this time, ms; with what a repair takes it is exact within 500. */
const LOSSY_QUIET_MS = 150;
/** Tiles with losses repaired at once: at least these, and at least this share of all that are due. */
const REPAIR_TILES = 24;
const REPAIR_SHARE = 1 / 3;

/** A tile with a difference that waits: since when its content has stood still. */
interface Deferred {
  readonly hash: number;
  /** What viewers show was sent with losses. */
  readonly lossy: boolean;
  /** Clock of the `now` given to `find`, ms. */
  readonly since: number;
}

export class Differ {
  readonly #kernels: Kernels;
  readonly #space: Workspace;
  /** At most one entry a tile. */
  readonly #deferred = new Map<number, Deferred>();
  /** Tiles of which the newest `find` gave what had waited. */
  readonly #refined = new Set<number>();

  constructor(kernels: Kernels, space: Workspace) {
    this.#kernels = kernels;
    this.#space = space;
  }

  get deferredTiles(): number {
    return this.#deferred.size;
  }

  /** Whether `find` has something to do at `now` even if no pixel changed. */
  refinementDue(now: number, refineAfterMs: number): boolean {
    return this.refinementDelay(now, refineAfterMs) <= 0;
  }

  /** ms until `refinementDue`, 0 or less when it is so; Infinity when nothing waits. */
  refinementDelay(now: number, refineAfterMs: number): number {
    let earliest = Infinity;
    for (const { since, lossy } of this.#deferred.values()) {
      earliest = Math.min(earliest, since + (lossy ? LOSSY_QUIET_MS : refineAfterMs));
    }
    return earliest - now;
  }

  /** Whether the newest `find` gave a box (within one tile) to make good what had waited: it wants to be exact. */
  isRefinement(box: Rect): boolean {
    return this.#refined.has(this.#tileOf(box));
  }

  /** Tiles that viewers show with losses. */
  get lossyTiles(): number {
    let count = 0;
    for (const { lossy } of this.#deferred.values()) if (lossy) count++;
    return count;
  }

  /** What was just sent of `rect` had losses. */
  markLossy(rect: Rect, now: number): void {
    const { tilesAcross } = this.#space;
    for (let y = Math.floor(rect.y / TILE); y * TILE < rect.y + rect.h; y++) {
      for (let x = Math.floor(rect.x / TILE); x * TILE < rect.x + rect.w; x++) {
        const tile = y * tilesAcross + x;
        this.#deferred.set(tile, { hash: this.#hash(tile), lossy: true, since: now });
      }
    }
  }

  /**
   * The boxes to send, tight around the differences, one a tile, in the order of the tiles.
   * @param damage where to look, within the frame; `"unknown"` looks everywhere
   * @param now ms on any clock that does not jump
   */
  find(damage: readonly Rect[] | "unknown", options: DiffOptions, now: number): Rect[] {
    const boxes = new Map<number, Rect>();
    if (damage === "unknown" || damage.length > 0) {
      this.#markLook(damage);
      this.#compare(options.threshold);
      this.#collect(boxes, options.threshold, now);
    }
    this.#refined.clear();
    this.#refine(boxes, options.refineAfterMs, now);
    return inOrder(boxes);
  }

  /**
   * What is left of boxes that `find` gave after copies have changed the reference. Exact, whatever
   * the threshold: these tiles are sent anyway.
   * @param equal where frame and reference are the same by now: need not be compared again
   */
  findRest(found: readonly Rect[], equal: readonly Rect[]): Rect[] {
    // A tile of which nothing is deferred differs within its box and nowhere else.
    const open = found.filter((box) =>
      this.#deferred.has(this.#tileOf(box)) || !equal.some((rect) => contains(rect, box))
    );
    this.#markLook(open);
    this.#compare(0);
    const boxes = new Map<number, Rect>();
    this.#collect(boxes, 0, 0);
    return inOrder(boxes);
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
  #collect(boxes: Map<number, Rect>, threshold: number, now: number): void {
    const { tileTableFields: table, lookBytes: look, tileCount } = this.#space;
    for (let tile = 0; tile < tileCount; tile++) {
      if (look[tile] === 0) continue;
      const state = table[tile * TILE_FIELDS];
      const before = this.#deferred.get(tile);
      // The same content, only shown with losses: `#refine` will repair it.
      if (state !== 0 && before?.lossy && before.hash === this.#hash(tile)) continue;
      if (state === 1) boxes.set(tile, boxAt(table, tile));
      if (state === 0 && before?.lossy) continue;
      if (state === 0 || threshold === 0) {
        this.#deferred.delete(tile);
      } else {
        // Also where a box is sent: small differences may remain outside the box.
        const hash = this.#hash(tile);
        if (before?.hash !== hash) this.#deferred.set(tile, { hash, lossy: false, since: now });
      }
    }
  }

  /** Adds the exact boxes of deferred tiles that have stood still long enough; they hold what was found before. */
  #refine(boxes: Map<number, Rect>, refineAfterMs: number, now: number): void {
    if (!this.refinementDue(now, refineAfterMs)) return;
    const look = this.#space.lookBytes;
    look.fill(0);
    for (const tile of this.#dueTiles(refineAfterMs, now)) {
      // Viewers mark what was sent with losses: one exact pixel tells them where chance left none.
      if (this.#deferred.get(tile)?.lossy) boxes.set(tile, { ...this.#rectOf(tile), w: 1, h: 1 });
      look[tile] = 1;
      this.#deferred.delete(tile);
      this.#refined.add(tile);
    }
    this.#compare(0);
    const table = this.#space.tileTableFields;
    for (let tile = 0; tile < this.#space.tileCount; tile++) {
      if (look[tile] === 1 && table[tile * TILE_FIELDS] === 1) boxes.set(tile, boxAt(table, tile));
    }
  }

  /** What to refine now: all small differences that are due, and the cheapest of the tiles with losses. */
  #dueTiles(refineAfterMs: number, now: number): number[] {
    const due = [...this.#deferred].filter(([, waiting]) => isDue(waiting, now, refineAfterMs));
    const small = due.filter(([, { lossy }]) => !lossy).map(([tile]) => tile);
    const lossy = due.filter(([, { lossy }]) => lossy).map(([tile]) => tile);
    const allowed = Math.max(REPAIR_TILES, Math.ceil(lossy.length * REPAIR_SHARE));
    if (lossy.length <= allowed) return [...small, ...lossy];
    const cost = new Map(lossy.map((tile) => [tile, this.#busyPixels(tile)]));
    lossy.sort((a, b) => cost.get(a)! - cost.get(b)!);
    return [...small, ...lossy.slice(0, allowed)];
  }

  #busyPixels(tile: number): number {
    const { frame, width } = this.#space;
    const { x, y, w, h } = this.#rectOf(tile);
    return this.#kernels.surveyColours(frame, width, x, y, w, h, 0) >>> 16;
  }

  #hash(tile: number): number {
    const { frame, width } = this.#space;
    const { x, y, w, h } = this.#rectOf(tile);
    return this.#kernels.hashRect(frame, width, x, y, w, h);
  }

  /** The tile in which a box lies. */
  #tileOf({ x, y }: Rect): number {
    return Math.floor(y / TILE) * this.#space.tilesAcross + Math.floor(x / TILE);
  }

  #rectOf(tile: number): Rect {
    const { width, height, tilesAcross } = this.#space;
    const x = (tile % tilesAcross) * TILE;
    const y = Math.floor(tile / tilesAcross) * TILE;
    return { x, y, w: Math.min(TILE, width - x), h: Math.min(TILE, height - y) };
  }
}

function isDue({ since, lossy }: Deferred, now: number, refineAfterMs: number): boolean {
  return now - since >= (lossy ? LOSSY_QUIET_MS : refineAfterMs);
}

function inOrder(boxes: ReadonlyMap<number, Rect>): Rect[] {
  return [...boxes].sort(([a], [b]) => a - b).map(([, box]) => box);
}

function boxAt(table: Int32Array, tile: number): Rect {
  const at = tile * TILE_FIELDS;
  const x = table[at + 1];
  const y = table[at + 2];
  return { x, y, w: table[at + 3] - x, h: table[at + 4] - y };
}
