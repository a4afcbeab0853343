/**
 * Where the demo's windows stand on a screen of a given size, and the way of the dragged one.
 */
import type { Rect, Size } from "../../geometry.ts";
import { TASKBAR_HEIGHT } from "./taskbar.ts";

export interface Layout {
  readonly editor: Rect;
  readonly terminal: Rect;
  readonly photo: Rect;
  readonly monitor: Rect;
  /** The clock when it has been dragged `way` (0 to 1) from its first place to its second. */
  clock(way: number): Rect;
}

const CLOCK_SIZE = { w: 178, h: 210 };

/** The layout for a screen; on a small one, windows keep a least size and reach beyond its edge. */
export function layoutFor({ width, height }: Size): Layout {
  const desk = { width, height: Math.max(1, height - TASKBAR_HEIGHT) };
  const place = (x: number, y: number, w: number, h: number, minW: number, minH: number): Rect => ({
    x: Math.round(x * desk.width),
    y: Math.round(y * desk.height),
    w: Math.max(minW, Math.round(w * desk.width)),
    h: Math.max(minH, Math.round(h * desk.height)),
  });
  const first = { x: 0.055 * desk.width, y: desk.height - CLOCK_SIZE.h - 14 };
  const second = { x: desk.width * 0.815, y: desk.height * 0.545 };
  return {
    editor: place(0.028, 0.045, 0.505, 0.6, 300, 200),
    terminal: place(0.44, 0.46, 0.53, 0.495, 300, 160),
    photo: place(0.558, 0.045, 0.245, 0.375, 160, 140),
    monitor: place(0.82, 0.045, 0.152, 0.375, 180, 220),
    clock: (way) => ({
      x: Math.round(first.x + (second.x - first.x) * way),
      // The hand that drags swings up a little on its way.
      y: Math.round(
        first.y + (second.y - first.y) * way - Math.sin(Math.PI * way) * desk.height * 0.2,
      ),
      ...CLOCK_SIZE,
    }),
  };
}
