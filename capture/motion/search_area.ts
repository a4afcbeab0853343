/**
 * Where to look for features: the tiles that changed, in as few rectangles as fit.
 *
 * Tight rectangles around each changed word would be scanned with a margin each, and content that
 * moved begins a little outside of what differs.
 */
import type { Rect, Size } from "../geometry.ts";
import { TILE } from "../workspace.ts";

/** The tiles that `dirty` touches, joined along rows, then downwards; disjoint, within the picture. */
export function searchArea(dirty: readonly Rect[], { width, height }: Size): Rect[] {
  const across = Math.ceil(width / TILE);
  const down = Math.ceil(height / TILE);
  const touched = new Uint8Array(across * down);
  for (const { x, y, w, h } of dirty) {
    const left = Math.floor(x / TILE);
    const right = Math.ceil((x + w) / TILE);
    for (let row = Math.floor(y / TILE); row < Math.ceil((y + h) / TILE); row++) {
      touched.fill(1, row * across + left, row * across + right);
    }
  }
  const out: Rect[] = [];
  /** Rectangles that reach down to the current row, by left edge. */
  let open = new Map<number, number>();
  for (let row = 0; row < down; row++) {
    const next = new Map<number, number>();
    const y = row * TILE;
    const bottom = Math.min(y + TILE, height);
    for (let column = 0; column < across; column++) {
      if (touched[row * across + column] === 0) continue;
      const x = column * TILE;
      while (column < across && touched[row * across + column] === 1) column++;
      const w = Math.min(column * TILE, width) - x;
      const above = open.get(x);
      if (above !== undefined && out[above].w === w) {
        out[above] = { ...out[above], h: bottom - out[above].y };
        next.set(x, above);
      } else {
        next.set(x, out.push({ x, y, w, h: bottom - y }) - 1);
      }
    }
    open = next;
  }
  return out;
}
