/** Draws parts of pictures, made smaller by the area filter, onto a canvas. */
import type { Rect, Size } from "../../geometry.ts";
import { Arena, type Kernels } from "../../kernels/kernels.ts";

/** Pixels as numbers 0x??RRGGBB, rows without padding. */
export interface Pixels extends Size {
  readonly pixels: Uint32Array;
}

const PIXEL_BYTES = 4;

/** The area filter with memory of its own: room for the largest picture that it was given so far. */
export class Shrinker {
  readonly #kernels: Kernels;
  readonly #arena: Arena;
  #room = { from: 0, to: 0, width: 0 };
  #from = 0;
  #to = 0;
  #scratch = 0;

  /** @param kernels nobody else may lay out their memory */
  constructor(kernels: Kernels) {
    this.#kernels = kernels;
    this.#arena = new Arena(kernels.memory);
  }

  /**
   * Draws a part of a picture that is made smaller.
   * @param picture neither side longer than 16384
   * @param part of the small picture, inside it
   * @param canvas what is drawn on
   * @param place where the small picture lies on the canvas, inside it; its size is what the picture is shrunk to,
   * neither side longer than the picture's
   */
  draw(picture: Pixels, part: Rect, canvas: Pixels, place: Rect): void {
    if (place.w === picture.width && place.h === picture.height) {
      return copyRows(picture, part, canvas, place);
    }
    const { width, height } = picture;
    this.#reserve(picture, place);
    // Only what the part depends on has to be there.
    const x = Math.floor(part.x * width / place.w);
    const y = Math.floor(part.y * height / place.h);
    const w = Math.ceil((part.x + part.w) * width / place.w) - x;
    const h = Math.ceil((part.y + part.h) * height / place.h) - y;
    const { memory } = this.#kernels;
    const from = {
      width,
      height,
      pixels: new Uint32Array(memory.buffer, this.#from, width * height),
    };
    copyRows(picture, { x, y, w, h }, from, { x: 0, y: 0 });
    this.#kernels.shrink(
      ...[this.#from, width, 0, 0, width, height] as const,
      ...[this.#to, place.w, place.w, place.h] as const,
      ...[part.x, part.y, part.x + part.w, part.y + part.h, this.#scratch] as const,
    );
    const pixels = new Uint32Array(memory.buffer, this.#to, place.w * place.h);
    copyRows({ width: place.w, height: place.h, pixels }, part, canvas, place);
  }

  #reserve({ width, height }: Size, { w, h }: Rect): void {
    const { from, to } = this.#room;
    if (width * height <= from && w * h <= to && width <= this.#room.width) return;
    this.#room = {
      from: Math.max(from, width * height),
      to: Math.max(to, w * h),
      width: Math.max(this.#room.width, width),
    };
    this.#arena.reset();
    this.#from = this.#arena.take(this.#room.from * PIXEL_BYTES);
    this.#to = this.#arena.take(this.#room.to * PIXEL_BYTES);
    this.#scratch = this.#arena.take(this.#kernels.shrinkBytes(this.#room.width));
  }
}

/** Copies a part of a picture to the same place of one that begins at `x, y` of another. */
function copyRows(from: Pixels, part: Rect, to: Pixels, { x, y }: { x: number; y: number }): void {
  for (let row = part.y; row < part.y + part.h; row++) {
    const start = row * from.width + part.x;
    to.pixels.set(from.pixels.subarray(start, start + part.w), (y + row) * to.width + x + part.x);
  }
}
