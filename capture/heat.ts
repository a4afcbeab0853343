/** Which tiles keep changing: what video does, and typing does not. */
import type { Rect } from "./geometry.ts";
import { TILE } from "./workspace.ts";

/** A tile that changed this often ... */
const CHANGES = 3;
/** ... within this time is hot, ms. */
const SPAN_MS = 700;

export class Heat {
  readonly #tilesAcross: number;
  /** The newest `CHANGES` times at which each tile changed, ms. */
  readonly #times: Float64Array;

  constructor(tileCount: number, tilesAcross: number) {
    this.#tilesAcross = tilesAcross;
    this.#times = new Float64Array(tileCount * CHANGES).fill(-Infinity);
  }

  /**
   * @param boxes what changed, each within one tile
   * @param now ms, steady
   */
  note(boxes: readonly Rect[], now: number): void {
    for (const box of boxes) {
      const at = this.#tileOf(box) * CHANGES;
      this.#times.copyWithin(at + 1, at, at + CHANGES - 1);
      this.#times[at] = now;
    }
  }

  /** @param cell within one tile */
  isHot(cell: Rect, now: number): boolean {
    return now - this.#times[this.#tileOf(cell) * CHANGES + CHANGES - 1] <= SPAN_MS;
  }

  #tileOf({ x, y }: Rect): number {
    return Math.floor(y / TILE) * this.#tilesAcross + Math.floor(x / TILE);
  }
}
