/** The edges of a moved rectangle, to the pixel: outwards while it fits, inwards where nothing changed. */
import type { Copy } from "../encode.ts";
import type { Rect } from "../geometry.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Workspace } from "../workspace.ts";
import { CELL } from "./cells.ts";

/** Content that moved by (dx, dy) from the reference to the frame. */
export interface Moved {
  readonly kernels: Kernels;
  readonly space: Workspace;
  readonly dx: number;
  readonly dy: number;
}

/** Lines that an edge moves outwards at most: with one more the next cells would have been equal. */
const MAX_GROWTH = CELL - 1;

/**
 * Moves each edge outwards while whole lines of the frame equal the moved reference.
 * @param rect equal already
 * @param bounds not to be left
 * @param others copies whose targets must stay disjoint from it
 */
export function grow(moved: Moved, rect: Rect, bounds: Rect, others: readonly Copy[]): Rect {
  const { width, height } = moved.space;
  const { dx, dy } = moved;
  let { x, y, w, h } = rect;
  let before = Math.max(bounds.x, dx, 0);
  let after = Math.min(bounds.x + bounds.w, width + dx, width);
  for (const other of others) {
    if (other.dy >= y + h || other.dy + other.h <= y) continue;
    if (other.dx >= x + w) after = Math.min(after, other.dx);
    else before = Math.max(before, other.dx + other.w);
  }
  const toLeft = equalColumns(moved, x - 1, y, h, -1, Math.min(x - before, MAX_GROWTH));
  const toRight = equalColumns(moved, x + w, y, h, 1, Math.min(after - x - w, MAX_GROWTH));
  x -= toLeft;
  w += toLeft + toRight;

  before = Math.max(bounds.y, dy, 0);
  after = Math.min(bounds.y + bounds.h, height + dy, height);
  for (const other of others) {
    if (other.dx >= x + w || other.dx + other.w <= x) continue;
    if (other.dy >= y + h) after = Math.min(after, other.dy);
    else before = Math.max(before, other.dy + other.h);
  }
  const upwards = equalRows(moved, x, y - 1, w, -1, Math.min(y - before, MAX_GROWTH));
  const downwards = equalRows(moved, x, y + h, w, 1, Math.min(after - y - h, MAX_GROWTH));
  y -= upwards;
  h += upwards + downwards;
  return { x, y, w, h };
}

/**
 * Moves each edge inwards over lines that the viewer has already; one pixel remains at least.
 * @param dirty what is to be sent lies in these: margins outside of them need not be read
 */
export function trim({ kernels, space }: Moved, rect: Rect, dirty: readonly Rect[]): Rect {
  const still = { kernels, space, dx: 0, dy: 0 };
  let { x, y, w, h } = boundsWithin(rect, dirty);
  const top = equalRows(still, x, y, w, 1, h - 1);
  y += top;
  h -= top;
  h -= equalRows(still, x, y + h - 1, w, -1, h - 1);
  const left = equalColumns(still, x, y, h, 1, w - 1);
  x += left;
  w -= left;
  w -= equalColumns(still, x + w - 1, y, h, -1, w - 1);
  return { x, y, w, h };
}

/** The smallest rectangle around what `rects` and `rect` share; `rect` where they share nothing. */
function boundsWithin(rect: Rect, rects: readonly Rect[]): Rect {
  let [left, top, right, bottom] = [Infinity, Infinity, 0, 0];
  for (const { x, y, w, h } of rects) {
    const x0 = Math.max(x, rect.x);
    const y0 = Math.max(y, rect.y);
    const x1 = Math.min(x + w, rect.x + rect.w);
    const y1 = Math.min(y + h, rect.y + rect.h);
    if (x0 >= x1 || y0 >= y1) continue;
    left = Math.min(left, x0);
    top = Math.min(top, y0);
    right = Math.max(right, x1);
    bottom = Math.max(bottom, y1);
  }
  return left < right ? { x: left, y: top, w: right - left, h: bottom - top } : rect;
}

function equalRows(moved: Moved, x: number, y: number, w: number, step: number, limit: number) {
  const { kernels, space: { frame, reference, width }, dx, dy } = moved;
  return limit > 0
    ? kernels.motionEqualRows(frame, reference, width, dx, dy, x, y, w, step, limit)
    : 0;
}

function equalColumns(moved: Moved, x: number, y: number, h: number, step: number, limit: number) {
  const { kernels, space: { frame, reference, width }, dx, dy } = moved;
  return limit > 0
    ? kernels.motionEqualColumns(frame, reference, width, dx, dy, x, y, h, step, limit)
    : 0;
}
