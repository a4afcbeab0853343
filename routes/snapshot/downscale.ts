/**
 * Makes a picture smaller by averaging: each new pixel is the mean of the area it covers, parts of pixels
 * included, so that thin lines and text fade instead of vanishing as they do when pixels are just picked.
 */
import type { Size } from "../../capture/geometry.ts";

/**
 * Scales RGBX pixels down; the result is opaque.
 * @param rgba `size.width * size.height * 4` bytes; the fourth byte is not looked at.
 * @param to Each side at least 1 and at most that of `size`.
 */
export function downscale(rgba: Uint8Array, size: Size, to: Size): Uint8Array<ArrayBuffer> {
  const columns = spans(size.width, to.width);
  const rows = spans(size.height, to.height);
  const out = new Uint8Array(to.width * to.height * 4);
  const sums = new Float64Array(to.width * 3);
  for (let y = 0; y < to.height; y++) {
    sums.fill(0);
    for (let i = rows.starts[y]; i < rows.starts[y + 1]; i++) {
      addRow(rgba, rows.from[i] * size.width * 4, columns, rows.weights[i], sums);
    }
    for (let x = 0, at = y * to.width * 4; x < to.width; x++, at += 4) {
      out[at] = sums[x * 3] + 0.5;
      out[at + 1] = sums[x * 3 + 1] + 0.5;
      out[at + 2] = sums[x * 3 + 2] + 0.5;
      out[at + 3] = 255;
    }
  }
  return out;
}

/** For each new pixel `n`, entries `starts[n]` to `starts[n + 1]`: an old pixel and its share, sum 1. */
interface Spans {
  readonly starts: Uint32Array;
  readonly from: Uint32Array;
  readonly weights: Float64Array;
}

function spans(oldLength: number, newLength: number): Spans {
  // Each new pixel begins at most one old pixel that the one before it had, too.
  const starts = new Uint32Array(newLength + 1);
  const from = new Uint32Array(oldLength + newLength);
  const weights = new Float64Array(oldLength + newLength);
  const ratio = oldLength / newLength;
  let n = 0;
  for (let i = 0; i < newLength; i++) {
    const left = i * ratio;
    const right = Math.min(oldLength, (i + 1) * ratio);
    for (let old = Math.floor(left); old < right; old++) {
      const share = Math.min(old + 1, right) - Math.max(old, left);
      if (share < 1e-9) continue;
      from[n] = old;
      weights[n++] = share / ratio;
    }
    starts[i + 1] = n;
  }
  return { starts, from, weights };
}

function addRow(
  rgba: Uint8Array,
  offset: number,
  { starts, from, weights }: Spans,
  rowWeight: number,
  sums: Float64Array,
): void {
  for (let x = 0; x + 1 < starts.length; x++) {
    let red = 0;
    let green = 0;
    let blue = 0;
    for (let i = starts[x]; i < starts[x + 1]; i++) {
      const at = offset + from[i] * 4;
      red += rgba[at] * weights[i];
      green += rgba[at + 1] * weights[i];
      blue += rgba[at + 2] * weights[i];
    }
    sums[x * 3] += red * rowWeight;
    sums[x * 3 + 1] += green * rowWeight;
    sums[x * 3 + 2] += blue * rowWeight;
  }
}
