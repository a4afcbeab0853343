/**
 * The page's canvas. Pixels go in with `putImageData` (or as bitmaps), never blended or scaled, so that the
 * canvas equals the frame exactly.
 *
 * @typedef {import("./surface.js").Surface} Surface
 * @typedef {import("./surface.js").PictureView} PictureView
 * @typedef {import("./surface.js").Shown} Shown
 * @typedef {import("./surface.js").Size} Size
 * @typedef {import("./sse_transport.js").Piece} Piece
 * @typedef {import("./packed_rects.js").PackedRects} PackedRects
 */
import { unpackRects } from "./packed_rects.js";

/** @implements {Surface} */
export class CanvasSurface {
  restored = () => {};
  /** @type {HTMLCanvasElement} */
  #canvas;
  /** @type {CanvasRenderingContext2D} */
  #context;
  /** The picture shown last, as the canvas wants it: a view, not a copy. @type {ImageData | null} */
  #image = null;

  /**
   * @param {HTMLCanvasElement} canvas
   * @throws {Error} when the browser has no 2D context for this canvas
   */
  constructor(canvas) {
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("This browser gives no 2D canvas");
    this.#canvas = canvas;
    this.#context = context;
    canvas.addEventListener("contextrestored", this.#contextRestored);
  }

  /** @type {Surface["put"]} */
  put(picture, rects, done) {
    if (this.#image?.data !== picture.rgba) {
      this.#image = new ImageData(picture.rgba, picture.width, picture.height);
    }
    this.#fit(picture);
    for (const { x, y, w, h } of rects) this.#context.putImageData(this.#image, 0, 0, x, y, w, h);
    done();
  }

  /** @param {PackedRects} packed  parts of a picture that is somewhere else */
  putPacked(packed) {
    this.#fit(packed);
    for (const { x, y, image } of unpackRects(packed)) this.#context.putImageData(image, x, y);
  }

  /** @type {Surface["draw"]} */
  draw(size, clear, pieces, done) {
    this.#image = null;
    this.#fit(size);
    if (clear) {
      this.#context.fillStyle = "#000";
      this.#context.fillRect(0, 0, size.width, size.height);
    }
    for (const { x, y, bitmap } of pieces) this.#context.drawImage(bitmap, x, y);
    done();
  }

  /** @type {Surface["read"]} */
  read(got) {
    if (this.#context.isContextLost?.()) return got(null);
    got(readable(this.#canvas) ?? shownBy(this.#context, this.#canvas));
  }

  /**
   * What the canvas shows now, for somebody else to read: costs this thread next to nothing.
   *
   * @returns {Promise<ImageBitmap | null>} null: the browser has lost it
   */
  async snapshot() {
    if (this.#context.isContextLost?.()) return null;
    return await createImageBitmap(this.#canvas).catch(() => null);
  }

  close() {
    this.#image = null;
    this.#canvas.removeEventListener("contextrestored", this.#contextRestored);
  }

  /** @param {Size} size  of the picture to come: a canvas that gets another size is empty from then on */
  #fit({ width, height }) {
    if (this.#canvas.width === width && this.#canvas.height === height) return;
    this.#canvas.width = width;
    this.#canvas.height = height;
  }

  /** A browser under memory pressure may drop a canvas's pixels, and says so once it is usable again. */
  #contextRestored = () => this.restored();
}

/**
 * What an image shows, through a copy: browsers take a canvas that is read from the graphics card for good.
 *
 * @param {HTMLCanvasElement | ImageBitmap} image
 * @returns {Shown | null} null: this browser cannot copy it
 */
export function readable(image) {
  if (typeof OffscreenCanvas === "undefined") return null;
  const { width, height } = image;
  const options = { alpha: false, willReadFrequently: true };
  const copy = new OffscreenCanvas(width, height).getContext("2d", options);
  copy?.drawImage(image, 0, 0);
  return copy && shownBy(copy, image);
}

/**
 * @param {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} context
 * @param {Size} size
 * @returns {Shown}
 */
function shownBy(context, { width, height }) {
  return { width, height, readRows: (y, h) => context.getImageData(0, y, width, h).data };
}
