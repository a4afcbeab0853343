/**
 * Joins boxes of neighbouring tiles into fewer rectangles.
 *
 * Two rectangles become one when the rectangle around both holds little that was in neither: each patch
 * costs a header and a start from nothing in the compressor, each unchanged pixel inside costs a
 * little compressed byte. `SLACK_PIXELS` is that trade.
 */
import type { Rect } from "./geometry.ts";

/** Unchanged pixels worth sending to save one patch. */
const SLACK_PIXELS = 256;
/** ... and as a share of the joined rectangle: a big one may waste more. */
const SLACK_SHARE = 1 / 8;

/** Joins what touches: along rows first, then downwards. `rects` in reading order of their tiles. */
export function mergeRects(rects: readonly Rect[]): Rect[] {
  return joinDown(joinAcross(rects));
}

function joinAcross(rects: readonly Rect[]): Rect[] {
  const out: Rect[] = [];
  for (const rect of rects) {
    const last = out.at(-1);
    const joined = last && last.x + last.w === rect.x && joinIfCheap(last, rect);
    if (joined) out[out.length - 1] = joined;
    else out.push(rect);
  }
  return out;
}

/** Each rectangle may grow into one that ends where it starts. */
function joinDown(rects: readonly Rect[]): Rect[] {
  const out: Rect[] = [];
  /** Rectangles of `out` by the row below them. */
  const endingAt = new Map<number, number[]>();
  for (const rect of rects) {
    const above = endingAt.get(rect.y) ?? [];
    const place = above.findIndex((index) => joinIfCheap(out[index], rect) !== undefined);
    let index: number;
    if (place >= 0) {
      [index] = above.splice(place, 1);
      out[index] = joinIfCheap(out[index], rect)!;
    } else {
      index = out.push(rect) - 1;
    }
    const bottom = out[index].y + out[index].h;
    const list = endingAt.get(bottom);
    if (list) list.push(index);
    else endingAt.set(bottom, [index]);
  }
  return out;
}

function joinIfCheap(a: Rect, b: Rect): Rect | undefined {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  const w = Math.max(a.x + a.w, b.x + b.w) - x;
  const h = Math.max(a.y + a.h, b.y + b.h) - y;
  const waste = w * h - a.w * a.h - b.w * b.h;
  return waste <= Math.max(SLACK_PIXELS, w * h * SLACK_SHARE) ? { x, y, w, h } : undefined;
}
