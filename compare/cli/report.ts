/** What `deno task diff` prints. */
import type { Rect, Size } from "../../capture/geometry.ts";
import type { Difference } from "../difference.ts";

/** More patches than this are only in the JSON. */
const MAX_LISTED = 40;

/** What there is to say. */
export interface Findings {
  readonly a: Size & { readonly file: string };
  readonly b: Size & { readonly file: string };
  readonly threshold: number;
  readonly difference: Omit<Difference, "changed">;
  readonly patches: readonly Rect[];
  /** Files that were written. */
  readonly delta: { readonly file: string; readonly bytes: number } | undefined;
  readonly marked: { readonly file: string; readonly bytes: number } | undefined;
}

/** For programs: one object, percentages as numbers from 0 to 100. */
export function jsonReport({ difference, ...rest }: Findings): string {
  const { changedPixels, width, height, mean, largest } = difference;
  const { a, b, threshold, patches, delta, marked } = rest;
  return JSON.stringify({
    same: changedPixels === 0,
    changedPercent: 100 * changedPixels / (width * height),
    meanDifferencePercent: 100 * mean,
    largestDifference: largest,
    changedPixels,
    pixels: width * height,
    threshold,
    a,
    b,
    patches,
    delta,
    marked,
  });
}

/** For people. */
export function textReport(
  { a, b, threshold, difference, patches, delta, marked }: Findings,
): string {
  const { changedPixels, width, height, mean, largest } = difference;
  const pixels = width * height;
  const beyond = threshold > 0 ? `, by more than ${threshold} in a channel` : "";
  const lines = [
    `changed: ${
      percent(changedPixels / pixels)
    } of the pixels (${changedPixels} of ${pixels})${beyond}`,
    `mean difference: ${percent(mean)}, the largest ${Number(largest.toFixed(3))} of 255`,
  ];
  if (a.width !== b.width || a.height !== b.height) {
    lines.unshift(
      `sizes: ${a.width}×${a.height} and ${b.width}×${b.height}; what only one of them has counts as changed`,
    );
  }
  lines.push(`patches: ${patches.length}`);
  for (const { x, y, w, h } of patches.slice(0, MAX_LISTED)) {
    lines.push(`  x ${x}, y ${y}, ${w}×${h}`);
  }
  if (patches.length > MAX_LISTED) {
    lines.push(`  and ${patches.length - MAX_LISTED} more; --json lists all`);
  }
  if (delta) lines.push(`delta: ${delta.file}, ${delta.bytes} bytes`);
  if (marked) lines.push(`marked: ${marked.file}, ${marked.bytes} bytes`);
  return lines.join("\n");
}

/** As many digits as make something above 0 visible. */
function percent(share: number): string {
  const value = 100 * share;
  if (value === 0) return "0 %";
  return `${value >= 0.001 ? Number(value.toFixed(3)) : Number(value.toPrecision(1))} %`;
}
