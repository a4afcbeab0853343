/**
 * One tick of the capture loop: ask the source, look where something may have changed, encode what has, and send it
 * with whatever else is due.
 */
import type { LiveSettings } from "../config.ts";
import type { Asks } from "./asks.ts";
import type { Look } from "./look.ts";
import type { Clocks } from "./loop.ts";
import { type LoopStats, timed } from "./loop_stats.ts";
import type { Outlet } from "./outlet.ts";
import type { Pipeline, Update } from "./pipeline.ts";
import type { Schedule } from "./schedule.ts";
import type { SourceKeeper } from "./source_keeper.ts";
import type { SourceNotices } from "./source_notices.ts";
import type { SourceNews } from "./source.ts";

/** What a tick works with; the parts of `CaptureLoop`. */
export interface TickOptions {
  readonly clocks: Clocks;
  readonly source: SourceKeeper;
  readonly pipeline: Pipeline;
  readonly look: Look;
  readonly outlet: Outlet;
  readonly notices: SourceNotices;
  readonly schedule: Schedule;
  readonly stats: LoopStats;
  readonly asks: Asks;
  readonly settings: () => LiveSettings;
}

export class Tick {
  readonly #parts: TickOptions;
  /** The frame has to start anew at the next tick. */
  #viewPending = false;
  /** The pointer moved while nobody watched. */
  #cursorMissed = false;
  /** Capture time of the reference's newest change, ms since the Unix epoch. */
  pictureTime = 0;

  constructor(parts: TickOptions) {
    this.#parts = parts;
  }

  /** The picture that there is shows what it should not any more. */
  get isViewPending(): boolean {
    return this.#viewPending;
  }

  /** Another region, scale or masks: the frame starts anew at the next tick. */
  viewChanged(): void {
    this.#viewPending = true;
  }

  /**
   * Nobody watches: only asks the source whether it is there, and notes whether there is something to look at.
   * @param now ms, steady
   * @param thorough see `Source.poll`
   */
  asleep(now: number, thorough: boolean): void {
    const { source, look, schedule, notices, settings } = this.#parts;
    const news = source.poll(now, thorough);
    schedule.looked(now);
    if (news && this.#needsOtherView(news)) this.#viewPending = true;
    if (news?.cursor) this.#cursorMissed = true;
    if (!news || this.#viewPending || news.damage.length > 0) look.everywhereNext();
    notices.noteState(settings().paused);
  }

  /** @param now ms, steady */
  async run(now: number): Promise<void> {
    const { clocks, source, pipeline, look, outlet, notices, schedule, stats, asks, settings } =
      this.#parts;
    const { tells } = source;
    schedule.tickBegins(now);
    const looked = asks.looks();
    stats.countTick(now);
    const news = source.poll(now, look.isFullDue(now));
    schedule.looked(now);
    notices.noteState(settings().paused);
    if (news) await this.#lookAndSend(news, now);
    // Of a source that is away, all pixels are of before: a black picture is better than one without the masks.
    else if (this.#viewPending) {
      await this.#changeView(settings());
      await this.#sendBlack(now);
    }
    if (tells) schedule.tickTook(now);
    if (asks.wantsKeyframe) {
      // No new frame can be had (paused, or the source is away): the picture that viewers should have.
      await outlet.open(true);
      this.#publishUpdate(pipeline.repeat(clocks.wall()), now);
    }
    if (schedule.viewers > 0) outlet.addSigns(now, schedule.isHeartbeatDue(now));
    await outlet.flush();
    looked();
  }

  async #lookAndSend(news: SourceNews, now: number): Promise<void> {
    const { clocks, source, pipeline, look, outlet, notices, stats, asks } = this.#parts;
    const settings = this.#parts.settings();
    const isNewView = this.#viewPending || this.#needsOtherView(news);
    if (isNewView) await this.#changeView(settings);
    // On another view it is elsewhere, though it has not moved.
    const isCursorOld = this.#cursorMissed || isNewView;
    const cursor = news.cursor ?? (isCursorOld ? source.cursor : undefined);
    this.#cursorMissed = false;
    if (cursor) notices.noteCursor(cursor);
    if (settings.paused) {
      look.everywhereNext();
      if (isNewView) await this.#sendBlack(now);
      return;
    }
    const time = clocks.wall();
    const { keyframeIntervalMs } = settings;
    const force = asks.wantsKeyframe ||
      (keyframeIntervalMs > 0 && now - outlet.lastKeyframe >= keyframeIntervalMs);
    const changes = look.at(news.damage, settings, now, force);
    notices.noteState(settings.paused);
    if (!changes) {
      if (isNewView) await this.#sendBlack(now);
      return;
    }
    await outlet.open(changes.keyframe);
    const update = timed(stats.encodeMs, () => pipeline.encode(changes, time));
    this.pictureTime = time;
    this.#publishUpdate(update, now);
  }

  /**
   * There is no picture for a new view yet. Black has a seq of its own all the same: the one before names a picture
   * that may be masked now.
   */
  async #sendBlack(now: number): Promise<void> {
    const { clocks, outlet, pipeline } = this.#parts;
    await outlet.open(true);
    this.#publishUpdate(pipeline.repeat(clocks.wall()), now);
  }

  #publishUpdate(update: Update, now: number): void {
    const { outlet, stats, asks } = this.#parts;
    outlet.update(update, now);
    stats.countUpdate(update, now);
    if (update.keyframe) asks.keyframeSent(update.seq);
  }

  /** Another size; or masks lie elsewhere on a picture that has moved over the display. */
  #needsOtherView({ resized, moved = false }: SourceNews): boolean {
    return resized || (moved && this.#parts.settings().masks.length > 0);
  }

  async #changeView(settings: LiveSettings): Promise<void> {
    const { look, outlet } = this.#parts;
    this.#viewPending = false;
    await outlet.endEpoch();
    outlet.resize(look.changeView(settings));
  }
}
