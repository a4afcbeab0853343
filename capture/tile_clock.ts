/** When each tile of the reference changed last, in seqs: what a viewer that has `seq` lacks. */
import type { Rect } from "./geometry.ts";
import { TILE, type Workspace } from "./workspace.ts";

export class TileClock {
  readonly #space: Workspace;
  readonly #seqs: Float64Array;

  constructor(space: Workspace) {
    this.#space = space;
    this.#seqs = new Float64Array(space.tileCount);
  }

  /** The tiles that `rect` touches changed at `seq`. */
  touch({ x, y, w, h }: Rect, seq: number): void {
    const { tilesAcross } = this.#space;
    const left = Math.floor(x / TILE);
    const right = Math.ceil((x + w) / TILE);
    for (let row = Math.floor(y / TILE); row < Math.ceil((y + h) / TILE); row++) {
      this.#seqs.fill(seq, row * tilesAcross + left, row * tilesAcross + right);
    }
  }

  touchAll(seq: number): void {
    this.#seqs.fill(seq);
  }

  /** The tiles that changed after `seq`, as rectangles in reading order. */
  changedAfter(seq: number): Rect[] {
    const { width, height, tilesAcross } = this.#space;
    const tiles: Rect[] = [];
    this.#seqs.forEach((changed, tile) => {
      if (changed <= seq) return;
      const x = (tile % tilesAcross) * TILE;
      const y = Math.floor(tile / tilesAcross) * TILE;
      tiles.push({ x, y, w: Math.min(TILE, width - x), h: Math.min(TILE, height - y) });
    });
    return tiles;
  }
}
