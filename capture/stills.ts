/** Single pictures beside the stream, for whoever asks for one: snapshots. */
import type { LiveSettings } from "../config.ts";
import type { Asks } from "./asks.ts";
import type { Look } from "./look.ts";
import type { Clocks } from "./loop.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Schedule } from "./schedule.ts";
import type { SourceKeeper } from "./source_keeper.ts";
import type { Tick } from "./tick.ts";
import type { PictureAnswer, PictureHead } from "./worker_protocol.ts";

/** What stills work with; parts of `CaptureLoop`. */
export interface StillsOptions {
  readonly clocks: Clocks;
  readonly source: SourceKeeper;
  readonly pipeline: Pipeline;
  readonly look: Look;
  readonly schedule: Schedule;
  readonly tick: Tick;
  readonly asks: Asks;
  readonly settings: () => LiveSettings;
  /** Resolves when no step of the loop runs. */
  readonly betweenSteps: () => Promise<void>;
}

export class Stills {
  readonly #parts: StillsOptions;

  constructor(parts: StillsOptions) {
    this.#parts = parts;
  }

  /**
   * What an in-sync viewer's canvas shows after a look at the source that is no older than the call. The chunk with its
   * seq has been published.
   * @param looked the caller has just had it looked: once is enough
   */
  async picture(looked = false): Promise<PictureAnswer> {
    const { tick, betweenSteps } = this.#parts;
    if (!looked) await this.#lookIfNeeded();
    await betweenSteps();
    // What was seen may be masked by now.
    while (tick.isViewPending) {
      await this.#lookIfNeeded();
      await betweenSteps();
    }
    return { ...this.#head, rgba: this.#parts.pipeline.space.referenceRgba() };
  }

  /** What `picture` would give, without its pixels. */
  async look(): Promise<PictureHead> {
    await this.#lookIfNeeded();
    await this.#parts.betweenSteps();
    return this.#head;
  }

  get #head(): PictureHead {
    const { pipeline: { seq, space: { width, height } }, tick } = this.#parts;
    return { width, height, seq, time: tick.pictureTime };
  }

  async #lookIfNeeded(): Promise<void> {
    const { schedule, look, asks, betweenSteps } = this.#parts;
    if (schedule.sleeping) await this.#refresh();
    await betweenSteps();
    if (schedule.sleeping) {
      if (this.#standsStill()) return;
      // What happened since the last look is looked for everywhere.
      look.everywhereNext();
    }
    // In a step of the loop like everything else: two ticks at once would share one compressor.
    await asks.look();
  }

  /** Asleep, and there is nothing to look at: the source tells of nothing since the last look, not long ago. */
  #standsStill(): boolean {
    const { clocks, tick, look, settings } = this.#parts;
    const now = clocks.steady();
    tick.asleep(now, true);
    return look.delay(now, settings()) > 0;
  }

  /** Has a source that rests make one picture. */
  async #refresh(): Promise<void> {
    const { source, schedule } = this.#parts;
    source.rest(false);
    await source.fresh();
    source.rest(schedule.viewers === 0);
  }
}
