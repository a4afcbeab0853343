/**
 * The capture loop: poll, grab, diff, encode, emit, at the pace of `fps`.
 *
 * One asynchronous function runs it all, one step after the other, so that no two steps ever see each
 * other half done. It sleeps while nobody watches (a poll a second keeps the source's event queue
 * empty and notices when it dies) and never makes up for missed ticks.
 */
import type { LiveSettings } from "../config.ts";
import { Emitter } from "./emitter.ts";
import { Entrance } from "./entrance.ts";
import type { Size } from "./geometry.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { Look } from "./look.ts";
import { LoopStats, timed } from "./loop_stats.ts";
import { cursorMessage, heartbeatMessage, stateMessage } from "./messages.ts";
import type { Opened } from "./open_source.ts";
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
  readonly #emitter: Emitter;
  readonly #entrance: Entrance;
  readonly #pacer = new Pacer();
  readonly #stats = new LoopStats();
  #settings: LiveSettings;
  /** The frame has to start anew at the next tick. */
  #viewPending = false;
  #state: SourceState = "live";
  #stateText = "";
  #viewers = 0;
  /** The chunk that is being collected begins its epoch with a keyframe. */
  #keyframePending = false;
  #keyframeWaiters: ((answer: { seq: number }) => void)[] = [];
  /** Who wants to know the picture while the loop sleeps; they wait for a look at the source. */
  readonly #pictureWaiters: (() => void)[] = [];
  #lastLook = -Infinity;
  #lastKeyframe = -Infinity;
  #lastEmission = -Infinity;
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
    this.#settings = settings;
    this.#source = new SourceKeeper(opened);
    const view = new View(this.#source.size, settings);
    this.#pipeline = new Pipeline(kernels, first.seq, first.epoch, view.size);
    this.#pipeline.resize(view.size, this.#source.size, view.active);
    this.#look = new Look(kernels, this.#source, this.#pipeline, this.#stats, view);
    this.#emitter = new Emitter(() => this.#pipeline.beginEpoch(clocks.wall()), publish);
    this.#entrance = new Entrance(
      this.#pipeline,
      this.#emitter,
      clocks,
      () => this.#introduction(),
    );
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

  /** ms until `step` has something to do. */
  delay(): number {
    if (this.#isAsked) return 0;
    const now = this.#clocks.steady();
    if (this.#sleeping) return Math.max(0, this.#lastLook + SLEEP_POLL_MS - now);
    return Math.min(this.#pacer.delay(now), this.#entrance.delay());
  }

  /** Does what is due: a tick, then the viewers that want in. */
  async step(): Promise<void> {
    const now = this.#clocks.steady();
    if (this.#sleeping) {
      if (now - this.#lastLook >= SLEEP_POLL_MS) this.#pollAsleep(now);
      await this.#flush();
      return;
    }
    if (this.#pacer.delay(now) === 0 || this.#isAsked) await this.#tick(now);
    await this.#entrance.serve(() => this.#endEpoch());
    for (const resolve of this.#pictureWaiters.splice(0)) resolve();
  }

  /** How many viewers there are now; the first one wakes the loop. */
  setViewers(count: number): void {
    if (count > 0) this.#wakeUp();
    this.#viewers = count;
  }

  /** New settings, from the next tick on, which is now. */
  change(settings: LiveSettings): void {
    const before = this.#settings;
    this.#settings = settings;
    this.#pacer.reset();
    this.#look.everywhereNext();
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
    return this.#entrance.ask(wish);
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
      catchUps: this.#entrance.catchUps,
      epochs: this.#emitter.epochs,
      messageBytes: this.#emitter.messageBytes,
      streamBytes: this.#emitter.streamBytes,
      deferredTiles: this.#pipeline.deferredTiles,
      lossyTiles: this.#pipeline.lossyTiles,
      sleeping: this.#sleeping,
    };
  }

  /** Healthy if the source was looked at lately; asks it now if the loop sleeps. */
  health(): HealthAnswer {
    if (this.#sleeping) this.#pollAsleep(this.#clocks.steady());
    const age = Math.max(0, this.#clocks.steady() - this.#lastLook);
    const allowed = Math.max(2000, 3 * 1000 / this.#settings.fps);
    const lost = this.#source.lostReason;
    const detail = lost !== undefined
      ? `source lost: ${lost}`
      : age > allowed
      ? `the last look at the source is older than ${allowed} ms`
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
    return this.#viewers === 0 && this.#entrance.waiting === 0 && !this.#isAsked;
  }

  /** Somebody waits for a tick. */
  get #isAsked(): boolean {
    return this.#keyframeWaiters.length > 0 || this.#pictureWaiters.length > 0;
  }

  /** Ends sleep, if it is one: what happened meanwhile is looked for everywhere. */
  #wakeUp(): void {
    if (!this.#sleeping) return;
    this.#look.everywhereNext();
    this.#pacer.reset();
  }

  #pollAsleep(now: number): void {
    const news = this.#source.poll(now);
    this.#lastLook = now;
    if (news?.resized) this.#viewPending = true;
    this.#setState();
  }

  async #tick(now: number): Promise<void> {
    this.#pacer.ran(now, this.#settings.fps);
    this.#stats.countTick(now);
    const news = this.#source.poll(now);
    this.#lastLook = now;
    this.#setState();
    if (news) await this.#lookAndSend(news, now);
    if (this.#keyframeWaiters.length > 0) {
      // No new frame can be had (paused, or the source is away): the picture that viewers should have.
      await this.#endEpoch();
      this.#emitter.openEpoch();
      this.#publishUpdate(this.#pipeline.repeat(this.#clocks.wall()), now);
    }
    // Where the next tick would be too late, this one is the time.
    const nextTick = now + 1000 / this.#settings.fps;
    const due = nextTick - this.#lastEmission > HEARTBEAT_MS && !this.#emitter.hasPending;
    if (due && this.#viewers > 0) {
      this.#emitter.add(heartbeatMessage(this.#clocks.wall()));
    }
    await this.#flush();
  }

  async #lookAndSend(news: SourceNews, now: number): Promise<void> {
    if (news.resized || this.#viewPending) await this.#changeView();
    if (news.cursor) this.#emitter.add(cursorMessage(this.#cursorOnFrame(news.cursor)));
    if (this.#settings.paused) {
      this.#look.everywhereNext();
      return;
    }
    const time = this.#clocks.wall();
    const { keyframeIntervalMs } = this.#settings;
    const force = this.#keyframeWaiters.length > 0 ||
      (keyframeIntervalMs > 0 && now - this.#lastKeyframe >= keyframeIntervalMs);
    const changes = this.#look.at(news.damage, this.#settings, now, force);
    this.#setState();
    if (!changes) return;
    if (changes.keyframe && !this.#emitter.isFresh) await this.#endEpoch();
    this.#emitter.openEpoch();
    const update = timed(this.#stats.encodeMs, () => this.#pipeline.encode(changes, time));
    this.#pictureTime = time;
    this.#publishUpdate(update, now);
  }

  #publishUpdate(update: Update, now: number): void {
    this.#emitter.add(update.message);
    this.#stats.countUpdate(update, now);
    if (!update.keyframe) return;
    this.#lastKeyframe = now;
    this.#keyframePending = true;
    for (const resolve of this.#keyframeWaiters.splice(0)) resolve({ seq: update.seq });
  }

  /** Another size, region, scale or masks. */
  async #changeView(): Promise<void> {
    this.#viewPending = false;
    await this.#endEpoch();
    // A resize even to the same size: nobody may resume across it, since what lies before it may be masked now.
    this.#emitter.addResize(this.#look.changeView(this.#settings));
  }

  /** Ends the epoch, so that decoders can forget and viewers can join. */
  async #endEpoch(): Promise<void> {
    await this.#flush();
    this.#emitter.endEpoch();
    this.#pipeline.endEpoch();
    this.#entrance.epochEnded();
  }

  async #flush(): Promise<void> {
    const { nextIndex } = this.#emitter;
    await this.#emitter.flush({
      seq: this.#pipeline.seq,
      epoch: this.#pipeline.epoch,
      time: this.#clocks.wall(),
    });
    if (this.#emitter.nextIndex === nextIndex) return;
    this.#lastEmission = this.#clocks.steady();
    if (this.#keyframePending) this.#entrance.keyframePublished(nextIndex);
    this.#keyframePending = false;
  }

  /** Tells viewers when the source went away, came back, or was paused. */
  #setState(): void {
    const lost = this.#source.lostReason;
    const state = lost !== undefined ? "lost" : this.#settings.paused ? "paused" : "live";
    if (state === this.#state) return;
    this.#state = state;
    this.#stateText = lost ?? (state === "paused" ? "paused by an administrator" : "");
    this.#emitter.add(stateMessage(state, this.#stateText));
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
