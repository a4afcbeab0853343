/**
 * The settings that can be changed while the program runs: by flag at the start, by `PATCH /api/config` later.
 */
import { z } from "zod";
import type { Rect } from "../capture/geometry.ts";
import { numberOption, option, wholeOption } from "./option.ts";

/** What can be changed while the program runs. */
export interface LiveSettings {
  /** Ticks of the capture loop per second, 1 to 120. */
  readonly fps: number;
  /** The largest difference per colour channel that may wait, 0 (exact at once) to 255. */
  readonly threshold: number;
  /** After this long without a change, ms, what waited is sent exactly; 50 to 60000. */
  readonly refineAfterMs: number;
  /** Time between forced keyframes, ms, up to a day; 0: only when needed. */
  readonly keyframeIntervalMs: number;
  /** More patches than this in one update make it a keyframe; 1 to 1000000. */
  readonly maxPatches: number;
  /** A larger changed share of the frame than this makes the update a keyframe; 0.01 to 1. */
  readonly refreshRatio: number;
  /** `auto`: photographs that keep changing are sent with losses while they move; `lossless`: nothing ever is. */
  readonly quality: "lossless" | "auto";
  /** Size of the picture sent, as a factor of the source's; 0.1 to 1. */
  readonly scale: number;
  /** The part of what is captured (a display, a monitor, a window) that is shown, in its pixels; null: all of it. */
  readonly region: Rect | null;
  /**
   * Rectangles that are blackened before anything else sees them, where they lie on the display, whatever of it is
   * captured; at most 64.
   */
  readonly masks: readonly Rect[];
  /** True: no new pictures until it is false again. */
  readonly paused: boolean;
}

/** The largest canvas side, see docs/PROTOCOL.md. */
export const MAX_SIDE_PX = 16384;
const RECT_ALLOWED: Readonly<Record<string, string>> = {
  x: `a whole number, 0 to ${MAX_SIDE_PX - 1}`,
  y: `a whole number, 0 to ${MAX_SIDE_PX - 1}`,
  w: `a whole number, 1 to ${MAX_SIDE_PX}`,
  h: `a whole number, 1 to ${MAX_SIDE_PX}`,
};
/** A rectangle in whole pixels. */
export const rectSchema = z.strictObject({
  x: z.int().min(0).max(MAX_SIDE_PX - 1),
  y: z.int().min(0).max(MAX_SIDE_PX - 1),
  w: z.int().min(1).max(MAX_SIDE_PX),
  h: z.int().min(1).max(MAX_SIDE_PX),
});

/** All live settings, complete. Unknown keys are refused. */
export const liveSettingsSchema = z.strictObject({
  fps: numberOption([1, 120], "N", "Ticks of the capture loop per second"),
  threshold: wholeOption([0, 255], "N", "Largest difference per colour channel that may wait"),
  refineAfterMs: wholeOption([50, 60_000], "MS", "Quiet time after which what waited is sent, ms"),
  keyframeIntervalMs: wholeOption(
    [0, 86_400_000],
    "MS",
    "Time between forced keyframes, ms; 0: only when needed",
  ),
  maxPatches: wholeOption([1, 1_000_000], "N", "More patches than this make an update a keyframe"),
  refreshRatio: numberOption(
    [0.01, 1],
    "RATIO",
    "A larger changed share of the frame makes an update a keyframe",
  ),
  quality: option(z.enum(["lossless", "auto"]), {
    kind: "text",
    allowed: "lossless or auto",
    placeholder: "HOW",
    summary: "lossless, or auto: video loses detail while it moves, exact when it stops",
  }),
  scale: numberOption([0.1, 1], "RATIO", "Size of the picture sent, as a factor of the source's"),
  region: option(rectSchema.nullable(), {
    kind: "rect",
    allowed: "x,y,w,h in whole pixels (as JSON: an object of these, or null for everything)",
    placeholder: "X,Y,W,H",
    summary: "Part of the source that is captured, pixels",
  }),
  masks: option(z.array(rectSchema).max(64), {
    kind: "rects",
    allowed: "at most 64 rectangles x,y,w,h in whole pixels",
    placeholder: "X,Y,W,H",
    summary: "Rectangle that is blackened before anyone sees it, pixels; may be repeated",
    flag: "mask",
  }),
  paused: option(z.boolean(), {
    kind: "switch",
    allowed: "true or false",
    placeholder: "",
    summary: "No new pictures until it is switched off again",
  }),
}) satisfies z.ZodType<LiveSettings>;

/** Any subset of the live settings. Unknown keys are refused. */
export const liveSettingsPatchSchema = liveSettingsSchema.partial();

/** The live settings as they are when nobody says otherwise. */
export const liveDefaults = {
  fps: 60,
  threshold: 0,
  refineAfterMs: 500,
  keyframeIntervalMs: 0,
  maxPatches: 3000,
  refreshRatio: 0.9,
  quality: "lossless",
  scale: 1,
  region: null,
  masks: [],
  paused: false,
} as const satisfies LiveSettings;

/** The range of one side of a rectangle, for people; `member` is `x`, `y`, `w` or `h`. */
export function rectAllowed(member: string): string {
  return RECT_ALLOWED[member] ?? "only x, y, w and h";
}
