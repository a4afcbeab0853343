/** Copies carried out on a picture, as a viewer does with its canvas. */
import type { Copy } from "../encode.ts";
import type { Kernels } from "../kernels/kernels.ts";

/**
 * Applies copies to the picture at `address`: all read the picture as it was before the call, and they
 * are written in their order.
 *
 * Only sources that an earlier copy overwrites are set aside first; a scroll, one copy onto itself, needs none.
 *
 * @param width of the picture, pixels
 * @param copies within the picture; their areas add up to at most its own
 * @param scratch address of as many bytes as the picture has
 */
export function applyCopies(
  kernels: Kernels,
  { address, width }: { readonly address: number; readonly width: number },
  copies: readonly Copy[],
  scratch: number,
): void {
  /** Where a copy's source was set aside, by the copy's place in the list. */
  const saved = new Map<number, number>();
  let free = scratch;
  copies.forEach(({ sx, sy, w, h }, index) => {
    const source = { sx, sy, w, h };
    if (!copies.slice(0, index).some((earlier) => overwrites(earlier, source))) return;
    kernels.crop(address, width, sx, sy, free, w, h);
    saved.set(index, free);
    free += w * h * 4;
  });
  copies.forEach(({ sx, sy, dx, dy, w, h }, index) => {
    const from = saved.get(index);
    if (from === undefined) kernels.moveRect(address, width, sx, sy, dx, dy, w, h);
    else kernels.paste(from, address, width, dx, dy, w, h);
  });
}

function overwrites(
  { dx, dy, w, h }: Copy,
  source: Pick<Copy, "sx" | "sy" | "w" | "h">,
): boolean {
  return dx < source.sx + source.w && source.sx < dx + w &&
    dy < source.sy + source.h && source.sy < dy + h;
}
