/**
 * The rectangles that one event draws: what several updates wrote, without the parts that a later one
 * covers whole.
 */

import { boundsOf, contains, type Rect } from "../../capture/geometry.ts";

/** With more rectangles than this, one around them all is cheaper than so many PNG headers. */
const MAX_RECTS = 64;

export class EventRects {
  #rects: Rect[] = [];

  add(rect: Rect): void {
    if (this.#rects.some((other) => contains(other, rect))) return;
    this.#rects = this.#rects.filter((other) => !contains(rect, other));
    this.#rects.push(rect);
    if (this.#rects.length > MAX_RECTS) this.#rects = [boundsOf(this.#rects)];
  }

  /** What has been added since the last call; one rectangle where they cover more than its area. */
  take(): Rect[] {
    const rects = this.#rects;
    this.#rects = [];
    if (rects.length < 2) return rects;
    const whole = boundsOf(rects);
    const area = rects.reduce((sum, { w, h }) => sum + w * h, 0);
    return area >= whole.w * whole.h ? [whole] : rects;
  }
}
