/** A lossy encoder and the page's decoder side by side, and pictures to send from one to the other. */
import assert from "node:assert/strict";
import type { Rect, Size } from "../../capture/geometry.ts";
import { Arena, type Kernels, loadKernels } from "../../capture/kernels/kernels.ts";
import { Picture } from "../../public/decoder/picture.js";
import type { Random } from "./random.ts";

const EXTRA_BYTES = 65536;
/** What `out` must have room for, per pixel. */
const MOST_BYTES_PER_PIXEL = 2;

/** An encoder and a decoder whose canvases start alike. */
export class Pair {
  readonly size: Size;
  readonly picture: Picture;
  readonly #kernels: Kernels;
  readonly #frame: number;
  readonly #canvas: number;
  readonly #out: number;

  private constructor(kernels: Kernels, size: Size) {
    this.size = size;
    this.picture = new Picture(size.width, size.height);
    this.#kernels = kernels;
    const arena = new Arena(kernels.memory);
    const pixels = size.width * size.height;
    this.#frame = arena.take(pixels * 4);
    this.#canvas = arena.take(pixels * 4);
    this.#out = arena.take(pixels * MOST_BYTES_PER_PIXEL + EXTRA_BYTES);
    kernels.lossyReset();
  }

  static async open(width: number, height: number): Promise<Pair> {
    return new Pair(await loadKernels(), { width, height });
  }

  #pixels(address: number): Uint32Array {
    const { width, height } = this.size;
    return new Uint32Array(this.#kernels.memory.buffer, address, width * height);
  }

  /** What the encoder shall show. */
  get frame(): Uint32Array {
    return this.#pixels(this.#frame);
  }

  /** What the encoder says decoders show. */
  get canvas(): Uint32Array {
    return this.#pixels(this.#canvas);
  }

  /** Makes both canvases the same, given picture. */
  show(pixels: Uint32Array): void {
    this.canvas.set(pixels);
    this.picture.pixels.set(pixels);
  }

  reset(): void {
    this.#kernels.lossyReset();
    this.picture.forgetContext();
  }

  encode({ x, y, w, h }: Rect, quality: number): Uint8Array {
    const { width, height } = this.size;
    const length = this.#kernels.lossyEncode(
      this.#frame,
      this.#canvas,
      width,
      height,
      x,
      y,
      w,
      h,
      quality,
      this.#out,
    );
    return new Uint8Array(this.#kernels.memory.buffer, this.#out, length).slice();
  }

  /** Encodes and decodes; the canvases must be the same then, and nothing outside the rectangle may have changed. */
  send(rect: Rect, quality: number): Uint8Array {
    const before = this.picture.pixels.slice();
    const bytes = this.encode(rect, quality);
    assert.ok(bytes.length > 0);
    assert.ok(bytes.length <= MOST_BYTES_PER_PIXEL * rect.w * rect.h + EXTRA_BYTES);
    assert.equal(this.picture.drawLossy(bytes, rect), true);
    assert.deepEqual(this.picture.pixels, this.canvas);
    assertSameOutside(this.picture.pixels, before, this.size, rect);
    return bytes;
  }
}

/** Fails where pixels outside `rect` differ. */
export function assertSameOutside(
  a: Uint32Array,
  b: Uint32Array,
  { width }: Size,
  rect: Rect,
): void {
  const { x, y, w, h } = rect;
  const differs = a.findIndex((pixel, i) => {
    const column = i % width;
    const row = Math.floor(i / width);
    const inside = column >= x && column < x + w && row >= y && row < y + h;
    return !inside && pixel !== b[i];
  });
  assert.equal(differs, -1);
}

/** Something like a photograph, displaced by `dx`, `dy` pixels. */
export function photo({ width, height }: Size, dx = 0, dy = 0): Uint32Array {
  const pixels = new Uint32Array(width * height);
  for (let i = 0; i < pixels.length; i++) {
    const x = (i % width) + dx;
    const y = Math.floor(i / width) + dy;
    const light = 120 + 60 * Math.sin(x / 9 + Math.sin(y / 23)) + 40 * Math.cos(y / 7 - x / 31);
    const r = Math.round(Math.max(0, Math.min(255, light + 30 * Math.sin(x / 50))));
    const g = Math.round(Math.max(0, Math.min(255, light)));
    const b = Math.round(Math.max(0, Math.min(255, light - 50 + 40 * Math.cos((x + y) / 40))));
    pixels[i] = r << 16 | g << 8 | b;
  }
  return pixels;
}

/** Every pixel by chance. */
export function noise(random: Random, { width, height }: Size): Uint32Array {
  return Uint32Array.from({ length: width * height }, () => random.bits() & 0xffffff);
}

/** Black letters of random shape on white, three pixels wide strokes. */
export function text(random: Random, { width, height }: Size): Uint32Array {
  const dark = (x: number, y: number) =>
    y % 14 < 9 && x % 7 < 5 && cells[(y >> 1) * width + (x >> 1)];
  const cells = Array.from({ length: width * height }, () => random.chance(0.4));
  return Uint32Array.from(
    { length: width * height },
    (_, i) => dark(i % width, Math.floor(i / width)) ? 0x000000 : 0xffffff,
  );
}

/** All of a picture. */
export function whole({ width, height }: Size): Rect {
  return { x: 0, y: 0, w: width, h: height };
}
