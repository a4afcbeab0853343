/** A part of what the X server shows, and where to read it from. */
import type { Size } from "../../geometry.ts";
import type { XConnection } from "./connection.ts";
import { nativeBuffer, VISUAL } from "./layouts.ts";
import type { Point } from "./window_queries.ts";

/** Pixels of one drawable; none of them lies outside it. */
export interface Area extends Size, Point {
  /** A window or a pixmap, in which the area begins at `x`, `y`. */
  readonly drawable: bigint;
  readonly depth: number;
  /** Address of Xlib's `Visual`. */
  readonly visual: bigint;
  /** The window whose damage tells of changes, and where the area begins in it. */
  readonly damaged: Point & { readonly window: bigint };
}

/** Whether one can be read like the other: only the drawable and the place in it may differ. */
export function isReadAlike(one: Area, other: Area): boolean {
  return one.width === other.width && one.height === other.height && one.depth === other.depth &&
    one.visual === other.visual;
}

/** Which bits of an area's pixels are which channel. */
export function masksOf(
  connection: XConnection,
  area: Area,
): { readonly red: number; readonly green: number; readonly blue: number } {
  const visual = nativeBuffer(VISUAL.size);
  connection.libraries.read(area.visual, visual);
  // Unsigned longs, of which a pixel's 32 bits are used.
  return {
    red: visual.getUint32(VISUAL.redMask, true),
    green: visual.getUint32(VISUAL.greenMask, true),
    blue: visual.getUint32(VISUAL.blueMask, true),
  };
}
