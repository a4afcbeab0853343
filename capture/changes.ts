/**
 * From the frame and the reference to what has to be sent: what moved, what decoders have saved, and what is
 * left to draw.
 */
import type { Copy } from "./encode.ts";
import type { Rect } from "./geometry.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { mergeRects } from "./merge.ts";
import { applyCopies } from "./motion/apply_copies.ts";
import type { Recall, Save } from "./recall.ts";
import type { Stages } from "./stages.ts";
import { TILE } from "./workspace.ts";

export interface UpdateSettings {
  readonly threshold: number;
  readonly refineAfterMs: number;
  /** With more changed rectangles a keyframe is sent instead. */
  readonly maxPatches: number;
  /** With a larger share of the frame to be sent exactly a keyframe is sent instead, 0 to 1. */
  readonly refreshRatio: number;
  /** `auto`: photographs that keep changing may be sent with losses. */
  readonly quality: "lossless" | "auto";
  /** Updates a second that are wanted: what one may take at most follows from it. */
  readonly fps: number;
}

/** What to send: what moved, and the rectangles of the frame that then differ from the reference; or everything. */
export interface Changes {
  readonly keyframe: boolean;
  /** Tiles that decoders save first. */
  readonly saves: readonly Save[];
  /** Already applied to the reference. */
  readonly copies: readonly Copy[];
  /** Already applied to the reference, after the copies. */
  readonly recalls: readonly Recall[];
  readonly rects: readonly Rect[];
  /** Where losses are allowed. */
  readonly mayLose: (cell: Rect) => boolean;
  /** What looking for motion took, ms. */
  readonly motionMs: number;
}

/** Everything anew. */
export function wholePicture({ space: { width, height } }: Stages): Changes {
  return {
    keyframe: true,
    saves: [],
    copies: [],
    recalls: [],
    rects: [{ x: 0, y: 0, w: width, h: height }],
    mayLose: () => false,
    motionMs: 0,
  };
}

/**
 * What differs between the frame and the reference; `undefined` when nothing has to be sent. Copies and recalls are
 * made on the reference at once.
 * @param damage where to look
 * @param now ms on a clock that does not jump
 */
export function findChanges(
  kernels: Kernels,
  stages: Stages,
  damage: readonly Rect[] | "unknown",
  settings: UpdateSettings,
  now: number,
): Changes | undefined {
  const { differ, heat, memory, motion, space } = stages;
  const boxes = differ.find(damage, settings, now);
  if (boxes.length === 0) return undefined;
  const start = performance.now();
  heat.note(boxes.filter((box) => !differ.isRefinement(box)), now);
  const saves = memory.remember(boxes, now);
  const copies = motion.find(mergeRects(boxes));
  const left = copies.length > 0 ? afterCopies(kernels, stages, copies, boxes) : boxes;
  const { recalls, rest } = memory.recall(left);
  const motionMs = performance.now() - start;
  const rects = mergeRects(rest);
  const isMoving = (cell: Rect) => heat.isHot(cell, now) && !differ.isRefinement(cell);
  const mayLose = settings.quality === "auto" ? isMoving : () => false;
  // A film that fills the screen is no reason for a keyframe: it would be exact, hence large, each time.
  const exact = settings.quality === "auto" ? mergeRects(rest.filter((b) => !mayLose(b))) : rects;
  const tooMuch = rects.length > settings.maxPatches ||
    areaOf(exact) > settings.refreshRatio * space.width * space.height;
  if (tooMuch) return { ...wholePicture(stages), motionMs };
  return { keyframe: false, saves, copies, recalls, rects, mayLose, motionMs };
}

/** Moves what moved on the reference too, and looks what is left to send, in the order of the boxes. */
function afterCopies(
  kernels: Kernels,
  { differ, space: { reference, joining, width } }: Stages,
  copies: readonly Copy[],
  boxes: readonly Rect[],
): Rect[] {
  applyCopies(kernels, { address: reference, width }, copies, joining);
  const moved = copies.map(({ dx, dy, w, h }) => ({ x: dx, y: dy, w, h }));
  const rest = differ.findRest(boxes, moved);
  let next = 0;
  return boxes.flatMap((box) => {
    const left = rest.at(next);
    if (left && isSameTile(left, box)) {
      next++;
      return [left];
    }
    // Viewers mark what they have with losses until something exact is drawn on it: one pixel will do.
    return differ.isRefinement(box) ? [{ ...box, w: 1, h: 1 }] : [];
  });
}

/** Whether two boxes, each within one tile, lie in the same one. */
function isSameTile(a: Rect, b: Rect): boolean {
  return Math.floor(a.x / TILE) === Math.floor(b.x / TILE) &&
    Math.floor(a.y / TILE) === Math.floor(b.y / TILE);
}

/** Pixels of all rectangles together. */
export function areaOf(rects: readonly Rect[]): number {
  return rects.reduce((sum, { w, h }) => sum + w * h, 0);
}
