/**
 * The demo's system monitor: a load curve that moves twice a second, memory, and network bars.
 */
import type { Rect } from "../../geometry.ts";
import { type Canvas, mix } from "./canvas.ts";
import type { Part } from "./part.ts";
import { fractal1, noise1 } from "./random.ts";
import { COLOURS, type Fonts } from "./theme.ts";
import { buildLoadAt, FRAME_RATE } from "./timeline.ts";

const SAMPLE_FRAMES = FRAME_RATE / 2;
const PIXELS_PER_SAMPLE = 4;
const PADDING = 14;
const WELL = 0x151726;

/** The monitor's content at `frame`. */
export function monitorParts(fonts: Fonts, area: Rect, seed: number, frame: number): Part[] {
  const sample = Math.floor(frame / SAMPLE_FRAMES);
  const width = Math.max(0, area.w - 2 * PADDING);
  const left = area.x + PADDING;
  const free = Math.max(0, area.h - 116);
  const curve = { x: left, y: area.y + 38, w: width, h: Math.round(free * 0.62) };
  const memory = { x: left, y: curve.y + curve.h + 10, w: width, h: 26 };
  const network = { x: left, y: memory.y + 36, w: width, h: 20 };
  const bars = { x: left, y: network.y + 20, w: width, h: Math.max(0, free - curve.h) };

  const load = `${Math.round(100 * loadAt(sample, seed))}%`;
  // Memory moves slowly: shown in tenths, once in two seconds.
  const used = (5.1 + 1.8 * fractal1(Math.floor(sample / 4) / 24, 2, seed + 61)).toFixed(1);
  const rate = `${Math.round(40 + 1900 * trafficAt(sample, seed))} kB/s`;
  return [
    label(fonts, "monitor load", { x: left, y: area.y + 8, w: width, h: 26 }, "CPU", load, true),
    well("monitor curve", curve, sample, (canvas) => paintCurve(canvas, curve, sample, seed)),
    memoryBar(fonts, memory, used),
    label(fonts, "monitor network", network, "Network", rate, false),
    well("monitor bars", bars, sample, (canvas) => paintBars(canvas, bars, sample, seed)),
  ];
}

/** Load of all processors at a sample, 0 to 1: quiet, but for the build. */
function loadAt(sample: number, seed: number): number {
  // A little late and a little smooth, as load figures are.
  const build = (buildLoadAt(sample * SAMPLE_FRAMES) + buildLoadAt((sample - 1) * SAMPLE_FRAMES)) /
    2;
  const idle = 0.05 + 0.16 * noise1(sample / 3, seed + 60) ** 2;
  return Math.min(1, idle + build * (0.5 + 0.36 * noise1(sample / 1.7, seed + 62)));
}

function trafficAt(sample: number, seed: number): number {
  return fractal1(sample / 2.3, 2, seed + 63) ** 3;
}

function label(
  fonts: Fonts,
  id: string,
  rect: Rect,
  name: string,
  value: string,
  large: boolean,
): Part {
  return {
    id,
    rect,
    solid: rect,
    state: value,
    paint: (canvas) => {
      canvas.fill(rect.x, rect.y, rect.w, rect.h, COLOURS.body);
      const font = large ? fonts.large : fonts.regular;
      canvas.text(fonts.bold, rect.x, rect.y + (large ? 9 : 3), name, COLOURS.dim);
      const x = rect.x + rect.w - value.length * font.width;
      canvas.text(font, x, rect.y + 3, value, COLOURS.text);
    },
  };
}

function memoryBar(fonts: Fonts, rect: Rect, used: string): Part {
  return {
    ...label(fonts, "monitor memory", rect, "Memory", used, false),
    paint: (canvas) => {
      canvas.fill(rect.x, rect.y, rect.w, rect.h, COLOURS.body);
      const text = `${used} of 16 GB`;
      const x = rect.x + rect.w - text.length * fonts.regular.width;
      canvas.text(fonts.bold, rect.x, rect.y, "Memory", COLOURS.dim);
      canvas.text(fonts.regular, x, rect.y, text, COLOURS.text);
      const bar = { x: rect.x, y: rect.y + 18, w: rect.w, h: 6 };
      canvas.roundRect(bar, 3, WELL);
      canvas.roundRect({ ...bar, w: Math.round(rect.w * Number(used) / 16) }, 3, COLOURS.violet);
    },
  };
}

function well(id: string, rect: Rect, state: number, paint: (canvas: Canvas) => void): Part {
  return {
    id,
    rect,
    solid: rect,
    state,
    paint: (canvas) => {
      canvas.fill(rect.x, rect.y, rect.w, rect.h, WELL);
      paint(canvas);
    },
  };
}

function paintCurve(canvas: Canvas, rect: Rect, sample: number, seed: number): void {
  for (let line = 1; line < 4; line++) {
    canvas.fill(rect.x, rect.y + Math.round(rect.h * line / 4), rect.w, 1, COLOURS.raised);
  }
  const columns = rect.w;
  const heights = new Float32Array(columns + 1);
  const samples = Math.ceil(columns / PIXELS_PER_SAMPLE) + 2;
  const loads = Array.from({ length: samples }, (_, i) => loadAt(sample - samples + 1 + i, seed));
  for (let column = 0; column <= columns; column++) {
    const at = samples - 1 - (columns - column) / PIXELS_PER_SAMPLE;
    const i = Math.min(samples - 2, Math.floor(at));
    const load = loads[i] + (loads[i + 1] - loads[i]) * (at - i);
    heights[column] = rect.y + rect.h - 2 - load * (rect.h - 6);
  }
  for (let column = 0; column < columns; column++) {
    const x = rect.x + column;
    if ((column - columns + sample * PIXELS_PER_SAMPLE) % 40 === 0) {
      canvas.fill(x, rect.y, 1, rect.h, COLOURS.raised);
    }
    const top = Math.min(heights[column], heights[column + 1]) - 1;
    const bottom = Math.max(heights[column], heights[column + 1]) + 1;
    for (let y = Math.floor(top); y < rect.y + rect.h; y++) {
      // The share of the pixel that is below the line's lower edge, and within the line.
      const below = Math.min(1, Math.max(0, y + 1 - bottom));
      const within = Math.min(1, Math.max(0, y + 1 - top)) - below;
      const depth = (y - rect.y) / rect.h;
      if (below > 0) canvas.dot(x, y, COLOURS.orange, Math.round(below * (110 - 90 * depth)));
      if (within > 0) canvas.dot(x, y, COLOURS.orange, Math.round(within * 256));
    }
  }
}

function paintBars(canvas: Canvas, rect: Rect, sample: number, seed: number): void {
  const right = rect.x + rect.w;
  const bars = Math.ceil(rect.w / PIXELS_PER_SAMPLE);
  for (let bar = 0; bar < bars; bar++) {
    const share = trafficAt(sample - bar, seed);
    const h = Math.max(1, Math.round(share * (rect.h - 4)));
    const colour = mix(COLOURS.blue, COLOURS.cyan, Math.round(share * 256));
    const x = right - (bar + 1) * PIXELS_PER_SAMPLE;
    canvas.fill(x, rect.y + rect.h - h, PIXELS_PER_SAMPLE - 1, h, colour);
  }
}
