/** The grid of cells that motion is compared in. */
import type { Rect, Size } from "../geometry.ts";

/** Side of a cell in pixels; `CELL` in kernels/assembly/motion_area.ts. */
export const CELL = 8;

/** Right and bottom exclusive. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * The cells that touch a box of pixels widened by `margin`, as far as they touch `bounds` and are whole.
 * @returns in cells; empty (right <= left) in pictures smaller than a cell
 */
export function cellsAround(
  box: Box,
  margin: number,
  bounds: Rect,
  { width, height }: Size,
): Box {
  const left = Math.max(box.left - margin, bounds.x);
  const top = Math.max(box.top - margin, bounds.y);
  const right = Math.min(box.right + margin, bounds.x + bounds.w);
  const bottom = Math.min(box.bottom + margin, bounds.y + bounds.h);
  return {
    left: Math.floor(left / CELL),
    top: Math.floor(top / CELL),
    right: Math.min(Math.ceil(right / CELL), Math.floor(width / CELL)),
    bottom: Math.min(Math.ceil(bottom / CELL), Math.floor(height / CELL)),
  };
}
