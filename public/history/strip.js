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
 * @property {number} at   the playhead
 * @property {number} now
 * @property {boolean} live  the playhead is at now
 * @property {boolean} growing  the recording goes on
 */
import { ticks, xOf } from "./span.js";
import { tickText } from "./words.js";

/** CSS pixels. */
const LANE_TOP = 8;
const LANE_BOTTOM = 40;
const LABEL_Y = 55;
const TICK_GAP = 84;
/** A bin with any change at all is to be seen. */
const LEAST_HEAT = 0.22;

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

/**
 * @param {CanvasRenderingContext2D} context
 * @param {StripModel} model
 * @param {number} width
 * @param {Colours} colours
 */
function drawLane(context, { range, recorded, now, growing }, width, colours) {
  context.fillStyle = colours.line;
  context.fillRect(0, LANE_BOTTOM, width, 1);
  if (!recorded) return;
  const left = Math.max(0, xOf(range, recorded.from, width));
  const right = Math.min(width, xOf(range, growing ? now : recorded.to, width));
  context.fillStyle = colours.lane;
  if (right > left) context.fillRect(left, LANE_TOP, right - left, LANE_BOTTOM - LANE_TOP);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {StripModel} model
 * @param {number} width
 * @param {Colours} colours
 */
function drawHeat(context, { range, activity, recorded, now }, width, colours) {
  if (!activity) return;
  // Counts are of whole bins: the first begins before the first picture, the newest is not over.
  const oldest = recorded ? xOf(range, recorded.from, width) : 0;
  const newest = Math.min(width, xOf(range, now, width));
  const { from, binMs, bins } = activity;
  const most = Math.log1p(Math.max(1, ...bins));
  context.fillStyle = colours.heat;
  for (const [i, tiles] of bins.entries()) {
    if (tiles === 0) continue;
    const left = Math.max(oldest, xOf(range, from + i * binMs, width));
    const right = Math.min(newest, xOf(range, from + (i + 1) * binMs, width));
    if (right < 0 || left > width) continue;
    const heat = LEAST_HEAT + (1 - LEAST_HEAT) * Math.log1p(tiles) / most;
    const height = (LANE_BOTTOM - LANE_TOP) * heat;
    context.globalAlpha = 0.35 + 0.65 * heat;
    context.fillRect(left, LANE_BOTTOM - height, Math.max(1, right - left - 0.5), height);
  }
  context.globalAlpha = 1;
}

/**
 * Slanted lines where nothing was recorded; borders where a recording ended or began.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {StripModel} model
 * @param {number} width
 * @param {Colours} colours
 */
function drawGaps(context, { range, activity, now }, width, colours) {
  for (const { from, to } of activity?.gaps ?? []) {
    const left = Math.max(-1, xOf(range, from, width));
    const right = Math.min(width + 1, xOf(range, to ?? now, width));
    if (right < 0 || left > width) continue;
    context.save();
    context.beginPath();
    context.rect(left, LANE_TOP, Math.max(1, right - left), LANE_BOTTOM - LANE_TOP);
    context.clip();
    context.clearRect(left, LANE_TOP, Math.max(1, right - left), LANE_BOTTOM - LANE_TOP);
    context.strokeStyle = colours.text;
    context.globalAlpha = 0.45;
    context.beginPath();
    for (let x = Math.floor(left / 7) * 7 - 40; x < right; x += 7) {
      context.moveTo(x, LANE_BOTTOM);
      context.lineTo(x + 32, LANE_TOP);
    }
    context.stroke();
    context.globalAlpha = 1;
    context.fillStyle = colours.text;
    context.fillRect(left, LANE_TOP, 1, LANE_BOTTOM - LANE_TOP);
    if (to !== null) context.fillRect(right - 1, LANE_TOP, 1, LANE_BOTTOM - LANE_TOP);
    context.restore();
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {StripModel} model
 * @param {number} width
 * @param {Colours} colours
 */
function drawTicks(context, { range }, width, colours) {
  context.font = `11px ${colours.font}`;
  context.textAlign = "center";
  const { times, stepMs } = ticks(range, width, TICK_GAP);
  for (const time of times) {
    const x = Math.round(xOf(range, time, width));
    context.fillStyle = colours.line;
    context.fillRect(x, LANE_BOTTOM, 1, 4);
    const text = tickText(time, stepMs);
    const half = context.measureText(text).width / 2;
    // A text that is cut off says something else.
    if (x - half < 2 || x + half > width - 2) continue;
    context.fillStyle = colours.text;
    context.fillText(text, x, LABEL_Y);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {StripModel} model
 * @param {number} width
 * @param {Colours} colours
 */
function drawMarks(context, { range, marks }, width, colours) {
  context.fillStyle = colours.mark;
  let last = -Infinity;
  for (const time of marks) {
    const x = xOf(range, time, width);
    // Several in one place look like one.
    if (x < 0 || x > width || x - last < 1) continue;
    last = x;
    context.fillRect(x - 1, LANE_TOP, 2, LANE_BOTTOM - LANE_TOP);
    context.fillRect(x - 2.5, LANE_TOP - 5, 5, 5);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {StripModel} model
 * @param {number} width
 * @param {Colours} colours
 */
function drawPlayhead(context, { range, at, live }, width, colours) {
  const x = Math.round(xOf(range, at, width));
  if (x < -6 || x > width + 6) return;
  context.fillStyle = live ? colours.live : colours.past;
  context.fillRect(x - 1, 2, 2, LANE_BOTTOM - 1);
  context.beginPath();
  context.roundRect(x - 5, 0, 10, 10, 3);
  context.fill();
}
