/** What stands in the cells of a picture, as references: its tiles are found in the archive, or put with it. */
import type { Rect, Size } from "../capture/geometry.ts";
import type { CellChange, Grid } from "./grid.ts";
import { cutTile, solidColour, type TileCoder, type TilePixels } from "./tile_coder.ts";
import { solidRef, type TileRef } from "./tile_ref.ts";
import type { NewTile, Tiles } from "./tiles.ts";

/** A picture to record. */
export interface PictureView extends Size {
  /** 0x00RRGGBB, row by row; the highest byte may hold anything. */
  readonly pixels: Uint32Array;
}

/** @throws {RangeError} when there are more or fewer pixels than the size says */
export function checkPixels({ width, height, pixels }: PictureView): void {
  if (pixels.length === width * height) return;
  throw new RangeError(`Cannot record ${pixels.length} pixels: wanted ${width} × ${height}`);
}

interface Shelves {
  readonly coder: TileCoder;
  readonly tiles: Tiles;
}

/** New tiles of one size. */
interface FreshTiles {
  readonly size: Size;
  readonly tiles: NewTile[];
  /** Where each of them goes. */
  readonly places: { ref: TileRef }[][];
  readonly byHash: Map<string, number>;
}

/**
 * @param cells in ascending order
 * @returns their references, in the same order
 */
export function refsOf(
  { coder, tiles }: Shelves,
  picture: PictureView,
  grid: Grid,
  cells: readonly number[],
): CellChange[] {
  const found: { cell: number; ref: TileRef }[] = [];
  /** By size, so that those of one pack are alike; the right and lower edge have their own. */
  const fresh = new Map<string, FreshTiles>();
  for (const cell of cells) {
    const rect = grid.rectOf(cell);
    const pixels = cutTile(picture.pixels, picture.width, rect);
    const colour = solidColour(pixels);
    const place = { cell, ref: colour === undefined ? NaN : solidRef(colour) };
    found.push(place);
    if (colour !== undefined) continue;
    const hash = coder.hash(pixels, { width: rect.w, height: rect.h });
    const known = tiles.find(hash);
    if (known !== undefined) place.ref = known;
    else putWith(fresh, { hash, pixels }, rect, place);
  }
  for (const { size, tiles: some, places } of fresh.values()) {
    tiles.add(some, size).forEach((id, i) => {
      for (const place of places[i]) place.ref = id;
    });
  }
  return found;
}

/** Puts a tile with those to be stored, once however often the picture has it. */
function putWith(
  fresh: Map<string, FreshTiles>,
  tile: { readonly hash: Uint8Array; readonly pixels: TilePixels },
  { w, h }: Rect,
  place: { ref: TileRef },
): void {
  const key = `${w}×${h}`;
  const same: FreshTiles = fresh.get(key) ??
    { size: { width: w, height: h }, tiles: [], places: [], byHash: new Map() };
  fresh.set(key, same);
  const name = tile.hash.toHex();
  const index = same.byHash.get(name);
  if (index !== undefined) {
    same.places[index].push(place);
    return;
  }
  same.byHash.set(name, same.tiles.length);
  same.tiles.push(tile);
  same.places.push([place]);
}
