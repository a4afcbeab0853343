/** Which part of a smaller picture depends on a part of the one that it was made from. */
import type { Rect, Size } from "./geometry.ts";

/**
 * The pixels of a picture made smaller by an area filter that `rect` has a share in: exactly those, so
 * drawing them again after a change inside `rect` brings the small picture up to date.
 * @param rect inside the larger picture
 * @param from size of the larger picture
 * @param to size of the smaller one, neither side longer
 */
export function scaledRect({ x, y, w, h }: Rect, from: Size, to: Size): Rect {
  // Products of two sides are below 2^28, so these divisions floor and ceil as those of whole numbers do.
  const left = Math.floor(x * to.width / from.width);
  const top = Math.floor(y * to.height / from.height);
  const right = Math.ceil((x + w) * to.width / from.width);
  const bottom = Math.ceil((y + h) * to.height / from.height);
  return { x: left, y: top, w: right - left, h: bottom - top };
}
