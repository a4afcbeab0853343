/**
 * One source on the wall: decodes its stream as any viewer does, notes where its picture has changed, and draws that,
 * made smaller, into its place.
 */
import { Decoder } from "../../../public/decoder/decoder.js";
import type { Rect } from "../../geometry.ts";
import { mergeRects } from "../../merge.ts";
import { scaledRect } from "../../scaled_rect.ts";
import { pictureIn } from "./grid.ts";
import type { Pixels, Shrinker } from "./shrinker.ts";

/** Side of the squares of the small picture in which changes are noted, pixels. */
const SQUARE = 32;

export class WallCell {
  /** Its place on the wall. */
  #cell: Rect;
  /** The stream that it reads; streams that begin anew have other numbers. */
  #feed = -1;
  #decoder = new Decoder();
  /** There is a picture: not only its size. */
  #shows = false;
  /** All of the cell has to be drawn. */
  #all = false;
  /** Squares of the small picture that have to be drawn, by `row * squares across + column`. */
  readonly #changed = new Set<number>();

  constructor(cell: Rect) {
    this.#cell = cell;
  }

  /** True once there is a picture, of this stream or one before. */
  get shows(): boolean {
    return this.#shows;
  }

  /** True when there is something to draw. */
  get isChanged(): boolean {
    return this.#shows && (this.#all || this.#changed.size > 0);
  }

  /** It lies elsewhere, on a canvas that is black there. */
  moveTo(cell: Rect): void {
    this.#cell = cell;
    this.#everything();
  }

  /**
   * Takes bytes of the message stream. What is drawn stays until a new stream has a picture.
   * @param feed number of the stream; with another one than before a new stream begins
   * @throws {ProtocolError} when they break the protocol
   */
  push(feed: number, parts: readonly Uint8Array[]): void {
    if (feed !== this.#feed) this.#begin(feed);
    for (const part of parts) this.#decoder.push(part);
  }

  /**
   * Draws what has changed.
   * @returns the rectangles of the canvas that were drawn on
   */
  draw(canvas: Pixels, shrinker: Shrinker): Rect[] {
    const { picture } = this.#decoder;
    if (!picture || !this.isChanged) return [];
    const place = pictureIn(this.#cell, picture);
    const whole = this.#all;
    const parts = whole ? [{ x: 0, y: 0, w: place.w, h: place.h }] : this.#parts(place);
    this.#changed.clear();
    this.#all = false;
    if (whole) blacken(canvas, this.#cell);
    for (const part of parts) shrinker.draw(picture, part, canvas, place);
    if (whole) return [this.#cell];
    return parts.map(({ x, y, w, h }) => ({ x: place.x + x, y: place.y + y, w, h }));
  }

  #begin(feed: number): void {
    this.#feed = feed;
    this.#decoder = new Decoder({
      update: ({ rects }) => {
        this.#shows = true;
        if (!this.#all) { for (const rect of rects) this.#note(rect); }
      },
      resize: () => {
        this.#shows = false;
        this.#everything();
      },
    });
  }

  #everything(): void {
    this.#all = true;
    this.#changed.clear();
  }

  /** @param rect of the source's picture */
  #note(rect: Rect): void {
    const picture = this.#decoder.picture!;
    const place = pictureIn(this.#cell, picture);
    const across = Math.ceil(place.w / SQUARE);
    const small = scaledRect(rect, picture, { width: place.w, height: place.h });
    const right = Math.ceil((small.x + small.w) / SQUARE);
    const bottom = Math.ceil((small.y + small.h) / SQUARE);
    for (let row = Math.floor(small.y / SQUARE); row < bottom; row++) {
      for (let column = Math.floor(small.x / SQUARE); column < right; column++) {
        this.#changed.add(row * across + column);
      }
    }
  }

  /** What to draw of the small picture, in few rectangles. */
  #parts({ w, h }: Rect): Rect[] {
    const across = Math.ceil(w / SQUARE);
    const squares = [...this.#changed].sort((a, b) => a - b).map((index) => {
      const x = index % across * SQUARE;
      const y = Math.floor(index / across) * SQUARE;
      return { x, y, w: Math.min(SQUARE, w - x), h: Math.min(SQUARE, h - y) };
    });
    return mergeRects(squares);
  }
}

function blacken({ width, pixels }: Pixels, { x, y, w, h }: Rect): void {
  for (let row = y; row < y + h; row++) pixels.fill(0, row * width + x, row * width + x + w);
}
