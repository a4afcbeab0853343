/**
 * Which parts of a picture have changed since whoever asks got it last: for each tile when it changed, and where.
 *
 * Constant memory, however far behind somebody is: who lacks only a tile's newest change gets the rectangle of that
 * change, others the whole tile.
 */
import type { Rect, Size } from "../capture/geometry.ts";
import { mergeRects } from "../capture/merge.ts";
import { MAX_SLICES } from "../capture/slices/packet.ts";

const TILE_PX = 64;

export class TileChanges {
  readonly #size: Size;
  readonly #columns: number;
  readonly #rows: number;
  /** Version of each tile's newest change, and of the one before that. */
  readonly #newest: Float64Array;
  readonly #before: Float64Array;
  /** Where the newest change was: left, top, right, bottom in the picture, ends excluded. */
  readonly #boxes: Uint16Array;

  constructor(size: Size) {
    this.#size = size;
    this.#columns = Math.ceil(size.width / TILE_PX);
    this.#rows = Math.ceil(size.height / TILE_PX);
    const tiles = this.#columns * this.#rows;
    this.#newest = new Float64Array(tiles);
    this.#before = new Float64Array(tiles);
    this.#boxes = new Uint16Array(tiles * 4);
  }

  /**
   * Notes a change.
   * @param rect inside the picture
   * @param version 1 or more, never less than in calls before
   */
  add(rect: Rect, version: number): void {
    const [right, bottom] = [rect.x + rect.w, rect.y + rect.h];
    for (let row = Math.floor(rect.y / TILE_PX); row * TILE_PX < bottom; row++) {
      for (let column = Math.floor(rect.x / TILE_PX); column * TILE_PX < right; column++) {
        const [x, y] = [column * TILE_PX, row * TILE_PX];
        this.#grow(
          row * this.#columns + column,
          [
            Math.max(x, rect.x),
            Math.max(y, rect.y),
            Math.min(x + TILE_PX, right),
            Math.min(y + TILE_PX, bottom),
          ],
          version,
        );
      }
    }
  }

  /** Rectangles, at most 3000, outside which nothing has changed after `version`. */
  since(version: number): Rect[] {
    const rects: Rect[] = [];
    for (let tile = 0; tile < this.#newest.length; tile++) {
      if (this.#newest[tile] <= version) continue;
      rects.push(this.#before[tile] <= version ? this.#box(tile) : this.#whole(tile));
    }
    const merged = mergeRects(rects);
    return merged.length <= MAX_SLICES ? merged : this.#byRows(merged);
  }

  #grow(tile: number, [left, top, right, bottom]: readonly number[], version: number): void {
    const boxes = this.#boxes;
    const at = tile * 4;
    if (this.#newest[tile] === version) {
      boxes[at] = Math.min(boxes[at], left);
      boxes[at + 1] = Math.min(boxes[at + 1], top);
      boxes[at + 2] = Math.max(boxes[at + 2], right);
      boxes[at + 3] = Math.max(boxes[at + 3], bottom);
      return;
    }
    this.#before[tile] = this.#newest[tile];
    this.#newest[tile] = version;
    boxes.set([left, top, right, bottom], at);
  }

  #box(tile: number): Rect {
    const [x, y, right, bottom] = this.#boxes.subarray(tile * 4, tile * 4 + 4);
    return { x, y, w: right - x, h: bottom - y };
  }

  #whole(tile: number): Rect {
    const x = tile % this.#columns * TILE_PX;
    const y = Math.floor(tile / this.#columns) * TILE_PX;
    const { width, height } = this.#size;
    return { x, y, w: Math.min(TILE_PX, width - x), h: Math.min(TILE_PX, height - y) };
  }

  /** One rectangle for each row of tiles, of which there are 256 at most. */
  #byRows(rects: readonly Rect[]): Rect[] {
    const whole = Array.from({ length: this.#rows }, (_, row) => {
      const y = row * TILE_PX;
      const { width, height } = this.#size;
      return { x: 0, y, w: width, h: Math.min(TILE_PX, height - y) };
    });
    return whole.filter(({ y, h }) => {
      return rects.some((rect) => rect.y < y + h && rect.y + rect.h > y);
    });
  }
}
