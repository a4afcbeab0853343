/** Outlines on a picture, for people to see where it changed. */
import { clip, type Rect } from "../capture/geometry.ts";
import { maxOf, type Picture } from "./picture.ts";

/** Magenta: screens have little of it. */
const COLOUR = [1, 0, 1, 1];
const THICKNESS_PX = 2;

/**
 * A copy with a frame around each rectangle. Frames lie outside what they are about, which stays as it is, except at the
 * picture's edges: there they are drawn within.
 */
export function marked(picture: Picture, rects: readonly Rect[]): Picture {
  const { width, height, depth } = picture;
  const samples = picture.samples.slice();
  const colour = COLOUR.map((share) => share * maxOf(depth));
  const fill = (rect: Rect) => {
    const inside = clip(rect, picture);
    if (!inside) return;
    for (let y = inside.y; y < inside.y + inside.h; y++) {
      for (let x = inside.x; x < inside.x + inside.w; x++) samples.set(colour, (y * width + x) * 4);
    }
  };
  for (const rect of rects) {
    if (!clip(rect, picture)) continue;
    const left = Math.max(0, rect.x - THICKNESS_PX);
    const top = Math.max(0, rect.y - THICKNESS_PX);
    const right = Math.min(width, rect.x + rect.w + THICKNESS_PX);
    const bottom = Math.min(height, rect.y + rect.h + THICKNESS_PX);
    const across = { x: left, w: right - left, h: THICKNESS_PX };
    const down = { y: top, w: THICKNESS_PX, h: bottom - top };
    fill({ ...across, y: top });
    fill({ ...across, y: bottom - THICKNESS_PX });
    fill({ ...down, x: left });
    fill({ ...down, x: right - THICKNESS_PX });
  }
  return { width, height, depth, samples };
}
