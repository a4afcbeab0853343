/**
 * The capture loop: poll, grab, diff, encode, emit, when the source has news, and at most at the pace of `fps`.
 *
 * One asynchronous function runs it all, one step after the other, so that no two steps ever see each
 * other half done. Between steps its owner rests for `delay()` ms or, where `listens` says so, until the
 * source tells of something (`news`). It sleeps while nobody watches (a poll a second keeps the source's event
 * queue empty and notices when it dies) and never makes up for missed ticks.
 */
import type { LiveSettings } from "../config.ts";
import { Asks } from "./asks.ts";
import type { Rect, Size } from "./geometry.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { Look } from "./look.ts";
import { healthOf, type Reported, statsOf } from "./loop_report.ts";
import { LoopStats } from "./loop_stats.ts";
import type { Opened } from "./open_source.ts";
import { Outlet } from "./outlet.ts";
import { Pipeline } from "./pipeline.ts";
import { Schedule } from "./schedule.ts";
import { SourceKeeper } from "./source_keeper.ts";
import { SourceNotices } from "./source_notices.ts";
import { Stills } from "./stills.ts";
import type { Target } from "./targets.ts";
import { Tick } from "./tick.ts";
import { View } from "./view.ts";
import type {
  Chunk,
  HealthAnswer,
  JoinPoint,
  JoinWish,
  PictureAnswer,
  PictureHead,
  StatsAnswer,
  TargetsAnswer,
} from "./worker_protocol.ts";

export interface Clocks {
  /** ms, never jumps. */
  readonly steady: () => number;
  /** ms since the Unix epoch. */
  readonly wall: () => number;
}

export class CaptureLoop {
  readonly #clocks: Clocks;
  readonly #source: SourceKeeper;
  readonly #pipeline: Pipeline;
  readonly #look: Look;
  readonly #outlet: Outlet;
  readonly #notices: SourceNotices;
  readonly #schedule: Schedule;
  readonly #stats = new LoopStats();
  #settings: LiveSettings;
  readonly #asks: Asks;
  readonly #hasWork: () => void;
  readonly #tick: Tick;
  readonly #stills: Stills;
  /** The step that runs; `undefined` between two. */
  #stepping: Promise<void> | undefined;

  /**
   * @param first seq and epoch to count on from
   * @param publish takes each chunk of the shared stream
   * @param hasWork called when somebody wants something: whoever rests until `delay` is over need not
   */
  constructor(
    kernels: Kernels,
    opened: Opened,
    settings: LiveSettings,
    first: { readonly seq: number; readonly epoch: number },
    clocks: Clocks,
    publish: (chunk: Chunk) => void,
    hasWork: () => void = () => {},
  ) {
    this.#clocks = clocks;
    this.#hasWork = hasWork;
    this.#asks = new Asks(hasWork);
    this.#settings = settings;
    this.#source = new SourceKeeper(opened);
    this.#source.rest(true);
    const view = new View(this.#source.size, settings, this.#source.origin);
    this.#pipeline = new Pipeline(kernels, first.seq, first.epoch, view.size);
    this.#pipeline.resize(view.size, this.#source.size, view.active);
    this.#look = new Look(kernels, this.#source, this.#pipeline, this.#stats, view);
    this.#outlet = new Outlet({
      kernels,
      pipeline: this.#pipeline,
      clocks,
      publish,
      introduction: () => this.#notices.introduction(),
    });
    this.#notices = new SourceNotices({
      source: this.#source,
      view: () => this.#look.view,
      add: (message) => this.#outlet.add(message),
    });
    this.#schedule = new Schedule({
      clocks,
      source: this.#source,
      look: this.#look,
      outlet: this.#outlet,
      settings: () => this.#settings,
      asks: this.#asks,
    });
    this.#tick = new Tick({
      clocks,
      source: this.#source,
      pipeline: this.#pipeline,
      look: this.#look,
      outlet: this.#outlet,
      notices: this.#notices,
      schedule: this.#schedule,
      stats: this.#stats,
      asks: this.#asks,
      settings: () => this.#settings,
    });
    this.#stills = new Stills({
      clocks,
      source: this.#source,
      pipeline: this.#pipeline,
      look: this.#look,
      schedule: this.#schedule,
      tick: this.#tick,
      asks: this.#asks,
      settings: () => this.#settings,
      betweenSteps: () => this.#betweenSteps(),
    });
  }

  get label(): string {
    return this.#source.label;
  }

  /** The frame's size. */
  get size(): Size {
    return this.#look.view.size;
  }

  get settings(): LiveSettings {
    return this.#settings;
  }

  /** The size of the source's picture, which region and masks refer to. */
  get sourceSize(): Size {
    return this.#source.size;
  }

  /** ms until `step` has something to do, if the source does not tell of anything before. */
  delay(): number {
    return this.#schedule.delay();
  }

  /** The source's news are a reason for a step, now: not before the pace allows it, and not while asleep. */
  get listens(): boolean {
    return this.#schedule.listens;
  }

  /** Resolves when the source has news, `interrupt` is called, or after `maxMs`. For while the loop `listens`. */
  async news(maxMs: number): Promise<void> {
    await this.#source.wait(maxMs);
    this.#schedule.heard();
  }

  /** Ends a wait for news that is under way. */
  interrupt(): void {
    this.#source.interrupt();
  }

  /** Does what is due: a tick, then the viewers that want in. */
  async step(): Promise<void> {
    this.#stepping = this.#step();
    try {
      await this.#stepping;
    } finally {
      this.#stepping = undefined;
    }
    this.#schedule.stepped();
  }

  async #step(): Promise<void> {
    const now = this.#clocks.steady();
    if (this.#schedule.sleeping) {
      if (this.#schedule.isSleepPollDue(now)) this.#tick.asleep(now, false);
      await this.#outlet.flush();
      return;
    }
    const isTickDue = this.#schedule.isTickDue(now) || this.#tick.isViewPending;
    if (isTickDue) await this.#tick.run(now);
    // Meanwhile it may have become so: nobody is let in to a picture that shows what is to be masked by now.
    if (this.#tick.isViewPending) return;
    await this.#outlet.entrance.serve(() => this.#outlet.endEpoch());
  }

  /**
   * How many viewers there are now; the first one wakes the loop.
   * @param neededFps the highest rate that one of them needs, per second, above 0: a lower one than the setting
   * `fps` is the pace then; default: whatever the setting gives
   */
  setViewers(count: number, neededFps = Infinity): void {
    if (count > 0) this.#wakeUp();
    if (count > this.#schedule.viewers) this.#outlet.viewerCame();
    this.#schedule.setViewers(count, neededFps);
    this.#source.rest(count === 0);
    this.#hasWork();
  }

  /** What there is to capture; `undefined` where there is no choice. */
  targets(): TargetsAnswer | undefined {
    return this.#source.targets(this.#clocks.steady());
  }

  /**
   * Captures something else from the next tick on, which is now, and of it the region; `null` for all of it.
   * @throws {TargetUnknown} when there is no such thing
   */
  select(target: Target, region: Rect | null): Promise<void> {
    this.#source.select(target, this.#clocks.steady());
    return this.change({ ...this.#settings, region });
  }

  /**
   * New settings, from the next tick on, which is now. Resolves once they are in effect: nothing is published any more
   * that was made with those before, and nobody is let in to it.
   */
  async change(settings: LiveSettings): Promise<void> {
    const before = this.#settings;
    this.#settings = settings;
    this.#everythingAtOnce();
    const viewOf = ({ region, scale, masks }: LiveSettings) =>
      JSON.stringify([region, scale, masks]);
    if (viewOf(settings) !== viewOf(before)) this.#tick.viewChanged();
    // Asleep, the first thing that happens is a tick.
    await (this.#schedule.sleeping ? this.#betweenSteps() : this.#asks.look());
  }

  /** Sends everyone a keyframe, at once. */
  keyframe(): Promise<{ seq: number }> {
    this.#wakeUp();
    return this.#asks.keyframe();
  }

  /** Lets a viewer in; see `Entrance.ask`. */
  join(wish: JoinWish): Promise<JoinPoint> {
    this.#wakeUp();
    const joining = this.#outlet.entrance.ask(wish);
    this.#hasWork();
    return joining;
  }

  /** See `Stills.picture`. */
  picture(looked = false): Promise<PictureAnswer> {
    return this.#stills.picture(looked);
  }

  /** See `Stills.look`. */
  look(): Promise<PictureHead> {
    return this.#stills.look();
  }

  stats(): StatsAnswer {
    return statsOf(this.#reported, this.#clocks.steady());
  }

  /** Whether it is well, see loop_report.ts; asks the source now if the loop sleeps. */
  health(): HealthAnswer {
    const now = this.#clocks.steady();
    if (this.#schedule.sleeping && !this.#stepping) this.#tick.asleep(now, true);
    return healthOf(this.#reported, now);
  }

  close(): void {
    this.#source.close();
  }

  get #reported(): Reported {
    return {
      source: this.#source,
      pipeline: this.#pipeline,
      outlet: this.#outlet,
      schedule: this.#schedule,
      stats: this.#stats,
      state: this.#notices.state,
      size: this.size,
      fps: this.#settings.fps,
    };
  }

  /** Ends sleep, if it is one: what happened meanwhile is looked for everywhere. */
  #wakeUp(): void {
    if (this.#schedule.sleeping) this.#everythingAtOnce();
  }

  /**
   * Resolves when no step runs. While one waits for the epoch before to end, what has moved is already on the reference
   * and the rest is not: nobody ever gets to see that picture.
   */
  async #betweenSteps(): Promise<void> {
    while (this.#stepping) await this.#stepping;
  }

  #everythingAtOnce(): void {
    this.#look.everywhereNext();
    this.#schedule.atOnce();
  }
}
