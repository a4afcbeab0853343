/**
 * What the viewers have seen before: windows that uncover what they covered, menus that close, tabs switched
 * back. Such content is named instead of sent.
 *
 * Both sides keep a few earlier versions of each tile ("slots"). Before a tile changes that has stood still
 * for a while, it is saved, in the slot used longest ago, unless a slot has it already. Saves are part of
 * the update, so decoders need no policy. Later, a changed box that equals what a slot has at that place is
 * recalled from it.
 *
 * Content that just passes by (a window being dragged, a scroll) is not saved: it would push out what
 * lies behind it.
 */
import type { Rect } from "./geometry.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { TILE, type Workspace } from "./workspace.ts";

/** A tile that goes into a slot as it is before the update. */
export interface Save {
  readonly tile: number;
  readonly slot: number;
}

/** A rectangle within one or more tiles that comes out of a slot. */
export interface Recall extends Rect {
  readonly slot: number;
}

/** A tile that changes sooner than this was only passing, ms. */
const STILL_MS = 400;

export class TileMemory {
  readonly #kernels: Kernels;
  readonly #space: Workspace;
  /** Clock of `remember` at each tile's last change, ms. */
  readonly #changedAt: Float64Array;
  /** When each tile's slot was saved or recalled last, by tile × slots + slot; 0: never. */
  readonly #usedAt: Float64Array;
  #uses = 0;

  constructor(kernels: Kernels, space: Workspace) {
    this.#kernels = kernels;
    this.#space = space;
    this.#changedAt = new Float64Array(space.tileCount).fill(Infinity);
    this.#usedAt = new Float64Array(space.tileCount * space.slots.length);
  }

  /** Forgets everything, as decoders do at an epoch's start. */
  reset(): void {
    this.#usedAt.fill(0);
  }

  /** The whole picture was drawn anew. */
  drawn(now: number): void {
    this.#changedAt.fill(now);
  }

  /**
   * Tiles are about to change: saves those worth it.
   * @param boxes what changes, each within one tile
   * @param now ms, steady
   */
  remember(boxes: readonly Rect[], now: number): Save[] {
    const saves: Save[] = [];
    for (const box of boxes) {
      const tile = this.#tileOf(box);
      const since = this.#changedAt[tile];
      this.#changedAt[tile] = now;
      if (now - since < STILL_MS || !Number.isFinite(since)) continue;
      const slot = this.#slotFor(tile);
      if (slot === undefined) continue;
      const { x, y, w, h } = this.#rectOf(tile);
      const { reference, slots, width } = this.#space;
      this.#kernels.copyRect(reference, slots[slot], width, x, y, w, h);
      saves.push({ tile, slot });
    }
    return saves;
  }

  /**
   * Draws on the reference what slots have of the frame.
   * @param boxes that differ between frame and reference, each within one tile
   * @returns what was recalled, neighbours joined, and the boxes that are left
   */
  recall(boxes: readonly Rect[]): { recalls: Recall[]; rest: Rect[] } {
    const recalled: Recall[] = [];
    const rest: Rect[] = [];
    for (const box of boxes) {
      const slot = this.#slotWith(box);
      if (slot === undefined) {
        rest.push(box);
        continue;
      }
      const { x, y, w, h } = box;
      const { slots, reference, width } = this.#space;
      this.#kernels.copyRect(slots[slot], reference, width, x, y, w, h);
      recalled.push({ ...box, slot });
    }
    return { recalls: joinRecalls(recalled), rest };
  }

  /** The slot that has the frame's content at `box`. */
  #slotWith(box: Rect): number | undefined {
    const tile = this.#tileOf(box);
    const { slots, frame } = this.#space;
    for (let slot = 0; slot < slots.length; slot++) {
      const at = tile * slots.length + slot;
      if (this.#usedAt[at] === 0 || !this.#equal(slots[slot], frame, box)) continue;
      this.#usedAt[at] = ++this.#uses;
      return slot;
    }
    return undefined;
  }

  /** Where to save a tile: the slot used longest ago; `undefined` if one has the same content. */
  #slotFor(tile: number): number | undefined {
    const { slots, reference } = this.#space;
    const rect = this.#rectOf(tile);
    let oldest = 0;
    for (let slot = 0; slot < slots.length; slot++) {
      const at = tile * slots.length + slot;
      if (this.#usedAt[at] > 0 && this.#equal(slots[slot], reference, rect)) {
        this.#usedAt[at] = ++this.#uses;
        return undefined;
      }
      if (this.#usedAt[at] < this.#usedAt[tile * slots.length + oldest]) oldest = slot;
    }
    this.#usedAt[tile * slots.length + oldest] = ++this.#uses;
    return oldest;
  }

  #equal(a: number, b: number, { x, y, w, h }: Rect): boolean {
    return this.#kernels.rectsEqual(a, b, this.#space.width, x, y, w, h) !== 0;
  }

  #tileOf({ x, y }: Rect): number {
    return Math.floor(y / TILE) * this.#space.tilesAcross + Math.floor(x / TILE);
  }

  #rectOf(tile: number): Rect {
    const { tilesAcross, width, height } = this.#space;
    const x = (tile % tilesAcross) * TILE;
    const y = Math.floor(tile / tilesAcross) * TILE;
    return { x, y, w: Math.min(TILE, width - x), h: Math.min(TILE, height - y) };
  }
}

/** Joins neighbours in a row that have the same rows and the same slot. */
function joinRecalls(recalls: readonly Recall[]): Recall[] {
  const out: Recall[] = [];
  for (const recall of recalls) {
    const last = out.at(-1);
    const joins = last && last.slot === recall.slot && last.y === recall.y && last.h === recall.h &&
      last.x + last.w === recall.x;
    if (joins) out[out.length - 1] = { ...last, w: last.w + recall.w };
    else out.push(recall);
  }
  return out;
}
