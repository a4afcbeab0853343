/**
 * The page's canvas as the engine's Worker sees it: orders go there as messages, with the pixels handed over, and
 * come back when they are carried out.
 *
 * An OffscreenCanvas would need no such messages, but shows what was drawn a frame later than a canvas of the page
 * does (docs/PERFORMANCE.md, "Latency").
 *
 * @typedef {import("./surface.js").Surface} Surface
 * @typedef {import("./surface.js").Shown} Shown
 * @typedef {import("./messages.js").CanvasOrder} CanvasOrder
 * @typedef {import("./messages.js").CanvasNews} CanvasNews
 */
import { readable } from "./canvas_surface.js";
import { packRects } from "./packed_rects.js";

/** Buffers kept to be filled again: as many as are under way, each at most as large as the picture. */
const MAX_SPARE = 2;
/** Looks at the canvas that may be under way: each holds a copy of it. */
const MAX_READS = 2;

/** @implements {Surface} */
export class RemoteSurface {
  restored = () => {};
  /** @type {(order: CanvasOrder, transfer: Transferable[]) => void} */
  #post;
  /** What is to be called when the page has carried out an order, in their order. @type {(() => void)[]} */
  #done = [];
  /** @type {((shown: Shown | null) => void)[]} */
  #reads = [];
  /** @type {ArrayBuffer[]} */
  #spare = [];

  /** @param {(order: CanvasOrder, transfer: Transferable[]) => void} post  to the page */
  constructor(post) {
    this.#post = post;
  }

  /** @type {Surface["put"]} */
  put(picture, rects, done) {
    const packed = packRects(picture, rects, (bytes) => this.#allocate(bytes));
    this.#done.push(done);
    this.#post({ type: "put", ...packed }, [packed.pixels]);
  }

  /** @type {Surface["draw"]} */
  draw({ width, height }, clear, pieces, done) {
    this.#spare = [];
    this.#done.push(done);
    this.#post(
      { type: "draw", width, height, clear, pieces },
      pieces.map(({ bitmap }) => bitmap),
    );
  }

  /** @type {Surface["read"]} */
  read(got) {
    if (this.#reads.length >= MAX_READS) return got(null);
    this.#reads.push(got);
    this.#post({ type: "read" }, []);
  }

  close() {
    this.#spare = [];
    this.#reads = [];
  }

  /** @param {CanvasNews} news  from the page */
  receive(news) {
    switch (news.type) {
      case "drawn":
        if (news.pixels && this.#spare.length < MAX_SPARE) this.#spare.push(news.pixels);
        return this.#done.shift()?.();
      case "shown": {
        const { bitmap } = news;
        this.#reads.shift()?.(bitmap && readable(bitmap));
        return bitmap?.close();
      }
      case "restored":
        return this.restored();
    }
  }

  /**
   * A fresh buffer costs the system as much as filling it: those that came back are used again.
   *
   * @param {number} bytes
   */
  #allocate(bytes) {
    const spare = this.#spare.shift();
    return spare && spare.byteLength >= bytes ? spare : new ArrayBuffer(bytes);
  }
}
