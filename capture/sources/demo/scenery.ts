/**
 * Rendering of procedural pictures: a function from a point to a colour becomes dithered pixels.
 */
import type { Size } from "../../geometry.ts";
import { Canvas, type Picture } from "./canvas.ts";

/** Red, green, blue, each 0 to 255 with fractions; values outside are cut off. */
export type Rgb = [red: number, green: number, blue: number];

/**
 * The light at a point of a picture: `x` and `y` in pixels. The colour is put into `out`, so that
 * rendering a million points makes no garbage.
 */
export type Shader = (x: number, y: number, out: Rgb) => void;

/** Thresholds of an 8×8 ordered dither in `[0, 1)`: gradients without bands that still compress well. */
function bayer(): Float32Array {
  const matrix = new Float32Array(64);
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) {
      let value = 0;
      for (let bit = 0; bit < 3; bit++) {
        value = value * 4 + ((((x ^ y) >> bit) & 1) * 2 + ((y >> bit) & 1));
      }
      matrix[y * 8 + x] = (value + 0.5) / 64;
    }
  }
  return matrix;
}

/** Renders `shader` at every pixel of a picture of `size`. */
export function render(size: Size, shader: Shader): Picture {
  const { width, height } = size;
  const thresholds = bayer();
  const picture = new Canvas(size);
  const rgb: Rgb = [0, 0, 0];
  for (let y = 0, index = 0; y < height; y++) {
    for (let x = 0; x < width; x++, index++) {
      shader(x, y, rgb);
      const threshold = thresholds[(y & 7) * 8 + (x & 7)];
      picture.pixels[index] = 0xff000000 | (toByte(rgb[0] + threshold) << 16) |
        (toByte(rgb[1] + threshold) << 8) | toByte(rgb[2] + threshold);
    }
  }
  return picture;
}

function toByte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.floor(value);
}

/** A colour ramp through `stops`, each at a position in ascending order; constant beyond the ends. */
export function ramp(stops: readonly (readonly [at: number, colour: number])[]) {
  return (t: number, out: Rgb): void => {
    let i = 0;
    while (i < stops.length - 2 && t > stops[i + 1][0]) i++;
    const [from, a] = stops[i];
    const [to, b] = stops[i + 1];
    const s = Math.min(1, Math.max(0, (t - from) / (to - from)));
    out[0] = ((a >> 16) & 255) * (1 - s) + ((b >> 16) & 255) * s;
    out[1] = ((a >> 8) & 255) * (1 - s) + ((b >> 8) & 255) * s;
    out[2] = (a & 255) * (1 - s) + (b & 255) * s;
  };
}

/** Moves `out` towards `colour` by `amount` (0 to 1). */
export function tint(out: Rgb, colour: number, amount: number): void {
  out[0] += (((colour >> 16) & 255) - out[0]) * amount;
  out[1] += (((colour >> 8) & 255) - out[1]) * amount;
  out[2] += ((colour & 255) - out[2]) * amount;
}

/** Adds `amount` times `colour`, as light does. */
export function glow(out: Rgb, colour: number, amount: number): void {
  out[0] += ((colour >> 16) & 255) * amount;
  out[1] += ((colour >> 8) & 255) * amount;
  out[2] += (colour & 255) * amount;
}

/**
 * A cheaper stand-in for a `field` that is soft by nature: computed once on a grid of `step` pixels over a
 * picture of `size`, and interpolated between the grid's points.
 */
export function coarse(
  size: Size,
  step: number,
  field: (x: number, y: number) => number,
): (x: number, y: number) => number {
  const columns = Math.ceil(size.width / step) + 2;
  const rows = Math.ceil(size.height / step) + 2;
  const grid = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      grid[row * columns + column] = field(column * step, row * step);
    }
  }
  return (x, y) => {
    const gx = x / step;
    const gy = y / step;
    const i = Math.floor(gx);
    const j = Math.floor(gy);
    const s = gx - i;
    const at = j * columns + i;
    const upper = grid[at] + (grid[at + 1] - grid[at]) * s;
    const lower = grid[at + columns] + (grid[at + columns + 1] - grid[at + columns]) * s;
    return upper + (lower - upper) * (gy - j);
  };
}
