/**
 * The one owner of the canvas. Pixels go in with `putImageData` (or as bitmaps), never blended or scaled, so
 * that the canvas equals the frame exactly.
 *
 * Updates from the stream change a picture in memory and are painted together at the next animation frame:
 * a screen that changes faster than the display repaints costs no more than the display shows.
 *
 * @typedef {import("./messages.js").Rect} Rect
 * @typedef {{ width: number, height: number, rgba: Uint8ClampedArray<ArrayBuffer> }} PictureView
 * @typedef {import("./sse_transport.js").Piece} Piece
 *
 * @typedef {Object} PainterOptions
 * @property {(run: () => void) => () => void} requestFrame  runs once; returns what cancels it
 * @property {(rects: Rect[]) => void} painted  after the canvas has changed
 * @property {() => void} lost  the browser threw away pixels that only the canvas held
 */
import { DirtyRects } from "./dirty.js";

export class Painter {
  /** @type {OffscreenCanvas | HTMLCanvasElement} */
  #canvas;
  /** @type {OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D} */
  #context;
  /** @type {PainterOptions} */
  #options;
  #dirty = new DirtyRects();
  /** @type {PictureView | null} */
  #picture = null;
  /** The picture's pixels as the canvas wants them: a view, not a copy. @type {ImageData | null} */
  #image = null;
  /** Cancels the paint that is to come. @type {(() => void) | null} */
  #cancelFrame = null;
  #closed = false;

  /**
   * @param {OffscreenCanvas | HTMLCanvasElement} canvas
   * @param {PainterOptions} options
   * @throws {Error} when the browser has no 2D context for this canvas
   */
  constructor(canvas, options) {
    this.#canvas = canvas;
    this.#options = options;
    // `getContext` of the two canvas types differ in their overloads only.
    const context = /** @type {HTMLCanvasElement} */ (canvas).getContext("2d", { alpha: false });
    if (!context) throw new Error("This browser gives no 2D canvas");
    this.#context = context;
    canvas.addEventListener("contextrestored", this.#restored);
  }

  /**
   * Paints `rects` of `picture` with the next animation frame.
   *
   * @param {PictureView} picture  read then, not now
   * @param {readonly Rect[]} rects  inside the picture
   */
  show(picture, rects) {
    if (this.#picture !== picture) {
      this.#picture = picture;
      this.#image = new ImageData(picture.rgba, picture.width, picture.height);
      this.#dirty.addAll();
    }
    this.#dirty.add(rects, picture);
    if (!this.#closed) this.#cancelFrame ??= this.#options.requestFrame(() => this.#paint());
  }

  /**
   * Draws decoded pieces at once; from here on the canvas holds the only copy of the picture.
   *
   * @param {{ width: number, height: number }} size
   * @param {boolean} clear  true: everything else becomes black
   * @param {readonly Piece[]} pieces  inside the canvas
   */
  draw(size, clear, pieces) {
    this.#forgetPicture();
    if (this.#closed) return;
    this.#fitCanvas(size);
    const context = this.#context;
    if (clear) {
      context.fillStyle = "#000";
      context.fillRect(0, 0, size.width, size.height);
    }
    for (const { x, y, bitmap } of pieces) context.drawImage(bitmap, x, y);
    this.#options.painted(
      clear
        ? [{ x: 0, y: 0, w: size.width, h: size.height }]
        : pieces.map(({ x, y, bitmap }) => ({ x, y, w: bitmap.width, h: bitmap.height })),
    );
  }

  /** Stops painting. The canvas keeps its last picture. */
  close() {
    this.#closed = true;
    this.#forgetPicture();
    this.#canvas.removeEventListener("contextrestored", this.#restored);
  }

  #paint() {
    this.#cancelFrame = null;
    const picture = this.#picture;
    const image = this.#image;
    if (!picture || !image) return;
    // Not before now: an earlier resize would show an empty canvas until the first paint.
    if (this.#fitCanvas(picture)) this.#dirty.addAll();
    const rects = this.#dirty.take(picture);
    for (const { x, y, w, h } of rects) this.#context.putImageData(image, 0, 0, x, y, w, h);
    this.#options.painted(rects);
  }

  /**
   * @param {{ width: number, height: number }} size
   * @returns {boolean} true when the canvas was of another size, and is empty now
   */
  #fitCanvas({ width, height }) {
    if (this.#canvas.width === width && this.#canvas.height === height) return false;
    this.#canvas.width = width;
    this.#canvas.height = height;
    return true;
  }

  #forgetPicture() {
    this.#cancelFrame?.();
    this.#cancelFrame = null;
    this.#picture = null;
    this.#image = null;
    this.#dirty = new DirtyRects();
  }

  /** A browser under memory pressure may drop a canvas's pixels, and says so once it is usable again. */
  #restored = () => {
    if (!this.#picture) return this.#options.lost();
    this.#dirty.addAll();
    this.show(this.#picture, []);
  };
}

/**
 * Runs a function with the next animation frame where the scope has those (Workers of some browsers do not),
 * else in 16 ms.
 *
 * @param {() => void} run
 * @returns {() => void} cancels it
 */
export function nextFrame(run) {
  if (typeof requestAnimationFrame === "function") {
    const handle = requestAnimationFrame(run);
    return () => cancelAnimationFrame(handle);
  }
  const handle = setTimeout(run, 16);
  return () => clearTimeout(handle);
}
