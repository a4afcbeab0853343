/** The area filter written down as it is defined, in whole numbers, for comparison with the fast one. */
import type { Rect, Size } from "../../capture/geometry.ts";
import { blankFrame, type Frame } from "./frames.ts";

/**
 * A part of a picture made smaller: each new pixel is the mean of what it covers, rounded, halves up.
 * @param from the part, inside the picture
 * @param to the new size, neither side longer than the part's
 */
export function areaAverage({ width, bgrx }: Frame, from: Rect, to: Size): Frame {
  const out = blankFrame(to.width, to.height);
  const area = from.w * from.h;
  const columns = shares(from.w, to.width);
  const rows = shares(from.h, to.height);
  for (let y = 0; y < to.height; y++) {
    for (let x = 0; x < to.width; x++) {
      const sums = [0, 0, 0];
      for (const row of rows[y]) {
        for (const column of columns[x]) {
          const at = ((from.y + row.from) * width + from.x + column.from) * 4;
          for (let i = 0; i < 3; i++) sums[i] += bgrx[at + i] * row.share * column.share;
        }
      }
      // Sums are below 2^53, and twice them too: all of this is exact.
      sums.forEach((sum, i) => {
        out.bgrx[(y * to.width + x) * 4 + i] = Math.floor((2 * sum + area) / (2 * area));
      });
    }
  }
  return out;
}

/** For each new pixel, the old ones that it covers and how much of each, in parts of `1 / newLength`. */
function shares(oldLength: number, newLength: number): { from: number; share: number }[][] {
  return Array.from({ length: newLength }, (_, index) => {
    const left = index * oldLength;
    const right = left + oldLength;
    const covered = [];
    for (let from = Math.floor(left / newLength); from * newLength < right; from++) {
      const share = Math.min(right, (from + 1) * newLength) - Math.max(left, from * newLength);
      covered.push({ from, share });
    }
    return covered;
  });
}
