/**
 * The canvas as the decoder sees it: opaque pixels in memory, and the three ways to change them that
 * need no payload (fill, copy, clear). Drawing on a screen is somebody else's job.
 *
 * Pixels are stored the way ImageData wants them, R G B A bytes; the 32-bit view below holds
 * 0xAABBGGRR, since every machine with a browser is little-endian.
 */

/** @typedef {{ x: number, y: number, w: number, h: number }} Rect */
/** @typedef {{ sx: number, sy: number, dx: number, dy: number, w: number, h: number }} Copy */

const BLACK = 0xff000000;

export class Picture {
  /**
   * A black picture.
   * @param {number} width pixels, at least 1
   * @param {number} height pixels, at least 1
   */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    /** R, G, B, 255 of each pixel, row by row. */
    this.rgba = new Uint8ClampedArray(width * height * 4);
    /** The same memory, one 0xffBBGGRR number a pixel. */
    this.pixels = new Uint32Array(this.rgba.buffer);
    this.pixels.fill(BLACK);
  }

  clear() {
    this.pixels.fill(BLACK);
  }

  /**
   * @param {Rect} rect inside the picture
   * @param {number} pixel 0xffBBGGRR
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
