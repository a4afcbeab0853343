/**
 * The display list: what stands on the demo's screen at one frame, as parts from the bottom to the top,
 * and how two such lists tell which pixels may differ.
 */
import { clip, type Rect, type Size } from "../../geometry.ts";
import type { Canvas } from "./canvas.ts";

/** One thing on the screen. Its pixels depend on `id`, `rect`, `state` and what lies below, on nothing else. */
export interface Part {
  /** Unique in its list, and the same from frame to frame. */
  readonly id: string;
  /** It never paints outside. May reach beyond the screen. */
  readonly rect: Rect;
  /** Everything about its look that may change while it stays where it is. */
  readonly state: string | number;
  /** Where it hides everything below: lets painting start here. */
  readonly solid?: Rect;
  paint(canvas: Canvas): void;
}

/**
 * Rectangles outside which the pictures of two lists are equal, clipped to `size`. Parts that swap places
 * must show it in their `state`.
 */
export function changedRects(before: readonly Part[], after: readonly Part[], size: Size): Rect[] {
  const gone = new Map(before.map((part) => [part.id, part]));
  const rects: Rect[] = [];
  for (const part of after) {
    const old = gone.get(part.id);
    gone.delete(part.id);
    if (old === undefined) {
      add(rects, part.rect);
    } else if (!sameRect(old.rect, part.rect)) {
      add(rects, old.rect);
      add(rects, part.rect);
    } else if (old.state !== part.state) add(rects, part.rect);
  }
  for (const part of gone.values()) add(rects, part.rect);
  return rects.map((rect) => clip(rect, size)).filter((rect) => rect !== undefined);
}

/** Adds `rect`, joined with an earlier rectangle where that covers no more pixels than the two apart. */
function add(rects: Rect[], rect: Rect): void {
  for (let i = rects.length - 1; i >= 0; i--) {
    const joined = union(rects[i], rect);
    if (area(joined) <= area(rects[i]) + area(rect)) {
      rects.splice(i, 1);
      return add(rects, joined);
    }
  }
  rects.push(rect);
}

/**
 * Paints `area` of the picture that `parts` make. Exact for any area: painting a screen piece by piece
 * gives the same pixels as painting it at once.
 */
export function paintParts(canvas: Canvas, parts: readonly Part[], area: Rect): void {
  let first = parts.length - 1;
  while (first > 0 && !covers(parts[first].solid, area)) first--;
  for (let i = first; i < parts.length; i++) {
    if (canvas.clipTo(area, parts[i].rect)) parts[i].paint(canvas);
  }
}

function covers(outer: Rect | undefined, inner: Rect): boolean {
  return outer !== undefined && outer.x <= inner.x && outer.y <= inner.y &&
    outer.x + outer.w >= inner.x + inner.w && outer.y + outer.h >= inner.y + inner.h;
}

function sameRect(a: Rect, b: Rect): boolean {
  return a.x === b.x && a.y === b.y && a.w === b.w && a.h === b.h;
}

function union(a: Rect, b: Rect): Rect {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return {
    x,
    y,
    w: Math.max(a.x + a.w, b.x + b.w) - x,
    h: Math.max(a.y + a.h, b.y + b.h) - y,
  };
}

function area(rect: Rect): number {
  return rect.w * rect.h;
}
