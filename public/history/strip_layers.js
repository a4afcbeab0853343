/**
 * What the strip is painted of, one layer over the other. Lengths are CSS pixels.
 *
 * @typedef {import("./strip.js").StripModel} StripModel
 * @typedef {import("./strip.js").Colours} Colours
 */
import { ticks, xOf } from "./span.js";
import { tickText } from "./words.js";

const LANE_TOP = 8;
const LANE_BOTTOM = 40;
const LABEL_Y = 55;
const TICK_GAP = 84;
/** A bin with any change at all is to be seen. */
const LEAST_HEAT = 0.22;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {StripModel} model
 * @param {number} width
 * @param {Colours} colours
 */
export function drawLane(context, { range, recorded, now, growing }, width, colours) {
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
export function drawHeat(context, { range, activity, recorded, now }, width, colours) {
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
export function drawGaps(context, { range, activity, now }, width, colours) {
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
 * A broken line under a small screen where the picture got another size.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {StripModel} model
 * @param {number} width
 * @param {Colours} colours
 */
export function drawSizes(context, { range, sizes }, width, colours) {
  context.strokeStyle = colours.strong;
  let last = -Infinity;
  for (const { time } of sizes) {
    const x = Math.round(xOf(range, time, width)) + 0.5;
    // Several in one place look like one.
    if (x < 0 || x > width || x - last < 4) continue;
    last = x;
    context.beginPath();
    context.setLineDash([2, 2]);
    context.moveTo(x, LANE_TOP);
    context.lineTo(x, LANE_BOTTOM);
    context.stroke();
    context.setLineDash([]);
    context.strokeRect(x - 4, LANE_TOP - 6, 8, 5);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {StripModel} model
 * @param {number} width
 * @param {Colours} colours
 */
export function drawTicks(context, { range }, width, colours) {
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
export function drawMarks(context, { range, marks }, width, colours) {
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
export function drawPlayhead(context, { range, at, live }, width, colours) {
  const x = Math.round(xOf(range, at, width));
  if (x < -6 || x > width + 6) return;
  context.fillStyle = live ? colours.live : colours.past;
  context.fillRect(x - 1, 2, 2, LANE_BOTTOM - 1);
  context.beginPath();
  context.roundRect(x - 5, 0, 10, 10, 3);
  context.fill();
}
