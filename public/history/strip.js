/**
 * The strip: how much changed when, where nothing was recorded, round times, marks and the playhead. A canvas in
 * device pixels, painted with the next animation frame after something changed.
 *
 * @typedef {import("./span.js").Span} Span
 *
 * @typedef {Object} StripModel
 * @property {Span} range  what is shown
 * @property {Span | null} recorded  from when to when there are pictures
 * @property {import("./requests.js").Activity | null} activity
 * @property {readonly number[]} marks  instants, ascending
 * @property {readonly import("./size_marks.js").SizeMark[]} sizes  ascending
 * @property {number} at   the playhead
 * @property {number} now
 * @property {boolean} live  the playhead is at now
 * @property {boolean} growing  the recording goes on
 */
import {
  drawGaps,
  drawHeat,
  drawLane,
  drawMarks,
  drawPlayhead,
  drawSizes,
  drawTicks,
} from "./strip_layers.js";

export class Strip {
  /** @type {HTMLCanvasElement} */
  #canvas;
  /** @type {CanvasRenderingContext2D | null} */
  #context;
  /** @type {StripModel | null} */
  #model = null;
  /** @type {number | null} */
  #frame = null;

  /** @param {HTMLCanvasElement} canvas  as large as CSS makes it */
  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
    new ResizeObserver(() => this.#redraw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#redraw());
  }

  /** CSS pixels. */
  get width() {
    return this.#canvas.clientWidth;
  }

  /** @param {StripModel} model */
  show(model) {
    this.#model = model;
    this.#redraw();
  }

  #redraw() {
    this.#frame ??= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = null;
    const context = this.#context;
    const model = this.#model;
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    if (!context || !model || width === 0) return;
    const dpr = globalThis.devicePixelRatio || 1;
    const [w, h] = [Math.round(width * dpr), Math.round(height * dpr)];
    if (this.#canvas.width !== w) this.#canvas.width = w;
    if (this.#canvas.height !== h) this.#canvas.height = h;
    context.setTransform(dpr, 0, 0, dpr, 0, 0);
    context.clearRect(0, 0, width, height);
    const colours = coloursOf(this.#canvas);
    drawLane(context, model, width, colours);
    drawHeat(context, model, width, colours);
    drawGaps(context, model, width, colours);
    drawSizes(context, model, width, colours);
    drawTicks(context, model, width, colours);
    drawMarks(context, model, width, colours);
    drawPlayhead(context, model, width, colours);
  }
}

/** @typedef {ReturnType<typeof coloursOf>} Colours */

/** @param {HTMLElement} element */
function coloursOf(element) {
  const style = getComputedStyle(element);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  return {
    text: colour("--text-soft"),
    strong: colour("--text"),
    lane: colour("--surface-2"),
    line: colour("--line"),
    heat: colour("--accent"),
    live: colour("--good"),
    past: colour("--past"),
    mark: colour("--mark"),
    font: style.fontFamily,
  };
}
