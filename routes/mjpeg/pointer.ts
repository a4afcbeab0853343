/** The pointer, which the stream tells of beside the picture, drawn into the picture for those who see nothing else. */
import type { Rect, Size } from "../../capture/geometry.ts";

/** A shape, R, G, B, A with straight alpha, and the pixel of it that points. */
export interface PointerShape extends Size {
  readonly hotX: number;
  readonly hotY: number;
  readonly rgba: Uint8ClampedArray;
}

/** What is known of the pointer. */
export interface Pointer {
  readonly visible: boolean;
  readonly x: number;
  readonly y: number;
  readonly shape: PointerShape | undefined;
}

/** Where the pointer is drawn in a picture; `undefined`: nowhere. */
export function pointerRect(pointer: Pointer | undefined, picture: Size): Rect | undefined {
  if (!pointer?.visible || !pointer.shape) return undefined;
  const { shape } = pointer;
  const left = pointer.x - shape.hotX;
  const top = pointer.y - shape.hotY;
  const x = Math.max(0, left);
  const y = Math.max(0, top);
  const w = Math.min(picture.width, left + shape.width) - x;
  const h = Math.min(picture.height, top + shape.height) - y;
  return w > 0 && h > 0 ? { x, y, w, h } : undefined;
}

/**
 * Calls `use` while the pointer is drawn into the picture, which then is as it was.
 * @param rgba of the picture: R, G, B, 255 bytes
 */
export function withPointer<T>(
  rgba: Uint8ClampedArray,
  picture: Size,
  pointer: Pointer | undefined,
  use: () => T,
): T {
  const rect = pointerRect(pointer, picture);
  if (!pointer?.shape || !rect) return use();
  const { x, y, w, h } = rect;
  const { shape } = pointer;
  const below = new Uint8ClampedArray(w * h * 4);
  for (let row = 0; row < h; row++) {
    const at = ((y + row) * picture.width + x) * 4;
    below.set(rgba.subarray(at, at + w * 4), row * w * 4);
    const from = (y + row - (pointer.y - shape.hotY)) * shape.width + x - (pointer.x - shape.hotX);
    for (let column = 0; column < w; column++) {
      const [red, green, blue, alpha] = shape.rgba.subarray((from + column) * 4);
      const to = at + column * 4;
      rgba[to] += (red - rgba[to]) * alpha / 255;
      rgba[to + 1] += (green - rgba[to + 1]) * alpha / 255;
      rgba[to + 2] += (blue - rgba[to + 2]) * alpha / 255;
    }
  }
  try {
    return use();
  } finally {
    for (let row = 0; row < h; row++) {
      const at = ((y + row) * picture.width + x) * 4;
      rgba.set(below.subarray(row * w * 4, (row + 1) * w * 4), at);
    }
  }
}
