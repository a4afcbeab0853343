/**
 * One look at the source: where something may have changed, grabbed, made a frame of, and compared.
 *
 * Damage says where to look. It can lie, so everything is looked at now and then whatever it says; and
 * whenever what was seen before does not count any more (`everywhereNext`).
 */
import type { Changes } from "./changes.ts";
import type { LiveSettings } from "../config.ts";
import { rowsOf, type Size } from "./geometry.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { type LoopStats, timed } from "./loop_stats.ts";
import type { Pipeline } from "./pipeline.ts";
import type { SourceKeeper } from "./source_keeper.ts";
import type { SourceNews } from "./source.ts";
import { View } from "./view.ts";

/** Everything is compared this long after it was last, while the screen changes. */
export const FULL_LOOK_MS = 2000;
/**
 * On a screen that stands still the pauses double up to this. A look at 1920×1080 takes 1.2 ms: after this
 * pause that is nothing, and damage that lies on a still screen is as rare as a pointer moved by a program.
 */
export const LONGEST_FULL_LOOK_MS = 10_000;

export class Look {
  readonly #kernels: Kernels;
  readonly #source: SourceKeeper;
  readonly #pipeline: Pipeline;
  readonly #stats: LoopStats;
  #view: View;
  #everywhere = true;
  /** When everything is compared next, whatever the damage; ms, steady. */
  #nextFullLook = -Infinity;
  /** The pause after the next full look, ms. */
  #pauseMs = FULL_LOOK_MS;

  constructor(
    kernels: Kernels,
    source: SourceKeeper,
    pipeline: Pipeline,
    stats: LoopStats,
    view: View,
  ) {
    this.#kernels = kernels;
    this.#source = source;
    this.#pipeline = pipeline;
    this.#stats = stats;
    this.#view = view;
  }

  /** How the source's picture becomes the frame. */
  get view(): View {
    return this.#view;
  }

  /** What was seen before does not count: the next look is everywhere. */
  everywhereNext(): void {
    this.#everywhere = true;
  }

  get isEverywhereNext(): boolean {
    return this.#everywhere;
  }

  /**
   * ms until there is something to look at even if the source tells of nothing, 0 when it is due.
   * @param now ms, steady
   */
  delay(now: number, settings: LiveSettings): number {
    if (this.#everywhere) return 0;
    const refinement = this.#pipeline.refinementDelay(now, settings.refineAfterMs);
    return Math.max(0, Math.min(refinement, this.#nextFullLook - now));
  }

  /** True when the next look is everywhere, whatever the damage. */
  isFullDue(now: number): boolean {
    return this.#everywhere || now >= this.#nextFullLook;
  }

  /**
   * Another size, region, scale or masks: the frame starts anew. The running epoch must have ended.
   * @returns the frame's size
   */
  changeView(settings: LiveSettings): Size {
    this.#view = new View(this.#source.size, settings, this.#source.origin);
    this.#everywhere = true;
    const { size, active } = this.#view;
    this.#pipeline.resize(size, this.#source.size, active);
    return size;
  }

  /**
   * Grabs where something may have changed, and compares.
   * @param damage of the source
   * @param now ms, steady
   * @param force a keyframe, whatever has changed
   * @returns what to send; `undefined` for nothing, or when the source went away over it
   */
  at(
    damage: SourceNews["damage"],
    settings: LiveSettings,
    now: number,
    force: boolean,
  ): Changes | undefined {
    const everywhere = this.isFullDue(now) || force || damage === "unknown";
    if (damage === "unknown" || damage.length > 0) this.#stirred(now);
    if (!everywhere && damage.length === 0) {
      if (this.#pipeline.refinementDue(now, settings.refineAfterMs)) {
        return this.#pipeline.findChanges([], settings, now, false);
      }
      this.#stats.ticksSkipped++;
      return undefined;
    }
    const { space } = this.#pipeline;
    const where = everywhere ? "unknown" : this.#view.toFrame(damage);
    const grabbed = timed(this.#stats.captureMs, () => {
      const rows = everywhere ? { top: 0, bottom: space.sourceSize.height } : rowsOf(damage)!;
      if (!this.#source.grab(space.grabbedBytes, rows, now)) return false;
      this.#view.apply(this.#kernels, space, where);
      return true;
    });
    if (!grabbed) return undefined;
    this.#everywhere = false;
    const changes = this.#stats.timeDiff(() => {
      return this.#pipeline.findChanges(where, settings, now, force);
    });
    if (everywhere) this.#fullLookDone(now, changes !== undefined);
    return changes;
  }

  #fullLookDone(now: number, changed: boolean): void {
    this.#nextFullLook = now + this.#pauseMs;
    if (changed) this.#stirred(now);
    else this.#pauseMs = Math.min(LONGEST_FULL_LOOK_MS, this.#pauseMs * 2);
  }

  /** The screen changes, or damage lied: the pauses begin with the shortest again. */
  #stirred(now: number): void {
    this.#pauseMs = FULL_LOOK_MS;
    this.#nextFullLook = Math.min(this.#nextFullLook, now + FULL_LOOK_MS);
  }
}
