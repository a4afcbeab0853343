/**
 * Frame in, update out: diff against the reference, encode, move the reference on.
 *
 * The pipeline knows nothing of time, sources or viewers. It owns the reference and with it the meaning
 * of `seq`: a canvas that has applied every update up to `seq` equals the reference, byte for byte.
 *
 * Epochs: the decoder state (the palette) starts anew with each. `beginEpoch` must be the first thing
 * that decoders hear after `Pipeline.resize` or a keyframe.
 */
import { Differ } from "./diff.ts";
import { type Copy, Encoder, LOSSLESS, updateMessage } from "./encode.ts";
import type { Rect, Size } from "./geometry.ts";
import { Arena, type Kernels } from "./kernels/kernels.ts";
import { mergeRects } from "./merge.ts";
import { applyCopies } from "./motion/apply_copies.ts";
import { MotionFinder } from "./motion/motion.ts";
import { type Recall, type Save, TileMemory } from "./recall.ts";
import { Heat } from "./heat.ts";
import { LossRate } from "./loss_rate.ts";
import { Bridges } from "./bridges.ts";
import { concat, epochMessage } from "./messages.ts";
import { TileClock } from "./tile_clock.ts";
import { Workspace } from "./workspace.ts";

export interface UpdateSettings {
  readonly threshold: number;
  readonly refineAfterMs: number;
  /** With more changed rectangles a keyframe is sent instead. */
  readonly maxPatches: number;
  /** With a larger share of the frame changed a keyframe is sent instead, 0 to 1. */
  readonly refreshRatio: number;
  /** `auto`: photographs that keep changing may be sent with losses. */
  readonly quality: "lossless" | "auto";
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

export interface Update {
  readonly message: Uint8Array<ArrayBuffer>;
  readonly seq: number;
  readonly keyframe: boolean;
  readonly patchCount: number;
  /** Patches by the name of their encoding. */
  readonly patches: Readonly<Record<string, number>>;
  readonly copyCount: number;
  readonly recallCount: number;
  readonly changedPixels: number;
}

export class Pipeline {
  readonly #kernels: Kernels;
  readonly #arena: Arena;
  #space: Workspace;
  #differ: Differ;
  #motion: MotionFinder;
  #memory: TileMemory;
  #heat: Heat;
  readonly #losses = new LossRate();
  /** The newest clock given to `findChanges`, ms. */
  #now = 0;
  #encoder: Encoder;
  #seq: number;
  #epoch: number;
  /** Time of the update before, or of the epoch; ms since the Unix epoch. */
  #time = 0;
  #clock: TileClock;
  /** Nothing older than this can be caught up with: the size was another. */
  #sizeSeq: number;
  #needsKeyframe = true;
  #bridges: Bridges;

  /**
   * @param seq the first update has the next one
   * @param epoch the first epoch has the next id
   */
  constructor(kernels: Kernels, seq: number, epoch: number, size: Size) {
    this.#kernels = kernels;
    this.#arena = new Arena(kernels.memory);
    this.#seq = seq;
    this.#sizeSeq = seq;
    this.#epoch = epoch;
    this.#space = new Workspace(kernels, this.#arena, size, size, false);
    this.#differ = new Differ(kernels, this.#space);
    this.#motion = new MotionFinder(kernels, this.#space, this.#space.motion);
    this.#memory = new TileMemory(kernels, this.#space);
    this.#heat = new Heat(this.#space.tileCount, this.#space.tilesAcross);
    this.#encoder = new Encoder(kernels, this.#space);
    this.#clock = new TileClock(this.#space);
    this.#bridges = new Bridges(kernels, this.#space, this.#encoder, this.#clock);
  }

  /** Where to put the next frame, and its size. */
  get space(): Workspace {
    return this.#space;
  }

  get seq(): number {
    return this.#seq;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get deferredTiles(): number {
    return this.#differ.deferredTiles;
  }

  /** Tiles that viewers show with losses. */
  get lossyTiles(): number {
    return this.#differ.lossyTiles;
  }

  refinementDue(now: number, refineAfterMs: number): boolean {
    return this.#differ.refinementDue(now, refineAfterMs);
  }

  /** Starts over with a black reference; the next update is a keyframe. */
  resize(size: Size, sourceSize: Size, viewed: boolean): void {
    this.#space = new Workspace(this.#kernels, this.#arena, size, sourceSize, viewed);
    this.#differ = new Differ(this.#kernels, this.#space);
    this.#motion = new MotionFinder(this.#kernels, this.#space, this.#space.motion);
    this.#memory = new TileMemory(this.#kernels, this.#space);
    this.#heat = new Heat(this.#space.tileCount, this.#space.tilesAcross);
    this.#encoder = new Encoder(this.#kernels, this.#space);
    this.#clock = new TileClock(this.#space);
    this.#bridges = new Bridges(this.#kernels, this.#space, this.#encoder, this.#clock);
    this.#sizeSeq = this.#seq + 1;
    this.#needsKeyframe = true;
  }

  /**
   * What differs between the frame in `space` and the reference; `undefined` when nothing has to be sent.
   * @param now ms on a clock that does not jump
   * @param force a keyframe even if nothing changed
   */
  findChanges(
    damage: readonly Rect[] | "unknown",
    settings: UpdateSettings,
    now: number,
    force: boolean,
  ): Changes | undefined {
    this.#now = now;
    const { width, height } = this.#space;
    const all = {
      keyframe: true,
      saves: [],
      copies: [],
      recalls: [],
      rects: [{ x: 0, y: 0, w: width, h: height }],
      mayLose: () => false,
      motionMs: 0,
    };
    if (force || this.#needsKeyframe) return all;
    const boxes = this.#differ.find(damage, settings, now);
    if (boxes.length === 0) return undefined;
    const start = performance.now();
    this.#heat.note(boxes.filter((box) => !this.#differ.isRefinement(box)), now);
    const saves = this.#memory.remember(boxes, now);
    const copies = this.#motion.find(mergeRects(boxes));
    const left = copies.length > 0 ? this.#afterCopies(copies, boxes) : boxes;
    const { recalls, rest } = this.#memory.recall(left);
    const motionMs = performance.now() - start;
    const rects = mergeRects(rest);
    const tooMuch = rects.length > settings.maxPatches ||
      areaOf(rects) > settings.refreshRatio * width * height;
    if (tooMuch) return { ...all, motionMs };
    const mayLose = settings.quality === "auto"
      ? (cell: Rect) => this.#heat.isHot(cell, now) && !this.#differ.isRefinement(cell)
      : () => false;
    return { keyframe: false, saves, copies, recalls, rects, mayLose, motionMs };
  }

  /** Moves what moved on the reference too, and looks what is left to send. */
  #afterCopies(copies: readonly Copy[], boxes: readonly Rect[]): Rect[] {
    const { reference, joining, width } = this.#space;
    applyCopies(this.#kernels, { address: reference, width }, copies, joining);
    return this.#differ.findRest(boxes);
  }

  /** The running epoch ends: nothing that decoders have saved can be recalled any more. */
  endEpoch(): void {
    this.#memory.reset();
  }

  /** A new epoch: the message that tells decoders so. `endEpoch` came before. */
  beginEpoch(time: number): Uint8Array<ArrayBuffer> {
    this.#epoch++;
    this.#time = time;
    this.#encoder.startEpoch();
    return epochMessage(this.#epoch, this.#seq, time);
  }

  /**
   * Encodes changes and makes them part of the reference.
   * @param time of the frame's capture, ms since the Unix epoch
   */
  encode(changes: Changes, time: number): Update {
    const { keyframe, copies, recalls, rects } = changes;
    const { frame, reference } = this.#space;
    const encoded = this.#encoder.encode({
      ...changes,
      seqDelta: 1,
      timeDelta: Math.max(0, time - this.#time),
      blacken: [],
      losses: { allowed: changes.mayLose, quality: this.#losses.quality },
      from: frame,
      canvas: reference,
    });
    for (const rect of encoded.lossy.rects) this.#differ.markLossy(rect, this.#now);
    this.#losses.sent(encoded.lossy.bytes, this.#now);
    this.#time = Math.max(this.#time, time);
    this.#seq++;
    const moved = copies.map(({ dx, dy, w, h }) => ({ x: dx, y: dy, w, h }));
    for (const rect of [...moved, ...recalls, ...rects]) this.#clock.touch(rect, this.#seq);
    if (keyframe) {
      this.#differ.forget();
      this.#memory.drawn(this.#now);
      this.#needsKeyframe = false;
    }
    return {
      message: encoded.message,
      seq: this.#seq,
      keyframe,
      patchCount: encoded.patchCount,
      patches: encoded.patches,
      copyCount: copies.length,
      recallCount: recalls.length,
      changedPixels: areaOf(moved) + areaOf(recalls) + areaOf(rects),
    };
  }

  /**
   * The reference as a keyframe, for decoders that should have it already.
   * @param time ms since the Unix epoch
   */
  repeat(time: number): Update {
    const { reference, joining, width, height } = this.#space;
    const { message, patchCount, patches } = this.#encoder.encode({
      keyframe: true,
      seqDelta: 1,
      timeDelta: Math.max(0, time - this.#time),
      saves: [],
      copies: [],
      recalls: [],
      blacken: [],
      rects: [{ x: 0, y: 0, w: width, h: height }],
      losses: LOSSLESS,
      from: reference,
      canvas: joining,
    });
    this.#time = Math.max(this.#time, time);
    this.#seq++;
    this.#clock.touchAll(this.#seq);
    const changedPixels = width * height;
    return {
      message,
      seq: this.#seq,
      keyframe: true,
      patchCount,
      patches,
      copyCount: 0,
      recallCount: 0,
      changedPixels,
    };
  }

  /**
   * The messages that bring a viewer to the reference, whatever it has: an epoch of their own, then the
   * tiles changed after `since`, or a keyframe if that is unknown, too old, or no larger. They use the
   * encoder's palette, so the session's epoch ends here: `beginEpoch` must follow before the next update.
   *
   * @param since seq that the viewer has, or `null`
   */
  catchUp(
    since: number | null,
    time: number,
  ): { messages: Uint8Array<ArrayBuffer>; keyframe: boolean } {
    // An id of its own: with that of the shared epoch that follows, a viewer that leaves between the two would
    // come back as one who has seen that epoch begin, and keep the bridge's palette in it.
    const epoch = ++this.#epoch;
    if (since === this.#seq) {
      return { messages: epochMessage(epoch, since, time), keyframe: false };
    }
    const usable = since !== null && since >= this.#sizeSeq && since < this.#seq;
    const content = usable ? this.#bridges.catchUp(since, this.#seq) : undefined;
    const keyframe = content === undefined;
    const from = keyframe ? this.#seq - 1 : since!;
    const head = { keyframe, seqDelta: this.#seq - from, timeDelta: 0 };
    const message = updateMessage(head, content ?? this.#bridges.picture(this.#seq));
    return { messages: concat([epochMessage(epoch, from, time), message]), keyframe };
  }
}

function areaOf(rects: readonly Rect[]): number {
  return rects.reduce((sum, { w, h }) => sum + w * h, 0);
}
