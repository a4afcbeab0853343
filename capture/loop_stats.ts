/** What the loop counts and times. */
import type { Changes } from "./changes.ts";
import type { Update } from "./pipeline.ts";
import { Rate, Samples } from "./samples.ts";

export class LoopStats {
  readonly captureMs = new Samples();
  readonly diffMs = new Samples();
  /** What moved, and what was seen before; part of the comparison, counted apart from `diffMs`. */
  readonly motionMs = new Samples();
  readonly encodeMs = new Samples();
  readonly tickRate = new Rate();
  readonly updateRate = new Rate();
  ticks = 0;
  ticksSkipped = 0;
  updates = 0;
  keyframes = 0;
  patches = 0;
  copies = 0;
  recalls = 0;
  changedPixels = 0;

  /** @param now ms, steady */
  countTick(now: number): void {
    this.ticks++;
    this.tickRate.add(now);
  }

  /** Times a comparison, and the search for motion in it. */
  timeDiff(compare: () => Changes | undefined): Changes | undefined {
    const start = performance.now();
    const changes = compare();
    const motionMs = changes?.motionMs ?? 0;
    this.diffMs.add(performance.now() - start - motionMs);
    if (motionMs > 0) this.motionMs.add(motionMs);
    return changes;
  }

  /** @param now ms, steady */
  countUpdate(update: Update, now: number): void {
    this.updates++;
    this.updateRate.add(now);
    if (update.keyframe) this.keyframes++;
    this.patches += update.patchCount;
    this.copies += update.copyCount;
    this.recalls += update.recallCount;
    this.changedPixels += update.changedPixels;
  }

  /** @param now ms, steady */
  summary(now: number) {
    return {
      ticksPerSecond: this.tickRate.perSecond(now),
      updatesPerSecond: this.updateRate.perSecond(now),
      captureMs: this.captureMs.summary(),
      diffMs: this.diffMs.summary(),
      motionMs: this.motionMs.summary(),
      encodeMs: this.encodeMs.summary(),
      stages: {
        capture: this.captureMs.histogram(),
        diff: this.diffMs.histogram(),
        motion: this.motionMs.histogram(),
        encode: this.encodeMs.histogram(),
      },
      ticks: this.ticks,
      ticksSkipped: this.ticksSkipped,
      updates: this.updates,
      keyframes: this.keyframes,
      patches: this.patches,
      copies: this.copies,
      recalls: this.recalls,
      changedPixels: this.changedPixels,
      rawEquivalentBytes: this.changedPixels * 4,
    };
  }
}

/** What `work` gives, its duration added to `samples` in ms. */
export function timed<T>(samples: Samples, work: () => T): T {
  const start = performance.now();
  const result = work();
  samples.add(performance.now() - start);
  return result;
}
