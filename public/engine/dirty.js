/**
 * The parts of the picture that changed since the last paint: a bounded list. Past the bound, or once
 * the parts add up to more than the picture, the whole picture counts as changed, which is then cheaper.
 *
 * @typedef {import("./messages.js").Rect} Rect
 */

/** putImageData costs some microseconds a call; this many stay far below one frame's time. */
export const MAX_RECTS = 1024;

export class DirtyRects {
  /** @type {Rect[]} */
  #rects = [];
  #pixels = 0;
  #whole = false;

  /**
   * @param {readonly Rect[]} rects  inside the picture
   * @param {{ width: number, height: number }} size  of the picture
   */
  add(rects, size) {
    for (const rect of rects) {
      if (this.#whole) return;
      this.#pixels += rect.w * rect.h;
      if (this.#rects.length >= MAX_RECTS || this.#pixels >= size.width * size.height) {
        this.addAll();
      } else {
        this.#rects.push(rect);
      }
    }
  }

  /** The whole picture changed. */
  addAll() {
    this.#whole = true;
    this.#rects = [];
  }

  /**
   * Hands out the list and empties it.
   *
   * @param {{ width: number, height: number }} size
   * @returns {Rect[]}
   */
  take(size) {
    const rects = this.#whole ? [{ x: 0, y: 0, w: size.width, h: size.height }] : this.#rects;
    this.#rects = [];
    this.#pixels = 0;
    this.#whole = false;
    return rects;
  }
}

/**
 * At most `limit` rectangles that cover the same pixels (and maybe more): beyond the limit, their bounds.
 *
 * @param {readonly Rect[]} rects
 * @param {number} limit
 * @returns {readonly Rect[]}
 */
export function atMost(rects, limit) {
  if (rects.length <= limit) return rects;
  let left = Infinity;
  let top = Infinity;
  let right = 0;
  let bottom = 0;
  for (const { x, y, w, h } of rects) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + w);
    bottom = Math.max(bottom, y + h);
  }
  return [{ x: left, y: top, w: right - left, h: bottom - top }];
}
