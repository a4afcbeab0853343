/**
 * The one owner of the canvas.
 *
 * Updates from the stream change a picture in memory. What they changed is painted together: once a frame on the
 * page's own thread; from the Worker as soon as the page has done with what was painted before. So a screen that
 * changes faster than the page can paint costs no more than the page can paint, and what it paints is the newest.
 *
 * @typedef {import("./messages.js").Rect} Rect
 * @typedef {import("./sse_transport.js").Piece} Piece
 * @typedef {import("./surface.js").Surface} Surface
 * @typedef {import("./surface.js").PictureView} PictureView
 *
 * @typedef {Object} PainterOptions
 * @property {(run: () => void) => () => void} requestFrame  runs once, soon; returns what cancels it
 * @property {() => (rects: readonly Rect[]) => void} painting  the newest pixels are on their way to the canvas;
 *   what it returns is called when they are there
 * @property {() => void} lost  the browser threw away pixels that only the canvas held
 */
import { DirtyRects } from "./dirty.js";

/** While one is on the page's canvas, the next can be made ready. */
const MAX_UNDER_WAY = 2;

export class Painter {
  /** @type {Surface} */
  #surface;
  /** @type {PainterOptions} */
  #options;
  #dirty = new DirtyRects();
  /** @type {PictureView | null} */
  #picture = null;
  /** Something is to be painted. */
  #waiting = false;
  /** Paints whose pixels are not on the canvas yet. */
  #underWay = 0;
  /** Cancels the paint that is to come. @type {(() => void) | null} */
  #cancelFrame = null;
  #closed = false;

  /**
   * @param {Surface} surface
   * @param {PainterOptions} options
   */
  constructor(surface, options) {
    this.#surface = surface;
    this.#options = options;
    surface.restored = () => this.#restored();
  }

  /**
   * Paints `rects` of `picture` soon.
   *
   * @param {PictureView} picture  read then, not now
   * @param {readonly Rect[]} rects  inside the picture
   */
  show(picture, rects) {
    if (this.#picture !== picture) {
      this.#picture = picture;
      this.#dirty.addAll();
    }
    this.#dirty.add(rects, picture);
    this.#waiting = true;
    this.#schedule();
  }

  /**
   * Draws decoded pieces at once; from here on the canvas holds the only copy of the picture.
   *
   * @param {{ width: number, height: number }} size
   * @param {boolean} clear  true: everything else becomes black
   * @param {readonly Piece[]} pieces  inside the canvas; given away
   * @returns {Promise<void>} when they are on the canvas
   */
  draw(size, clear, pieces) {
    this.#forgetPicture();
    if (this.#closed) return Promise.resolve();
    const rects = clear
      ? [{ x: 0, y: 0, w: size.width, h: size.height }]
      : pieces.map(({ x, y, bitmap }) => ({ x, y, w: bitmap.width, h: bitmap.height }));
    const painted = this.#options.painting();
    return new Promise((resolve) => {
      this.#surface.draw(size, clear, pieces, () => {
        if (!this.#closed) painted(rects);
        resolve();
      });
    });
  }

  /** Paints the whole picture, at once, whatever changed. */
  repaint() {
    this.#dirty.addAll();
    this.#waiting = true;
    this.#flush();
  }

  /**
   * What the canvas shows, once everything that waits has been painted.
   *
   * @param {(shown: import("./surface.js").Shown | null) => void} got  null: it shows nothing yet, or the browser
   *   has lost its pixels; called at once on the page's own thread
   */
  read(got) {
    this.#flush();
    this.#surface.read(got);
  }

  /** Stops painting. The canvas keeps its last picture. */
  close() {
    this.#closed = true;
    this.#forgetPicture();
    this.#surface.close();
  }

  #schedule() {
    if (this.#closed || this.#cancelFrame || this.#underWay >= MAX_UNDER_WAY) return;
    this.#cancelFrame = this.#options.requestFrame(() => this.#paint());
  }

  #flush() {
    this.#cancelFrame?.();
    this.#paint();
  }

  #paint() {
    this.#cancelFrame = null;
    const picture = this.#picture;
    if (this.#closed || !picture || !this.#waiting) return;
    this.#waiting = false;
    const rects = this.#dirty.take(picture);
    const painted = this.#options.painting();
    this.#underWay++;
    this.#surface.put(picture, rects, () => {
      this.#underWay--;
      if (this.#closed) return;
      painted(rects);
      if (this.#waiting) this.#schedule();
    });
  }

  #forgetPicture() {
    this.#cancelFrame?.();
    this.#cancelFrame = null;
    this.#picture = null;
    this.#waiting = false;
    this.#dirty = new DirtyRects();
  }

  #restored() {
    if (!this.#picture) return this.#options.lost();
    this.#dirty.addAll();
    this.show(this.#picture, []);
  }
}

/**
 * Runs a function with the next animation frame where the scope has those, else in 16 ms.
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

/**
 * Runs a function when what runs now has ended: updates that came in one chunk are one paint.
 *
 * @param {() => void} run
 * @returns {() => void} cancels it
 */
export function afterThis(run) {
  let wanted = true;
  queueMicrotask(() => {
    if (wanted) run();
  });
  return () => {
    wanted = false;
  };
}
