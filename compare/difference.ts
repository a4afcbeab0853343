/**
 * How two pictures differ: which pixels, how many, how much.
 *
 * Pictures of different sizes lie on each other with their top left corners. A pixel that only one of them has
 * counts as changed, and as different by 100 %.
 */
import type { Size } from "../capture/geometry.ts";
import { isOpaque, maxOf, type Picture, scaleTo } from "./picture.ts";

/** What was found; `width` and `height` are those of the area that the two cover together. */
export interface Difference extends Size {
  /** 1 for each changed pixel, 0 for the others; `width * height`, row by row. */
  readonly changed: Uint8Array;
  readonly changedPixels: number;
  /** The mean of all differences between samples, as a share of the largest there can be: 0 to 1. */
  readonly mean: number;
  /** The largest difference of a sample, 0 to 255; of 16-bit samples with fractions. */
  readonly largest: number;
}

/**
 * Compares all samples: R, G, B, and alpha where one of the two has any transparency (so that the mean of opaque
 * pictures is that of their colours).
 * @param threshold differences of up to so many steps of 255 in every sample do not count as a change, 0 to 255; mean
 * and largest are of all differences
 */
export function differenceOf(a: Picture, b: Picture, threshold = 0): Difference {
  const width = Math.max(a.width, b.width);
  const height = Math.max(a.height, b.height);
  const both = { width: Math.min(a.width, b.width), height: Math.min(a.height, b.height) };
  const wide = a.depth === 16 || b.depth === 16;
  const most = maxOf(wide ? 16 : 8);
  const [scaleA, scaleB] = [scaleTo(wide, a), scaleTo(wide, b)];
  const limit = threshold * (most / 255);
  const changed = new Uint8Array(width * height);
  let changedPixels = 0;
  let sum = 0;
  let largest = 0;
  for (let y = 0; y < both.height; y++) {
    let inA = y * a.width * 4;
    let inB = y * b.width * 4;
    for (let x = 0; x < both.width; x++, inA += 4, inB += 4) {
      const red = Math.abs(a.samples[inA] * scaleA - b.samples[inB] * scaleB);
      const green = Math.abs(a.samples[inA + 1] * scaleA - b.samples[inB + 1] * scaleB);
      const blue = Math.abs(a.samples[inA + 2] * scaleA - b.samples[inB + 2] * scaleB);
      const alpha = Math.abs(a.samples[inA + 3] * scaleA - b.samples[inB + 3] * scaleB);
      if ((red | green | blue | alpha) === 0) continue;
      const here = Math.max(red, green, blue, alpha);
      sum += red + green + blue + alpha;
      if (here > largest) largest = here;
      if (here <= limit) continue;
      changed[y * width + x] = 1;
      changedPixels++;
    }
  }
  const channels = isOpaque(a) && isOpaque(b) ? 3 : 4;
  const alone = markAlone(changed, { width, height }, [a, b]);
  if (alone > 0) largest = most;
  return {
    width,
    height,
    changed,
    changedPixels: changedPixels + alone,
    mean: (sum / (channels * most) + alone) / (width * height),
    largest: largest / (most / 255),
  };
}

/** Marks the pixels of the area that not both have, also the corner that neither has; returns how many. */
function markAlone(changed: Uint8Array, { width, height }: Size, [a, b]: [Size, Size]): number {
  const both = { width: Math.min(a.width, b.width), height: Math.min(a.height, b.height) };
  for (let y = 0; y < height; y++) {
    const from = y < both.height ? both.width : 0;
    changed.fill(1, y * width + from, (y + 1) * width);
  }
  return width * height - both.width * both.height;
}
