/**
 * The rectangles that one event draws: what several updates wrote, without the parts that a later one
 * covers whole.
 */

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** With more rectangles than this, one around them all is cheaper than so many PNG headers. */
const MAX_RECTS = 64;

export class EventRects {
  #rects: Rect[] = [];

  add(rect: Rect): void {
    if (this.#rects.some((other) => contains(other, rect))) return;
    this.#rects = this.#rects.filter((other) => !contains(rect, other));
    this.#rects.push(rect);
    if (this.#rects.length > MAX_RECTS) this.#rects = [around(this.#rects)];
  }

  /** What has been added since the last call; one rectangle where they cover more than its area. */
  take(): Rect[] {
    const rects = this.#rects;
    this.#rects = [];
    if (rects.length < 2) return rects;
    const whole = around(rects);
    const area = rects.reduce((sum, { w, h }) => sum + w * h, 0);
    return area >= whole.w * whole.h ? [whole] : rects;
  }
}

function contains(outer: Rect, inner: Rect): boolean {
  return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w &&
    inner.y + inner.h <= outer.y + outer.h;
}

function around(rects: readonly Rect[]): Rect {
  const x = Math.min(...rects.map((rect) => rect.x));
  const y = Math.min(...rects.map((rect) => rect.y));
  const right = Math.max(...rects.map((rect) => rect.x + rect.w));
  const bottom = Math.max(...rects.map((rect) => rect.y + rect.h));
  return { x, y, w: right - x, h: bottom - y };
}
