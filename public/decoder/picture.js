/**
 * The canvas as the decoder sees it, and the ways to change it that need no entropy decoding. Drawing on
 * a screen is somebody else's job.
 *
 * The pixels live in the memory of the decoder's kernels (WebAssembly), twice: as the coders want them
 * (0x00RRGGBB numbers) and as ImageData wants them (R, G, B, 255 bytes). `show` brings the second up to
 * date. The memory never grows after the constructor, so that views of it stay valid.
 */
import { LossMap } from "./loss_map.js";
import { newKernels, WASM_PAGE } from "./kernels.js";
import { tileCount } from "./tile_hash.js";

/** @typedef {{ x: number, y: number, w: number, h: number }} Rect */
/** @typedef {{ sx: number, sy: number, dx: number, dy: number, w: number, h: number }} Copy */

/** Room for the longest payload of a context patch, besides 4 bytes a pixel. */
const EXTRA_INPUT_BYTES = 65536;

export class Picture {
  #kernels;
  #canvas;
  #shown;
  #input;

  /**
   * A black picture. Takes 12 bytes a pixel and about 10 MB.
   * @param {number} width pixels, at least 1
   * @param {number} height pixels, at least 1
   */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    /** Longest payload of a context patch, bytes. */
    this.maxInputBytes = width * height * 4 + EXTRA_INPUT_BYTES;
    this.#kernels = newKernels();
    const { memory } = this.#kernels;
    const bytes = width * height * 4;
    this.#canvas = memory.buffer.byteLength;
    this.#shown = this.#canvas + bytes;
    this.#input = this.#shown + bytes;
    memory.grow(Math.ceil((2 * bytes + this.maxInputBytes) / WASM_PAGE));
    /** R, G, B, 255 of each pixel, row by row, as of the last `show`. */
    this.rgba = new Uint8ClampedArray(memory.buffer, this.#shown, bytes);
    /** 0x00RRGGBB of each pixel. */
    this.pixels = new Uint32Array(memory.buffer, this.#canvas, width * height);
    /** Where it is not exact. */
    this.losses = new LossMap(width, height);
    this.forgetContext();
    this.show([{ x: 0, y: 0, w: width, h: height }]);
  }

  /** Brings `rgba` up to date. @param {readonly Rect[]} rects where pixels have changed */
  show(rects) {
    for (const { x, y, w, h } of rects) {
      this.#kernels.toRgbaRect(this.#canvas, this.#shown, this.width, x, y, w, h);
    }
  }

  /**
   * What each tile of `rgba` looks like, as in a check message.
   * @returns {Uint32Array} one hash a tile, row by row
   */
  hashTiles() {
    const { memory, hashTiles } = this.#kernels;
    // Nothing is decoded while this runs; a tile has at least one pixel, which is as long as its hash.
    hashTiles(this.#shown, this.width, this.height, 1, this.#input);
    return new Uint32Array(memory.buffer, this.#input, tileCount(this)).slice();
  }

  /** The coders forget what they have learnt. */
  forgetContext() {
    this.#kernels.contextReset();
    this.#kernels.lossyReset();
  }

  /**
   * Draws a rectangle with the context coder.
   * @param {Uint8Array} input at most `maxInputBytes`
   * @param {Rect} rect inside the picture
   * @returns {boolean} false when the input was too short
   */
  drawContext(input, { x, y, w, h }) {
    new Uint8Array(this.#kernels.memory.buffer, this.#input, input.length).set(input);
    return this.#kernels.contextDecode(
      this.#input,
      input.length,
      this.#canvas,
      this.width,
      x,
      y,
      w,
      h,
    ) !== 0;
  }

  /**
   * Draws a rectangle with the lossy coder.
   * @param {Uint8Array} input at most `maxInputBytes`
   * @param {Rect} rect inside the picture
   * @returns {boolean} false when the input was too short
   */
  drawLossy(input, { x, y, w, h }) {
    new Uint8Array(this.#kernels.memory.buffer, this.#input, input.length).set(input);
    return this.#kernels.lossyDecode(
      this.#input,
      input.length,
      this.#canvas,
      this.width,
      this.height,
      x,
      y,
      w,
      h,
    ) !== 0;
  }

  clear() {
    this.pixels.fill(0);
  }

  /**
   * @param {Rect} rect inside the picture
   * @param {number} pixel 0x00RRGGBB
   */
  fill(rect, pixel) {
    for (let y = rect.y; y < rect.y + rect.h; y++) {
      const start = y * this.width + rect.x;
      this.pixels.fill(pixel, start, start + rect.w);
    }
  }

  /**
   * Moves rectangles; all of them read the picture as it is at the call, whatever the others write.
   * @param {Copy[]} copies inside the picture
   */
  copy(copies) {
    if (copies.length === 1) {
      this.#copyOne(copies[0]);
      return;
    }
    const snapshots = copies.map(({ sx, sy, w, h }) => this.#cut(sx, sy, w, h));
    copies.forEach(({ dx, dy, w, h }, index) => this.#paste(snapshots[index], dx, dy, w, h));
  }

  /** One copy needs no snapshot: rows in the order that never overwrites one still to be read.
   * @param {Copy} copy */
  #copyOne({ sx, sy, dx, dy, w, h }) {
    const down = dy > sy;
    for (let i = 0; i < h; i++) {
      const row = down ? h - 1 - i : i;
      const from = (sy + row) * this.width + sx;
      this.pixels.copyWithin((dy + row) * this.width + dx, from, from + w);
    }
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} w
   * @param {number} h
   */
  #cut(x, y, w, h) {
    const out = new Uint32Array(w * h);
    for (let row = 0; row < h; row++) {
      const from = (y + row) * this.width + x;
      out.set(this.pixels.subarray(from, from + w), row * w);
    }
    return out;
  }

  /**
   * @param {Uint32Array} block
   * @param {number} x
   * @param {number} y
   * @param {number} w
   * @param {number} h
   */
  #paste(block, x, y, w, h) {
    for (let row = 0; row < h; row++) {
      this.pixels.set(block.subarray(row * w, row * w + w), (y + row) * this.width + x);
    }
  }
}
