/** From references to pixels. */
import type { Size } from "../capture/geometry.ts";
import { Grid } from "./grid.ts";
import { colourOf, isSolidRef, type TileRef } from "./tile_ref.ts";
import type { Tiles } from "./tiles.ts";

/**
 * All pixels of a picture, 0x00RRGGBB.
 * @throws {Error} when a tile is gone or damaged
 */
export function composePicture(
  { grid, ...size }: Size & { readonly grid: readonly TileRef[] },
  tiles: Pick<Tiles, "pixels">,
): Uint32Array {
  const cells = new Grid(size);
  const out = new Uint32Array(size.width * size.height);
  grid.forEach((ref, cell) => {
    const { x, y, w, h } = cells.rectOf(cell);
    const tile = isSolidRef(ref) ? undefined : tiles.pixels(ref);
    for (let row = 0; row < h; row++) {
      const at = (y + row) * size.width + x;
      if (tile) out.set(tile.subarray(row * w, row * w + w), at);
      else out.fill(colourOf(ref), at, at + w);
    }
  });
  return out;
}
