/**
 * From the server's picture of the pointer to ours.
 */
import type { CursorShape } from "../../source.ts";
import { CURSOR_IMAGE } from "./layouts.ts";

/** The largest side of a reported shape, in pixels. */
const MAX_SIDE = 256;

/**
 * The shape in an `XFixesCursorImage` whose pixels, at least one, are `pixels`. A pointer larger than 256
 * pixels is cut to the part around its hot spot.
 */
export function shapeOf(image: DataView, pixels: DataView): CursorShape {
  const fullWidth = image.getUint16(CURSOR_IMAGE.width, true);
  const fullHeight = image.getUint16(CURSOR_IMAGE.height, true);
  const across = cut(fullWidth, image.getUint16(CURSOR_IMAGE.hotX, true));
  const down = cut(fullHeight, image.getUint16(CURSOR_IMAGE.hotY, true));
  const rgba = new Uint8Array(across.length * down.length * 4);
  let target = 0;
  for (let y = 0; y < down.length; y++) {
    const row = (down.from + y) * fullWidth + across.from;
    for (let x = 0; x < across.length; x++, target += 4) {
      rgba.set(straight(pixels.getUint32((row + x) * CURSOR_IMAGE.bytesPerPixel, true)), target);
    }
  }
  return { width: across.length, height: down.length, hotX: across.hot, hotY: down.hot, rgba };
}

/** The part of one side that is reported: from where, how long, and the hot spot in it. */
function cut(length: number, hot: number): { from: number; length: number; hot: number } {
  const inside = Math.min(hot, length - 1);
  if (length <= MAX_SIDE) return { from: 0, length, hot: inside };
  const from = Math.min(Math.max(0, inside - MAX_SIDE / 2), length - MAX_SIDE);
  return { from, length: MAX_SIDE, hot: inside - from };
}

/** From premultiplied 0xAARRGGBB to R, G, B, A bytes. */
function straight(argb: number): [number, number, number, number] {
  const alpha = argb >>> 24;
  if (alpha === 0) return [0, 0, 0, 0];
  const divide = (value: number) => Math.min(255, Math.round(value * 255 / alpha));
  return [divide(argb >>> 16 & 255), divide(argb >>> 8 & 255), divide(argb & 255), alpha];
}
