/**
 * The demo's wallpaper: mountain ranges after sunset, haze between them, a few clouds and stars.
 */
import type { Size } from "../../geometry.ts";
import type { Picture } from "./canvas.ts";
import { fractal1, fractal2, hash, lerp, random, smoothstep } from "./random.ts";
import { coarse, glow, ramp, render, type Rgb, tint } from "./scenery.ts";

const SKY = ramp([
  [0, 0x10173f],
  [0.22, 0x2a2a68],
  [0.42, 0x5d3f86],
  [0.58, 0xa9578c],
  [0.72, 0xe27b7a],
  [0.86, 0xf9a874],
  [1, 0xffd596],
]);

/** Where the sky meets the land, where the sun went down, as parts of height and width. */
const HORIZON = 0.66;
const SUN = 0.7;

interface Range {
  /** Height of the ridge, as a part of the picture's height from the top. */
  readonly base: number;
  readonly amplitude: number;
  /** Peaks over a width of the picture's height. */
  readonly frequency: number;
  readonly crest: number;
  readonly foot: number;
}

/** From the farthest to the nearest. */
const RANGES: readonly Range[] = [
  { base: 0.57, amplitude: 0.22, frequency: 1.5, crest: 0xb0648d, foot: 0xf0a58c },
  { base: 0.635, amplitude: 0.2, frequency: 1.9, crest: 0x7c4a83, foot: 0xc97f8c },
  { base: 0.71, amplitude: 0.18, frequency: 2.3, crest: 0x543a74, foot: 0x94618a },
  { base: 0.79, amplitude: 0.15, frequency: 2.7, crest: 0x352a5c, foot: 0x5f4579 },
  { base: 0.875, amplitude: 0.12, frequency: 3.1, crest: 0x1d1b43, foot: 0x352d5e },
];
const TREES = { base: 0.965, amplitude: 0.07, frequency: 1.3, colour: 0x0b0d26 };

/** Renders the wallpaper; the same bytes for the same `size` and `seed`. */
export function renderWallpaper(size: Size, seed: number): Picture {
  const { width, height } = size;
  // Distances count in heights, so that a wider picture shows more instead of stretched mountains.
  const unit = height;
  const ridges = RANGES.map((range, index) => ridgeLine(range, index, size, seed));
  const trees = treeLine(size, seed);
  const grid = Math.max(2, Math.round(height / 240));
  const clouds = coarse(size, grid, (x, y) => cloud(x / unit, y / unit, seed));
  const relief = coarse(size, grid, (x, y) => fractal2(x / unit * 9, y / unit * 14, 4, seed + 77));

  const sky = (x: number, y: number, out: Rgb) => {
    const v = y / unit;
    const dx = x / width - SUN;
    const dy = v - HORIZON;
    // The warm band stands higher above the place where the sun went down.
    SKY(v / HORIZON + 0.1 * Math.exp(-dx * dx * 9) - 0.06, out);
    const near = Math.exp(-(dx * dx * 14 + dy * dy * 26));
    glow(out, 0xff9a50, near * 0.3);
    const star = starlight(x, y, seed) * smoothstep(0.4, 0.02, v);
    if (star > 0) glow(out, 0xe6e8ff, star);
    const density = clouds(x, y);
    if (density > 0) {
      const low = smoothstep(0.08, 0.55, v);
      tint(out, mixRgb(0x4f4689, 0xff9d86, low), density * 0.55);
      glow(out, 0xffb070, density * near * 0.25);
    }
  };

  const slopes = ridges.map((ridge) => facing(ridge, size));
  const mountain = (layer: number, x: number, y: number, out: Rgb) => {
    const range = RANGES[layer];
    const depth = (y - ridges[layer][x]) / unit;
    const haze = smoothstep(0, 0.17, depth);
    const distance = 1 - layer / ridges.length;
    tint(out, range.crest, 1);
    // The folds of the slope bend where its lit side ends, which would else run straight down.
    const fold = relief(x + depth * unit * 0.7, y) - 0.5;
    const at = Math.round(x + fold * unit * 0.22 * smoothstep(0, 0.06, depth));
    const light = 1 +
      (fold * 0.6 + slopes[layer][Math.min(width - 1, Math.max(0, at))]) * (1 - haze);
    out[0] *= light * 1.02;
    out[1] *= light;
    out[2] *= light;
    tint(out, range.foot, haze * 0.85);
    const dx = x / width - SUN;
    glow(out, 0xff8c50, 0.16 * Math.exp(-dx * dx * 16) * haze * distance);
    // A thin lit edge along the crest.
    glow(out, 0xffb890, 0.12 * smoothstep(0.004, 0, depth) * distance);
  };
  /** Sky and mountains up to `layer`, counted from the farthest; -1 is the sky alone. */
  const backdrop = (layer: number, x: number, y: number, out: Rgb): void => {
    while (layer >= 0 && y + 1 <= ridges[layer][x]) layer--;
    if (layer < 0) return sky(x, y, out);
    const cover = y + 1 - ridges[layer][x];
    if (cover >= 1) return mountain(layer, x, y, out);
    // The crest runs through this pixel: mix with what is behind.
    backdrop(layer - 1, x, y, out);
    const behind: Rgb = [...out];
    mountain(layer, x, y, out);
    for (let channel = 0; channel < 3; channel++) {
      out[channel] = lerp(behind[channel], out[channel], cover);
    }
  };

  return render(size, (x, y, out) => {
    const cover = y + 1 - trees[x];
    if (cover < 1) backdrop(ridges.length - 1, x, y, out);
    if (cover > 0) tint(out, TREES.colour, Math.min(1, cover));
  });
}

/** How much lighter or darker than flat land a slope is: the side towards the sunset gets more light. */
function facing(ridge: Float32Array, { width, height }: Size): Float32Array {
  const reach = Math.max(1, Math.round(height / 60));
  return ridge.map((_, x) => {
    const left = ridge[Math.max(0, x - reach)];
    const right = ridge[Math.min(width - 1, x + reach)];
    const slope = (right - left) / (2 * reach);
    const towards = smoothstep(-0.08, 0.08, x / width - SUN) * 2 - 1;
    return Math.max(-0.24, Math.min(0.28, slope * towards * -0.4));
  });
}

function mixRgb(a: number, b: number, t: number): number {
  const channel = (shift: number) =>
    Math.round(lerp((a >> shift) & 255, (b >> shift) & 255, t)) << shift;
  return channel(16) | channel(8) | channel(0);
}

/** Long streaks of cloud, 0 to 1. */
function cloud(u: number, v: number, seed: number): number {
  const bend = fractal2(u * 1.3, v * 3, 2, seed + 9) * 0.25;
  const streaks = fractal2(u * 1.7 + bend, (v + bend * 0.2) * 11, 5, seed + 5);
  return smoothstep(0.5, 0.78, streaks) * smoothstep(0.02, 0.16, v);
}

/** Brightness of the star at a pixel, mostly 0. */
function starlight(x: number, y: number, seed: number): number {
  const value = hash(x, y, seed ^ 0x57a2);
  return value % 1400 === 0 ? 0.15 + 0.75 * ((value >>> 16) / 65536) ** 3 : 0;
}

/** The y of a range's crest for every column. */
function ridgeLine(range: Range, index: number, size: Size, seed: number): Float32Array {
  const line = new Float32Array(size.width);
  for (let x = 0; x < size.width; x++) {
    const u = x / size.height * range.frequency + index * 31.7;
    // Folding the noise at its middle makes pointed peaks; the octaves above make the crags.
    const peak = 1 - Math.abs(2 * fractal1(u, 2, seed + index * 17) - 1);
    const crag = fractal1(u * 5, 5, seed + index * 17 + 3) - 0.5;
    line[x] = (range.base - range.amplitude * (peak * peak - 0.55 + crag * 0.3)) * size.height;
  }
  return line;
}

/** The y of the forest's silhouette in front, for every column. */
function treeLine(size: Size, seed: number): Float32Array {
  const { width, height } = size;
  const ground = new Float32Array(width);
  for (let x = 0; x < width; x++) {
    const hill = fractal1(x / height * TREES.frequency, 3, seed + 400) - 0.5;
    ground[x] = (TREES.base - TREES.amplitude * hill) * height;
  }
  const line = ground.slice();
  const spacing = Math.max(2, height / 120);
  for (let tree = 0; tree * spacing < width + spacing; tree++) {
    const centre = (tree + random(tree, seed, 1) * 0.9) * spacing;
    const column = Math.min(width - 1, Math.max(0, Math.floor(centre)));
    const tall = height * (0.03 + 0.06 * random(tree, seed, 2) ** 2);
    const spread = tall * (0.17 + 0.07 * random(tree, seed, 3));
    const from = Math.max(0, Math.ceil(centre - spread));
    for (let x = from; x < Math.min(width, centre + spread); x++) {
      const out = Math.abs(x + 0.5 - centre) / spread;
      // Branches: the edge of a fir goes up in steps.
      const jag = (random(x, tree, seed) - 0.5) * 0.12;
      line[x] = Math.min(line[x], ground[column] - tall * Math.max(0, 1 - out + jag));
    }
  }
  return line;
}
