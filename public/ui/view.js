/**
 * The picture on the page: how large, where, and how it is moved. It sizes the canvas element; the canvas's own
 * pixels are the engine's.
 *
 * @typedef {import("./geometry.js").Size} Size
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {import("./geometry.js").Placement} Placement
 * @typedef {import("./geometry.js").Viewport} Viewport
 * @typedef {"fit" | "actual" | "zoom"} Mode
 */
import {
  actualScale,
  clampScale,
  fitScale,
  nextStop,
  overflows,
  percentText,
  rendering,
  settle,
  zoomAt,
} from "./geometry.js";

export class View {
  /** @type {HTMLElement} */
  #stage;
  /** @type {HTMLCanvasElement} */
  #canvas;
  /** @type {(view: View) => void} */
  #changed;
  /** @type {Size | null} */
  #frame = null;
  /** @type {Mode} */
  #mode = "fit";
  /** @type {Placement} */
  #placement = { scale: 1, x: 0, y: 0 };
  /** @type {Viewport} */
  #viewport;

  /**
   * @param {HTMLElement} stage
   * @param {HTMLCanvasElement} canvas
   * @param {(view: View) => void} changed  size, place or mode is another one now
   */
  constructor(stage, canvas, changed) {
    this.#stage = stage;
    this.#canvas = canvas;
    this.#changed = changed;
    this.#viewport = this.#measure();
    new ResizeObserver(() => this.#resized()).observe(stage);
    this.#watchRatio();
  }

  /** The frame's size; null before the first one. */
  get frame() {
    return this.#frame;
  }

  get mode() {
    return this.#mode;
  }

  get placement() {
    return this.#placement;
  }

  get viewport() {
    return this.#viewport;
  }

  /** Zoom for people: `100%` is one frame pixel on one device pixel. */
  get percent() {
    return percentText(this.#placement.scale, this.#viewport.dpr);
  }

  /** True when the frame is larger than the viewport. */
  get movable() {
    return this.#frame !== null && overflows(this.#placement, this.#frame, this.#viewport);
  }

  /** @param {Size} frame */
  setFrame(frame) {
    this.#frame = frame;
    this.#canvas.hidden = false;
    this.#apply();
  }

  /** Shows the whole frame, whatever the window's size. */
  fit() {
    this.#mode = "fit";
    this.#apply();
  }

  /** Shows one frame pixel as one device pixel, keeping the middle of the viewport in the middle. */
  actual() {
    this.#zoomTo(actualScale(this.#viewport), this.#middle());
    this.#mode = "actual";
    this.#apply();
  }

  /**
   * To the next zoom stop.
   *
   * @param {1 | -1} direction
   */
  step(direction) {
    const { dpr } = this.#viewport;
    this.#zoomTo(nextStop(this.#placement.scale, direction, dpr), this.#middle());
  }

  /**
   * Zooms smoothly.
   *
   * @param {number} factor  above 1 enlarges
   * @param {Point} anchor   what stays in place, CSS pixels in the window
   */
  zoomBy(factor, anchor) {
    const { left, top, dpr } = this.#viewport;
    const scale = clampScale(this.#placement.scale * factor, dpr);
    this.#zoomTo(scale, { x: anchor.x - left, y: anchor.y - top });
  }

  /**
   * Moves the frame.
   *
   * @param {number} dx  CSS pixels, positive: the frame goes right
   * @param {number} dy
   */
  pan(dx, dy) {
    const { scale, x, y } = this.#placement;
    this.#placement = { scale, x: x + dx, y: y + dy };
    this.#apply();
  }

  /**
   * @param {number} scale
   * @param {Point} anchor
   */
  #zoomTo(scale, anchor) {
    this.#mode = "zoom";
    this.#placement = zoomAt(this.#placement, scale, anchor);
    this.#apply();
  }

  #middle() {
    return { x: this.#viewport.width / 2, y: this.#viewport.height / 2 };
  }

  #resized() {
    const before = this.#viewport;
    this.#viewport = this.#measure();
    // What was in the middle stays there.
    const { scale, x, y } = this.#placement;
    this.#placement = {
      scale,
      x: x + (this.#viewport.width - before.width) / 2,
      y: y + (this.#viewport.height - before.height) / 2,
    };
    this.#apply();
  }

  #apply() {
    if (!this.#frame) return;
    const { dpr } = this.#viewport;
    if (this.#mode === "fit") this.#placement.scale = fitScale(this.#frame, this.#viewport);
    if (this.#mode === "actual") this.#placement.scale = actualScale(this.#viewport);
    this.#placement = settle(this.#placement, this.#frame, this.#viewport);
    const { scale, x, y } = this.#placement;
    const { style } = this.#canvas;
    style.width = `${this.#frame.width}px`;
    style.height = `${this.#frame.height}px`;
    // Not left, top, width and height: layout rounds those to 1/64 pixel, and at a ratio of 1.5, say, 1:1
    // would then be 1279.99 pixels for 1280, with one column of pixels lost.
    style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    style.imageRendering = rendering(scale, dpr);
    this.#changed(this);
  }

  /** @returns {Viewport} */
  #measure() {
    const { left, top, width, height } = this.#stage.getBoundingClientRect();
    return { left, top, width, height, dpr: globalThis.devicePixelRatio || 1 };
  }

  /** The ratio changes with the browser's zoom and when the window moves to another monitor. */
  #watchRatio() {
    const query = matchMedia(`(resolution: ${globalThis.devicePixelRatio}dppx)`);
    query.addEventListener("change", () => {
      this.#resized();
      this.#watchRatio();
    }, { once: true });
  }
}
