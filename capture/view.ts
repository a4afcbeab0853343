/**
 * From the source's picture to the frame: masks, region, scale.
 *
 * Masks are painted black before anything else sees the pixels, so that what they hide reaches neither
 * streams nor snapshots. Without region and scale the source's picture is the frame and nothing is copied.
 */
import { areaOf } from "./changes.ts";
import { clip, type Rect, type Size } from "./geometry.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { scaledRect } from "./scaled_rect.ts";
import type { Workspace } from "./workspace.ts";

/** A place in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

const DISPLAYS_CORNER: Point = { x: 0, y: 0 };

export interface ViewSettings {
  /** Part of the source's picture to show; `null` for all of it. */
  readonly region: Rect | null;
  /** 0.1 to 1. */
  readonly scale: number;
  /** Rectangles to hide, where they lie on the display. */
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

  /** @param origin where on the display the source's picture lies */
  constructor(source: Size, settings: ViewSettings, origin = DISPLAYS_CORNER) {
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
    const masks = visible ? settings.masks.map((mask) => from(mask, origin)) : [this.crop];
    this.#masks = masks.flatMap((mask) => clip(mask, source) ?? []);
  }

  /**
   * Makes the frame from what was just grabbed.
   * @param where parts of the frame outside which it may stay as it is; left out: all of it
   */
  apply(kernels: Kernels, space: Workspace, where: readonly Rect[] | "unknown" = "unknown"): void {
    const from = space.sourceSize.width;
    for (const { x, y, w, h } of this.#masks) {
      kernels.fillRect(space.grabbed, from, x, y, w, h, 0);
    }
    if (!this.active) return;
    const { x, y, w, h } = this.crop;
    const { width, height } = this.size;
    if (width === w && height === h) {
      kernels.crop(space.grabbed, from, x, y, space.frame, w, h);
      return;
    }
    for (const part of this.#partsOf(where)) {
      kernels.shrink(
        space.grabbed,
        from,
        x,
        y,
        w,
        h,
        space.frame,
        width,
        width,
        height,
        part.x,
        part.y,
        part.x + part.w,
        part.y + part.h,
        space.shrinking,
      );
    }
  }

  /** What to draw: parts that overlap a lot would take longer than all of it. */
  #partsOf(where: readonly Rect[] | "unknown"): readonly Rect[] {
    const { width, height } = this.size;
    return where === "unknown" || areaOf(where) > width * height
      ? [{ x: 0, y: 0, w: width, h: height }]
      : where;
  }

  /** Where damage of the source lies on the frame: all pixels that it has a share in. */
  toFrame(damage: readonly Rect[]): Rect[] {
    if (!this.active) return [...damage];
    const cropped = { width: this.crop.w, height: this.crop.h };
    return damage.flatMap(({ x, y, w, h }) => {
      const shown = clip({ x: x - this.crop.x, y: y - this.crop.y, w, h }, cropped);
      return shown ? [scaledRect(shown, cropped, this.size)] : [];
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

/** Where a rectangle of the display lies on a picture that begins at `origin`. */
function from(rect: Rect, origin: Point): Rect {
  return { ...rect, x: rect.x - origin.x, y: rect.y - origin.y };
}
