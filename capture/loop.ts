/**
 * The capture loop: poll, grab, diff, encode, emit, when the source has news, and at most at the pace of `fps`.
 *
 * One asynchronous function runs it all, one step after the other, so that no two steps ever see each
 * other half done. Between steps its owner rests for `delay()` ms or, where `listens` says so, until the
 * source tells of something (`news`). It sleeps while nobody watches (a poll a second keeps the source's event
 * queue empty and notices when it dies) and never makes up for missed ticks.
 */
import type { LiveSettings } from "../config.ts";
import type { Size } from "./geometry.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { Look } from "./look.ts";
import { LoopStats, timed } from "./loop_stats.ts";
import { cursorMessage, stateMessage } from "./messages.ts";
import type { Opened } from "./open_source.ts";
import { Outlet } from "./outlet.ts";
import { Pacer } from "./pacer.ts";
import { Pipeline, type Update } from "./pipeline.ts";
import { SourceKeeper } from "./source_keeper.ts";
import type { CursorChange, SourceNews } from "./source.ts";
import { View } from "./view.ts";
import type {
  Chunk,
  HealthAnswer,
  JoinPoint,
  JoinWish,
  PictureAnswer,
  SourceState,
  StatsAnswer,
} from "./worker_protocol.ts";

/** A heartbeat goes out this long after anything else, while somebody watches. */
export const HEARTBEAT_MS = 2000;
/** While asleep the source is polled this often. */
const SLEEP_POLL_MS = 1000;

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
  readonly #pacer = new Pacer();
  readonly #stats = new LoopStats();
  #settings: LiveSettings;
  /** The frame has to start anew at the next tick. */
  #viewPending = false;
  #state: SourceState = "live";
  #stateText = "";
  #viewers = 0;
  #keyframeWaiters: ((answer: { seq: number }) => void)[] = [];
  /** Who wants to know the picture while the loop sleeps; they wait for a look at the source. */
  readonly #pictureWaiters: (() => void)[] = [];
  #lastLook = -Infinity;
  /** The source may have news: it was waited for. */
  #heard = false;
  /** By when the next step should have begun; ms, steady. */
  #dueAt: number;
  /** Capture time of the reference's newest change, ms since the Unix epoch. */
  #pictureTime = 0;

  /**
   * @param first seq and epoch to count on from
   * @param publish takes each chunk of the shared stream
   */
  constructor(
    kernels: Kernels,
    opened: Opened,
    settings: LiveSettings,
    first: { readonly seq: number; readonly epoch: number },
    clocks: Clocks,
    publish: (chunk: Chunk) => void,
  ) {
    this.#clocks = clocks;
    this.#dueAt = clocks.steady();
    this.#settings = settings;
    this.#source = new SourceKeeper(opened);
    const view = new View(this.#source.size, settings);
    this.#pipeline = new Pipeline(kernels, first.seq, first.epoch, view.size);
    this.#pipeline.resize(view.size, this.#source.size, view.active);
    this.#look = new Look(kernels, this.#source, this.#pipeline, this.#stats, view);
    this.#outlet = new Outlet({
      kernels,
      pipeline: this.#pipeline,
      clocks,
      publish,
      introduction: () => this.#introduction(),
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
    if (this.#isAsked) return 0;
    const now = this.#clocks.steady();
    if (this.#sleeping) return Math.max(0, this.#lastLook + SLEEP_POLL_MS - now);
    const pace = this.#pacer.delay(now);
    // With a source that tells, the pace only says when the loop listens again.
    const tick = pace > 0 && this.#source.tells ? pace : Math.max(pace, this.#ownDelay(now));
    return Math.min(tick, this.#outlet.entrance.delay());
  }

  /** The source's news are a reason for a step, now: not before the pace allows it, and not while asleep. */
  get listens(): boolean {
    return this.#source.tells && !this.#sleeping && this.#pacer.delay(this.#clocks.steady()) === 0;
  }

  /** Resolves when the source has news, `interrupt` is called, or after `maxMs`. For while the loop `listens`. */
  async news(maxMs: number): Promise<void> {
    await this.#source.wait(maxMs);
    this.#heard = true;
    this.#dueAt = Math.min(this.#dueAt, this.#clocks.steady());
  }

  /** Ends a wait for news that is under way. */
  interrupt(): void {
    this.#source.interrupt();
  }

  /** Does what is due: a tick, then the viewers that want in. */
  async step(): Promise<void> {
    await this.#step();
    this.#dueAt = this.#clocks.steady() + this.delay();
  }

  async #step(): Promise<void> {
    const now = this.#clocks.steady();
    if (this.#sleeping) {
      if (now - this.#lastLook >= SLEEP_POLL_MS) this.#pollAsleep(now, false);
      await this.#outlet.flush();
      return;
    }
    const hasWork = this.#heard || this.#ownDelay(now) === 0;
    if (this.#isAsked || (hasWork && this.#pacer.delay(now) === 0)) await this.#tick(now);
    await this.#outlet.entrance.serve(() => this.#outlet.endEpoch());
    for (const resolve of this.#pictureWaiters.splice(0)) resolve();
  }

  /** How many viewers there are now; the first one wakes the loop. */
  setViewers(count: number): void {
    if (count > 0) this.#wakeUp();
    if (count > this.#viewers) this.#outlet.viewerCame();
    this.#viewers = count;
  }

  /** New settings, from the next tick on, which is now. */
  change(settings: LiveSettings): void {
    const before = this.#settings;
    this.#settings = settings;
    this.#everythingAtOnce();
    const viewOf = ({ region, scale, masks }: LiveSettings) =>
      JSON.stringify([region, scale, masks]);
    if (viewOf(settings) !== viewOf(before)) this.#viewPending = true;
  }

  /** Sends everyone a keyframe, at once. */
  keyframe(): Promise<{ seq: number }> {
    this.#wakeUp();
    return new Promise((resolve) => this.#keyframeWaiters.push(resolve));
  }

  /** Lets a viewer in; see `Entrance.ask`. */
  join(wish: JoinWish): Promise<JoinPoint> {
    this.#wakeUp();
    return this.#outlet.entrance.ask(wish);
  }

  /** What an in-sync viewer's canvas shows; looks at the source first if nobody did lately. */
  async picture(): Promise<PictureAnswer> {
    if (this.#sleeping || this.#look.isEverywhereNext) {
      this.#wakeUp();
      // In a step of the loop like everything else: two ticks at once would share one compressor.
      await new Promise<void>((resolve) => this.#pictureWaiters.push(resolve));
    }
    const { seq, space } = this.#pipeline;
    const { width, height } = space;
    return { width, height, seq, time: this.#pictureTime, rgba: space.referenceRgba() };
  }

  stats(): StatsAnswer {
    return {
      source: this.label,
      state: this.#state,
      ...this.#look.view.size,
      seq: this.#pipeline.seq,
      epoch: this.#pipeline.epoch,
      fps: this.#settings.fps,
      ...this.#stats.summary(this.#clocks.steady()),
      ticksMissed: this.#pacer.missed,
      catchUps: this.#outlet.entrance.catchUps,
      epochs: this.#outlet.totals.epochs,
      messageBytes: this.#outlet.totals.messageBytes,
      streamBytes: this.#outlet.totals.streamBytes,
      deferredTiles: this.#pipeline.deferredTiles,
      lossyTiles: this.#pipeline.lossyTiles,
      sleeping: this.#sleeping,
    };
  }

  /**
   * Healthy if the source is there and every step came when it was due: after the source told of something, or at
   * its time. How long ago the last look was says nothing, since a source that tells is not asked. Asks
   * the source now if the loop sleeps.
   */
  health(): HealthAnswer {
    const now = this.#clocks.steady();
    if (this.#sleeping) this.#pollAsleep(now, true);
    const age = Math.max(0, now - this.#lastLook);
    const allowed = Math.max(2000, 3 * 1000 / this.#settings.fps);
    const lost = this.#source.lostReason;
    const detail = lost !== undefined
      ? `source lost: ${lost}`
      : !this.#sleeping && now - this.#dueAt > allowed
      ? `a look at the source has been due for more than ${allowed} ms`
      : "ok";
    return {
      healthy: detail === "ok",
      state: this.#state,
      detail,
      lastLookAgeMs: Number.isFinite(age) ? age : null,
      sleeping: this.#sleeping,
    };
  }

  close(): void {
    this.#source.close();
  }

  get #sleeping(): boolean {
    return this.#viewers === 0 && this.#outlet.entrance.waiting === 0 && !this.#isAsked;
  }

  /** Somebody waits for a tick. */
  get #isAsked(): boolean {
    return this.#keyframeWaiters.length > 0 || this.#pictureWaiters.length > 0;
  }

  /** Ends sleep, if it is one: what happened meanwhile is looked for everywhere. */
  #wakeUp(): void {
    if (this.#sleeping) this.#everythingAtOnce();
  }

  #everythingAtOnce(): void {
    this.#look.everywhereNext();
    this.#pacer.reset();
    this.#dueAt = this.#clocks.steady();
  }

  /** ms until a tick has something to do though the source tells of nothing. */
  #ownDelay(now: number): number {
    const own = Math.min(this.#source.delay(now), this.#heartbeatDelay(now));
    if (!this.#source.tells || this.#settings.paused) return own;
    const { keyframeIntervalMs } = this.#settings;
    const keyframe = keyframeIntervalMs > 0
      ? Math.max(0, this.#outlet.lastKeyframe + keyframeIntervalMs - now)
      : Infinity;
    return Math.min(own, keyframe, this.#look.delay(now, this.#settings));
  }

  /** ms until the tick that has to send a heartbeat, if nothing else is sent before. */
  #heartbeatDelay(now: number): number {
    if (this.#viewers === 0) return Infinity;
    // Of a source that is polled, each tick looks whether the next would be too late.
    const spare = this.#source.tells ? 0 : 1000 / this.#settings.fps;
    return Math.max(0, this.#outlet.lastEmission + HEARTBEAT_MS - spare - now);
  }

  #pollAsleep(now: number, thorough: boolean): void {
    const news = this.#source.poll(now, thorough);
    this.#lastLook = now;
    if (news?.resized) this.#viewPending = true;
    this.#setState();
  }

  async #tick(now: number): Promise<void> {
    const { fps } = this.#settings;
    const { tells } = this.#source;
    // A heartbeat alone takes no turn: what happens right after it is not made to wait.
    const counts = this.#heard || this.#isAsked || this.#heartbeatDelay(now) > 0;
    this.#heard = false;
    if (tells && counts) this.#pacer.answered(now, fps);
    else if (!tells) this.#pacer.ran(now, fps);
    this.#stats.countTick(now);
    const thorough = this.#look.isFullDue(now);
    const news = this.#source.poll(now, thorough);
    this.#lastLook = now;
    this.#setState();
    if (news) await this.#lookAndSend(news, now);
    if (tells) this.#pacer.took(now, this.#clocks.steady(), fps);
    if (this.#keyframeWaiters.length > 0) {
      // No new frame can be had (paused, or the source is away): the picture that viewers should have.
      await this.#outlet.open(true);
      this.#publishUpdate(this.#pipeline.repeat(this.#clocks.wall()), now);
    }
    if (this.#viewers > 0) this.#outlet.addSigns(now, this.#heartbeatDelay(now) === 0);
    await this.#outlet.flush();
  }

  async #lookAndSend(news: SourceNews, now: number): Promise<void> {
    if (news.resized || this.#viewPending) await this.#changeView();
    if (news.cursor) this.#outlet.add(cursorMessage(this.#cursorOnFrame(news.cursor)));
    if (this.#settings.paused) {
      this.#look.everywhereNext();
      return;
    }
    const time = this.#clocks.wall();
    const { keyframeIntervalMs } = this.#settings;
    const force = this.#keyframeWaiters.length > 0 ||
      (keyframeIntervalMs > 0 && now - this.#outlet.lastKeyframe >= keyframeIntervalMs);
    const changes = this.#look.at(news.damage, this.#settings, now, force);
    this.#setState();
    if (!changes) return;
    await this.#outlet.open(changes.keyframe);
    const update = timed(this.#stats.encodeMs, () => this.#pipeline.encode(changes, time));
    this.#pictureTime = time;
    this.#publishUpdate(update, now);
  }

  #publishUpdate(update: Update, now: number): void {
    this.#outlet.update(update, now);
    this.#stats.countUpdate(update, now);
    if (!update.keyframe) return;
    for (const resolve of this.#keyframeWaiters.splice(0)) resolve({ seq: update.seq });
  }

  /** Another size, region, scale or masks. */
  async #changeView(): Promise<void> {
    this.#viewPending = false;
    await this.#outlet.endEpoch();
    this.#outlet.resize(this.#look.changeView(this.#settings));
  }

  /** Tells viewers when the source went away, came back, or was paused. */
  #setState(): void {
    const lost = this.#source.lostReason;
    const state = lost !== undefined ? "lost" : this.#settings.paused ? "paused" : "live";
    if (state === this.#state) return;
    this.#state = state;
    this.#stateText = lost ?? (state === "paused" ? "paused by an administrator" : "");
    this.#outlet.add(stateMessage(state, this.#stateText));
  }

  /** What a newcomer has to know besides the picture. */
  #introduction(): Uint8Array[] {
    const messages = [stateMessage(this.#state, this.#stateText)];
    const { cursor } = this.#source;
    if (cursor) messages.push(cursorMessage(this.#cursorOnFrame(cursor)));
    return messages;
  }

  #cursorOnFrame(cursor: CursorChange): CursorChange {
    return { ...cursor, ...this.#look.view.pointToFrame(cursor.x, cursor.y) };
  }
}
