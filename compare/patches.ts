/** Changed pixels as rectangles: the same that the stream would send for them (capture/diff.ts, capture/merge.ts). */
import type { Rect } from "../capture/geometry.ts";
import { mergeRects } from "../capture/merge.ts";
import { TILE } from "../capture/workspace.ts";
import type { Difference } from "./difference.ts";

/** Rectangles that hold all changed pixels, tight around those of each 64×64 tile and joined where they touch. */
export function patchesOf(
  { changed, width, height }: Pick<Difference, "changed" | "width" | "height">,
): Rect[] {
  const boxes: Rect[] = [];
  for (let y = 0; y < height; y += TILE) {
    for (let x = 0; x < width; x += TILE) {
      const right = Math.min(x + TILE, width);
      const bottom = Math.min(y + TILE, height);
      const box = boxIn(changed, width, { x, y, w: right - x, h: bottom - y });
      if (box) boxes.push(box);
    }
  }
  return mergeRects(boxes);
}

/** The smallest box around the changed pixels of a tile. */
function boxIn(changed: Uint8Array, width: number, tile: Rect): Rect | undefined {
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  for (let y = tile.y; y < tile.y + tile.h; y++) {
    const from = y * width + tile.x;
    const row = changed.subarray(from, from + tile.w);
    const first = row.indexOf(1);
    if (first < 0) continue;
    left = Math.min(left, tile.x + first);
    right = Math.max(right, tile.x + row.lastIndexOf(1));
    top = Math.min(top, y);
    bottom = y;
  }
  return bottom < 0 ? undefined : { x: left, y: top, w: right - left + 1, h: bottom - top + 1 };
}
