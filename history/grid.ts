/**
 * The grid of 64×64 cells over a picture, counted row by row from 0; those at the right and lower edge
 * are smaller.
 */
import { clip, type Rect, type Size } from "../capture/geometry.ts";
import { TILE } from "../capture/workspace.ts";
import type { TileRef } from "./tile_ref.ts";

/** One cell of a picture that got other content. */
export interface CellChange {
  readonly cell: number;
  readonly ref: TileRef;
}

export class Grid implements Size {
  readonly width: number;
  readonly height: number;
  readonly across: number;
  readonly down: number;
  readonly count: number;

  constructor({ width, height }: Size) {
    this.width = width;
    this.height = height;
    this.across = Math.ceil(width / TILE);
    this.down = Math.ceil(height / TILE);
    this.count = this.across * this.down;
  }

  /** The pixels of a cell. */
  rectOf(cell: number): Rect {
    const x = (cell % this.across) * TILE;
    const y = Math.floor(cell / this.across) * TILE;
    return { x, y, w: Math.min(TILE, this.width - x), h: Math.min(TILE, this.height - y) };
  }

  /** All cells, in ascending order. */
  cells(): number[] {
    return Array.from({ length: this.count }, (_, cell) => cell);
  }

  /** The cells that a rectangle touches, in ascending order; none where it lies outside. */
  cellsIn(rect: Rect): number[] {
    const inside = clip(rect, this);
    if (!inside) return [];
    const cells: number[] = [];
    const right = Math.ceil((inside.x + inside.w) / TILE);
    const bottom = Math.ceil((inside.y + inside.h) / TILE);
    for (let row = Math.floor(inside.y / TILE); row < bottom; row++) {
      for (let column = Math.floor(inside.x / TILE); column < right; column++) {
        cells.push(row * this.across + column);
      }
    }
    return cells;
  }
}

/** The cells in which two grids of one size differ, with the content of `to`; all of them where `from` is empty. */
export function gridChanges(from: readonly TileRef[], to: readonly TileRef[]): CellChange[] {
  const changes: CellChange[] = [];
  to.forEach((ref, cell) => {
    if (from[cell] !== ref) changes.push({ cell, ref });
  });
  return changes;
}
