/**
 * From the source's picture to the frame: masks, region, scale.
 *
 * Masks are painted black before anything else sees the pixels, so that what they hide reaches neither
 * streams nor snapshots. Without region and scale the source's picture is the frame and nothing is copied.
 */
import { clip, type Rect, type Size } from "./geometry.ts";
import type { Kernels } from "./kernels/kernels.ts";
import type { Workspace } from "./workspace.ts";

export interface ViewSettings {
  /** Part of the source's picture to show; `null` for all of it. */
  readonly region: Rect | null;
  /** 0.1 to 1. */
  readonly scale: number;
  /** Rectangles of the source's picture to hide. */
  readonly masks: readonly Rect[];
}

export class View {
  /** What is shown of the source. */
  readonly crop: Rect;
  /** The frame. */
  readonly size: Size;
  /** False when the source's picture is the frame. */
  readonly active: boolean;
  readonly #masks: readonly Rect[];

  constructor(source: Size, settings: ViewSettings) {
    const region = settings.region ?? { x: 0, y: 0, w: source.width, h: source.height };
    const visible = clip(region, source);
    // A region that a resize left outside the picture shows nothing, one black pixel, until it fits again: it may
    // have been chosen to hide the rest.
    this.crop = visible ?? { x: 0, y: 0, w: 1, h: 1 };
    this.size = {
      width: Math.max(1, Math.round(this.crop.w * settings.scale)),
      height: Math.max(1, Math.round(this.crop.h * settings.scale)),
    };
    this.active = this.size.width !== source.width || this.size.height !== source.height;
    const masks = visible ? settings.masks : [this.crop];
    this.#masks = masks.flatMap((mask) => clip(mask, source) ?? []);
  }

  /** Makes the frame from what was just grabbed. */
  apply(kernels: Kernels, space: Workspace): void {
    const from = space.sourceSize.width;
    for (const { x, y, w, h } of this.#masks) {
      kernels.fillRect(space.grabbed, from, x, y, w, h, 0);
    }
    if (!this.active) return;
    const { x, y, w, h } = this.crop;
    const { width, height } = this.size;
    if (width === w && height === h) {
      kernels.crop(space.grabbed, from, x, y, space.frame, w, h);
    } else {
      kernels.shrink(space.grabbed, from, x, y, w, h, space.frame, width, height);
    }
  }

  /** Where damage of the source lies on the frame; a pixel more on each side where it is scaled. */
  toFrame(damage: readonly Rect[]): Rect[] {
    if (!this.active) return [...damage];
    const scaleX = this.size.width / this.crop.w;
    const scaleY = this.size.height / this.crop.h;
    const margin = scaleX === 1 && scaleY === 1 ? 0 : 1;
    return damage.flatMap(({ x, y, w, h }) => {
      const left = Math.floor((x - this.crop.x) * scaleX) - margin;
      const top = Math.floor((y - this.crop.y) * scaleY) - margin;
      const right = Math.ceil((x + w - this.crop.x) * scaleX) + margin;
      const bottom = Math.ceil((y + h - this.crop.y) * scaleY) + margin;
      return clip({ x: left, y: top, w: right - left, h: bottom - top }, this.size) ?? [];
    });
  }

  /** Where a point of the source lies on the frame. */
  pointToFrame(x: number, y: number): { x: number; y: number } {
    return {
      x: Math.round((x - this.crop.x) * this.size.width / this.crop.w),
      y: Math.round((y - this.crop.y) * this.size.height / this.crop.h),
    };
  }
}
