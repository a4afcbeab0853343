/**
 * Rectangles and sizes, in pixels of the frame, origin top left, `x` to the right, `y` down.
 */

/** Width and height of a picture, each at least 1. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The pixels `x <= px < x + w`, `y <= py < y + h`. Never empty. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** A block of rows `top <= y < bottom`. */
export interface RowRange {
  readonly top: number;
  readonly bottom: number;
}

/** The part of `rect` inside a picture of `size`, or `undefined` where they share no pixel. */
export function clip(rect: Rect, size: Size): Rect | undefined {
  const left = Math.max(0, rect.x);
  const top = Math.max(0, rect.y);
  const right = Math.min(size.width, rect.x + rect.w);
  const bottom = Math.min(size.height, rect.y + rect.h);
  return right > left && bottom > top
    ? { x: left, y: top, w: right - left, h: bottom - top }
    : undefined;
}

/** Whether all of `inner` lies in `outer`. */
export function contains(outer: Rect, inner: Rect): boolean {
  return inner.x >= outer.x && inner.x + inner.w <= outer.x + outer.w &&
    inner.y >= outer.y && inner.y + inner.h <= outer.y + outer.h;
}

/** The rows that `rects` touch: one range from the topmost to the bottommost; `undefined` for none. */
export function rowsOf(rects: readonly Rect[]): RowRange | undefined {
  if (rects.length === 0) return undefined;
  let top = Infinity;
  let bottom = 0;
  for (const rect of rects) {
    top = Math.min(top, rect.y);
    bottom = Math.max(bottom, rect.y + rect.h);
  }
  return { top, bottom };
}

/** The box around rectangles, of which there is at least one. */
export function boundsOf(rects: readonly Rect[]): Rect {
  let [left, top, right, bottom] = [Infinity, Infinity, 0, 0];
  for (const { x, y, w, h } of rects) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + w);
    bottom = Math.max(bottom, y + h);
  }
  return { x: left, y: top, w: right - left, h: bottom - top };
}
