/** Applies PNG's filters: the other way round than capture/images/png/unfilter.ts, whose comment tells what they are. */
import type { Pass } from "../../capture/images/png/rows.ts";

/**
 * Filters all rows in place, each with the filter that its first byte names, 0 to 4.
 * @param data the rows of all passes
 * @param pixelBytes bytes from a byte to the same one of the pixel to its left, at least 1
 */
export function filterRows(data: Uint8Array, passes: readonly Pass[], pixelBytes: number): void {
  let start = 0;
  for (const { rows, rowBytes } of passes) {
    // From the end, so that what a byte is guessed from is still as it was.
    for (let row = rows - 1; row >= 0; row--) {
      filterRow(data, start + row * (1 + rowBytes), rowBytes, pixelBytes, row === 0);
    }
    start += rows * (1 + rowBytes);
  }
}

function filterRow(
  data: Uint8Array,
  at: number,
  rowBytes: number,
  pixelBytes: number,
  isFirst: boolean,
): void {
  const filter = data[at];
  if (filter === 0) return;
  const begin = at + 1;
  const up = rowBytes + 1;
  for (let i = at + rowBytes; i >= begin; i--) {
    const hasLeft = i - pixelBytes >= begin;
    const left = hasLeft ? data[i - pixelBytes] : 0;
    const above = isFirst ? 0 : data[i - up];
    const corner = hasLeft && !isFirst ? data[i - up - pixelBytes] : 0;
    data[i] -= guess(filter, left, above, corner);
  }
}

function guess(filter: number, left: number, above: number, corner: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) >> 1;
    default: {
      const byLeft = Math.abs(above - corner);
      const byAbove = Math.abs(left - corner);
      const byCorner = Math.abs(left + above - 2 * corner);
      return byLeft <= byAbove && byLeft <= byCorner ? left : byAbove <= byCorner ? above : corner;
    }
  }
}
