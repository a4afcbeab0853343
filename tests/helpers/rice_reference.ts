/**
 * The Rice coder's decoder once more, written from docs/PROTOCOL.md ("Rice coder") alone: slow, plain, and nothing
 * shared with the kernels. Where the two differ, the page or the code is wrong.
 */
import type { Size } from "../../capture/geometry.ts";

class Context {
  sum = 8;
  count = 1;
  k = 3;
}

export class RiceReference {
  readonly #code: Uint8Array;
  #at = 0;
  readonly #contexts = Array.from({ length: 37 }, () => new Context());

  constructor(code: Uint8Array) {
    this.#code = code;
  }

  /**
   * @returns the tile's pixels, 0x00RRGGBB
   * @throws {RangeError} when the code ends before them
   */
  decode({ width, height }: Size): Uint32Array {
    const pixels = new Uint32Array(width * height);
    for (let y = 0; y < height; y++) {
      let afterRun = false;
      for (let x = 0; x < width;) {
        const at = (dx: number, dy: number) => pixels[(y + dy) * width + x + dx];
        const w = x > 0 ? at(-1, 0) : y > 0 ? at(0, -1) : 0;
        const n = y > 0 ? at(0, -1) : w;
        const nw = y > 0 && x > 0 ? at(-1, -1) : n;
        const ne = y > 0 && x < width - 1 ? at(1, -1) : n;
        if (!afterRun && w === n && n === nw && n === ne) {
          const end = Math.min(width, x + this.#value(36));
          for (; x < end; x++) pixels[y * width + x] = w;
          afterRun = true;
          continue;
        }
        afterRun = false;
        pixels[y * width + x++] = this.#pixel(w, n, nw, ne);
      }
    }
    if (this.#at > this.#code.length * 8) throw new RangeError("the code ends before the tile");
    return pixels;
  }

  #pixel(w: number, n: number, nw: number, ne: number): number {
    const green = (colour: number) => colour >> 8 & 255;
    const activity = Math.abs(green(w) - green(nw)) + Math.abs(green(n) - green(nw)) +
      Math.abs(green(ne) - green(n));
    const g = this.#distance(Math.min(size(activity), 11));
    const r = this.#distance(12 + Math.min(size(g), 5) + (activity > 12 ? 6 : 0));
    const b = this.#distance(24 + Math.min(size(r), 5) + (size(g) > 2 ? 6 : 0));
    const channel = (shift: number, distance: number) => {
      const [a, c, corner] = [w, n, nw].map((colour) => colour >> shift & 255);
      const med = [a, c, a + c - corner].toSorted((one, other) => one - other)[1];
      return (med + distance) & 255;
    };
    return channel(16, g + r) << 16 | channel(8, g) << 8 | channel(0, g + b);
  }

  #distance(index: number): number {
    const value = this.#value(index);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  #value(index: number): number {
    const context = this.#contexts[index];
    let zeros = 0;
    while (zeros < 20 && this.#bits(1) === 0) zeros++;
    const value = zeros < 20 ? (zeros << context.k | this.#bits(context.k)) & 255 : this.#bits(8);
    context.sum += value;
    context.count++;
    if (context.count === 32) {
      context.sum = (context.sum + 1) >> 1;
      context.count = 16;
    }
    context.k = 0;
    while (context.count << context.k < context.sum) context.k++;
    return value;
  }

  /** The next bits, the first one lowest. */
  #bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.#at++) {
      value |= ((this.#code[this.#at >> 3] ?? 0) >> (this.#at & 7) & 1) << i;
    }
    return value;
  }
}

/** The number of bits of |d|. */
function size(d: number): number {
  return d === 0 ? 0 : Math.abs(d).toString(2).length;
}
