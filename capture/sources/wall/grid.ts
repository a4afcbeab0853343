/**
 * Where the sources lie on the wall: a grid of equal cells, 16 to 9, as square as can be, so that the wall never
 * gets larger than about a 1080p screen, however many sources there are.
 *
 *     sources    columns    cell
 *     1          1          960×540
 *     2–4        2          956×538
 *     5–9        3          634×357
 *     10–16      4          474×267
 *     49–64      8          233×131
 */
import type { Rect, Size } from "../../geometry.ts";

/** The wall's name for people. */
export const WALL_LABEL = "all sources";
/** Pictures of the wall a second, at most. */
export const WALL_FPS = 10;
/** Sources on a wall; further ones are not on it. */
export const MAX_CELLS = 64;
/** Pixels; with as many rows as columns, all walls are less than 1105 pixels high. */
const MAX_WIDTH = 1920;
/** Pixels; one source alone is shown at half the size of a 1080p screen. */
const MAX_CELL_WIDTH = 960;
/** Black pixels between cells. */
const GAP = 8;

/** The wall: its size, and the place of each source, in their order. */
export interface Grid extends Size {
  readonly cells: readonly Rect[];
}

/**
 * The grid of so many sources.
 * @param count 0 to `MAX_CELLS`; with 0 there is a wall without cells
 * @throws {RangeError} for other counts
 */
export function gridOf(count: number): Grid {
  if (!(Number.isInteger(count) && count >= 0 && count <= MAX_CELLS)) {
    throw new RangeError(`Cannot lay out a wall: got ${count} sources, wanted 0 to ${MAX_CELLS}`);
  }
  const columns = Math.max(1, Math.ceil(Math.sqrt(count)));
  const rows = Math.max(1, Math.ceil(count / columns));
  const w = Math.min(MAX_CELL_WIDTH, Math.floor((MAX_WIDTH - (columns - 1) * GAP) / columns));
  const h = Math.round(w * 9 / 16);
  return {
    width: columns * (w + GAP) - GAP,
    height: rows * (h + GAP) - GAP,
    cells: Array.from({ length: count }, (_, i) => ({
      x: i % columns * (w + GAP),
      y: Math.floor(i / columns) * (h + GAP),
      w,
      h,
    })),
  };
}

/** Where a picture lies in its cell: in the middle, as large as fits, never larger than it is, in its proportions. */
export function pictureIn(cell: Rect, { width, height }: Size): Rect {
  const scale = Math.min(1, cell.w / width, cell.h / height);
  const w = Math.max(1, Math.round(width * scale));
  const h = Math.max(1, Math.round(height * scale));
  return {
    x: cell.x + Math.floor((cell.w - w) / 2),
    y: cell.y + Math.floor((cell.h - h) / 2),
    w,
    h,
  };
}
