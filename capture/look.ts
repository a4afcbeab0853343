/**
 * One look at the source: where something may have changed, grabbed, made a frame of, and compared.
 *
 * Damage says where to look. It can lie, so everything is looked at now and then whatever it says; and
 * whenever what was seen before does not count any more (`everywhereNext`).
 */
import type { LiveSettings } from "../config.ts";
import { rowsOf, type Size } from "./geometry.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { type LoopStats, timed } from "./loop_stats.ts";
import type { Changes, Pipeline } from "./pipeline.ts";
import type { SourceKeeper } from "./source_keeper.ts";
import type { SourceNews } from "./source.ts";
import { View } from "./view.ts";

/** Everything is compared at least this often while somebody watches. */
const FULL_LOOK_MS = 2000;

export class Look {
  readonly #kernels: Kernels;
  readonly #source: SourceKeeper;
  readonly #pipeline: Pipeline;
  readonly #stats: LoopStats;
  #view: View;
  #everywhere = true;
  #lastFullLook = -Infinity;

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
   * Another size, region, scale or masks: the frame starts anew. The running epoch must have ended.
   * @returns the frame's size
   */
  changeView(settings: LiveSettings): Size {
    this.#view = new View(this.#source.size, settings);
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
    const everywhere = this.#everywhere || force || damage === "unknown" ||
      now - this.#lastFullLook >= FULL_LOOK_MS;
    if (!everywhere && damage.length === 0) {
      if (this.#pipeline.refinementDue(now, settings.refineAfterMs)) {
        return this.#pipeline.findChanges([], settings, now, false);
      }
      this.#stats.ticksSkipped++;
      return undefined;
    }
    const { space } = this.#pipeline;
    const grabbed = timed(this.#stats.captureMs, () => {
      const rows = everywhere ? { top: 0, bottom: space.sourceSize.height } : rowsOf(damage)!;
      if (!this.#source.grab(space.grabbedBytes, rows, now)) return false;
      this.#view.apply(this.#kernels, space);
      return true;
    });
    if (!grabbed) return undefined;
    this.#everywhere = false;
    if (everywhere) this.#lastFullLook = now;
    const where = everywhere ? "unknown" : this.#view.toFrame(damage);
    return timed(
      this.#stats.diffMs,
      () => this.#pipeline.findChanges(where, settings, now, force),
    );
  }
}
