/**
 * Frame in, update out: diff against the reference, encode, move the reference on.
 *
 * The pipeline knows nothing of time, sources or viewers. It owns the reference and with it the meaning
 * of `seq`: a canvas that has applied every update up to `seq` equals the reference, byte for byte.
 *
 * Epochs: the decoder state (the palette) starts anew with each. `beginEpoch` must be the first thing
 * that decoders hear after `Pipeline.resize` or a keyframe.
 */
import { areaOf, type Changes, findChanges, type UpdateSettings, wholePicture } from "./changes.ts";
import { LOSSLESS, updateMessage } from "./encode.ts";
import type { Rect, Size } from "./geometry.ts";
import { Arena, type Kernels } from "./kernels/kernels.ts";
import { LossRate } from "./loss_rate.ts";
import { concat, epochMessage } from "./messages.ts";
import { Stages } from "./stages.ts";
import type { Workspace } from "./workspace.ts";

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
  /** Measures what updates take, ms. */
  readonly #stopwatch: () => number;
  readonly #losses = new LossRate();
  #stages: Stages;
  /** Of the newest look for changes: its time in ms, when it began by the stopwatch, and a tick's length. */
  #look = { now: 0, began: 0, tickMs: 0 };
  #seq: number;
  #epoch: number;
  /** Time of the update before, or of the epoch; ms since the Unix epoch. */
  #time = 0;
  /** Nothing older than this can be caught up with: the size was another. */
  #sizeSeq: number;
  #needsKeyframe = true;

  /**
   * @param seq the first update has the next one
   * @param epoch the first epoch has the next id
   * @param stopwatch ms on any clock: what updates take decides how good losses look
   */
  constructor(
    kernels: Kernels,
    seq: number,
    epoch: number,
    size: Size,
    stopwatch: () => number = () => performance.now(),
  ) {
    this.#kernels = kernels;
    this.#arena = new Arena(kernels.memory);
    this.#stopwatch = stopwatch;
    this.#seq = seq;
    this.#sizeSeq = seq;
    this.#epoch = epoch;
    this.#stages = new Stages(kernels, this.#arena, size, size, false);
  }

  /** Where to put the next frame, and its size. */
  get space(): Workspace {
    return this.#stages.space;
  }

  get seq(): number {
    return this.#seq;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get deferredTiles(): number {
    return this.#stages.differ.deferredTiles;
  }

  /** Tiles that viewers show with losses. */
  get lossyTiles(): number {
    return this.#stages.differ.lossyTiles;
  }

  refinementDue(now: number, refineAfterMs: number): boolean {
    return this.#stages.differ.refinementDue(now, refineAfterMs);
  }

  /** ms until `refinementDue`, Infinity when nothing waits. */
  refinementDelay(now: number, refineAfterMs: number): number {
    return this.#stages.differ.refinementDelay(now, refineAfterMs);
  }

  /** Starts over with a black reference; the next update is a keyframe. */
  resize(size: Size, sourceSize: Size, viewed: boolean): void {
    this.#stages = new Stages(this.#kernels, this.#arena, size, sourceSize, viewed);
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
    this.#look = { now, began: this.#stopwatch(), tickMs: 1000 / settings.fps };
    if (force || this.#needsKeyframe) return wholePicture(this.#stages);
    return findChanges(this.#kernels, this.#stages, damage, settings, now);
  }

  /** The running epoch ends: nothing that decoders have saved can be recalled any more. */
  endEpoch(): void {
    this.#stages.memory.reset();
  }

  /** A new epoch: the message that tells decoders so. `endEpoch` came before. */
  beginEpoch(time: number): Uint8Array<ArrayBuffer> {
    this.#epoch++;
    this.#time = time;
    this.#stages.encoder.startEpoch();
    return epochMessage(this.#epoch, this.#seq, time);
  }

  /**
   * Encodes changes and makes them part of the reference.
   * @param time of the frame's capture, ms since the Unix epoch
   */
  encode(changes: Changes, time: number): Update {
    const { keyframe, copies, recalls, rects } = changes;
    const { encoder, differ, clock, memory, space: { frame, reference } } = this.#stages;
    const { now, began, tickMs } = this.#look;
    const { quality, hurry } = this.#losses;
    const encoded = encoder.encode({
      ...changes,
      seqDelta: 1,
      timeDelta: Math.max(0, time - this.#time),
      blacken: [],
      losses: { allowed: changes.mayLose, quality, hurry },
      from: frame,
      canvas: reference,
    });
    for (const rect of encoded.lossy.rects) differ.markLossy(rect, now);
    const workMs = this.#stopwatch() - began;
    this.#losses.sent({ bytes: encoded.lossy.bytes, workMs, tickMs }, now);
    this.#time = Math.max(this.#time, time);
    this.#seq++;
    const moved = copies.map(({ dx, dy, w, h }) => ({ x: dx, y: dy, w, h }));
    for (const rect of [...moved, ...recalls, ...rects]) clock.touch(rect, this.#seq);
    if (keyframe) {
      differ.forget();
      memory.drawn(now);
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
    const { encoder, clock, space: { reference, joining, width, height } } = this.#stages;
    const { message, patchCount, patches } = encoder.encode({
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
    clock.touchAll(this.#seq);
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
    if (since === this.#seq && since >= this.#sizeSeq) {
      return { messages: epochMessage(epoch, since, time), keyframe: false };
    }
    const usable = since !== null && since >= this.#sizeSeq && since < this.#seq;
    const content = usable ? this.#stages.bridges.catchUp(since, this.#seq) : undefined;
    const keyframe = content === undefined;
    const from = keyframe ? this.#seq - 1 : since!;
    const head = { keyframe, seqDelta: this.#seq - from, timeDelta: 0 };
    const message = updateMessage(head, content ?? this.#stages.bridges.picture(this.#seq));
    return { messages: concat([epochMessage(epoch, from, time), message]), keyframe };
  }
}
