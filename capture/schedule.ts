/**
 * When the capture loop has something to do, and how often it may.
 *
 * Nobody watches: it sleeps, and looks once a second whether the source is still there. Somebody does: a source that
 * tells of news is listened to, another one is polled, both at the pace of `fps`, or of the highest rate that anybody
 * needs where that is lower (the history and MJPEG, which take a few pictures a second, need no sixty looks). Beside that
 * there are things to do though the source tells of nothing: heartbeats, repairs, full looks, forced keyframes.
 */
import type { LiveSettings } from "../config.ts";
import type { Asks } from "./asks.ts";
import type { Clocks } from "./loop.ts";
import type { Look } from "./look.ts";
import type { Outlet } from "./outlet.ts";
import { Pacer } from "./pacer.ts";
import type { SourceKeeper } from "./source_keeper.ts";

/** A heartbeat goes out this long after anything else, while somebody watches. */
export const HEARTBEAT_MS = 2000;
/** While asleep the source is polled this often. */
const SLEEP_POLL_MS = 1000;

export interface ScheduleOptions {
  readonly clocks: Clocks;
  readonly source: SourceKeeper;
  readonly look: Look;
  readonly outlet: Outlet;
  readonly settings: () => LiveSettings;
  /** Who waits for a tick. */
  readonly asks: Asks;
}

export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #pacer = new Pacer();
  #viewers = 0;
  /** The highest rate that one of them needs, per second. */
  #neededFps = Infinity;
  /** When the source was asked or polled last; ms, steady. */
  #lastLook = -Infinity;
  /** The source may have news, or settings are new: it is to be asked. */
  #heard = false;
  /** When the last tick began; ms, steady. */
  #lastTick = -Infinity;
  /** By when the next step should have begun; ms, steady. */
  #dueAt: number;

  constructor(options: ScheduleOptions) {
    this.#options = options;
    this.#dueAt = options.clocks.steady();
  }

  get viewers(): number {
    return this.#viewers;
  }

  /** Ticks a second that are allowed now: the setting, or less where nobody needs as many. */
  get fps(): number {
    const { fps } = this.#options.settings();
    return this.#viewers > 0 ? Math.min(fps, this.#neededFps) : fps;
  }

  /** Ticks that fell out because the one before took too long. */
  get missed(): number {
    return this.#pacer.missed;
  }

  get sleeping(): boolean {
    const { outlet, asks } = this.#options;
    const asked = asks.wantsKeyframe || asks.wantsLook;
    return this.#viewers === 0 && outlet.entrance.waiting === 0 && !asked;
  }

  /** The source's news are a reason for a step, now: not before the pace allows it, and not while asleep. */
  get listens(): boolean {
    const { source, clocks } = this.#options;
    return source.tells && !this.sleeping && this.#pacer.delay(clocks.steady()) === 0;
  }

  /** The source is to be polled though the loop sleeps. */
  isSleepPollDue(now: number): boolean {
    return now - this.#lastLook >= SLEEP_POLL_MS;
  }

  /** Another number of viewers, and the highest rate that one of them needs; a higher one is in effect at once. */
  setViewers(count: number, neededFps: number): void {
    const before = this.fps;
    this.#viewers = count;
    this.#neededFps = neededFps;
    if (this.fps > before) this.#pacer.reset();
  }

  /** The next tick is due now. */
  atOnce(): void {
    this.#pacer.reset();
    this.#heard = true;
    this.#dueAt = this.#options.clocks.steady();
  }

  /** The wait for the source's news has ended. */
  heard(): void {
    this.#heard = true;
    this.#dueAt = Math.min(this.#dueAt, this.#options.clocks.steady());
  }

  /** A step has been done. */
  stepped(): void {
    this.#dueAt = this.#options.clocks.steady() + this.delay();
  }

  /** ms since the last look at the source; Infinity before the first. */
  lookAge(now: number): number {
    return Math.max(0, now - this.#lastLook);
  }

  /** For how long a step has been due, ms. */
  lateness(now: number): number {
    return Math.max(0, now - this.#dueAt);
  }

  /** The source is looked at. */
  looked(now: number): void {
    this.#lastLook = now;
  }

  /** ms until a step has something to do, if the source does not tell of anything before. */
  delay(): number {
    const { clocks, source, outlet } = this.#options;
    const now = clocks.steady();
    const asked = this.#askedDelay(now);
    if (asked === 0) return 0;
    if (this.sleeping) return Math.max(0, this.#lastLook + SLEEP_POLL_MS - now);
    const pace = this.#pacer.delay(now);
    // With a source that tells, the pace only says when the loop listens again.
    const tick = pace > 0 && source.tells ? pace : Math.max(pace, this.#ownDelay(now));
    return Math.min(tick, asked, outlet.entrance.delay());
  }

  /** A tick has something to do, and may run. */
  isTickDue(now: number): boolean {
    if (this.#askedDelay(now) === 0) return true;
    const hasWork = this.#heard || this.#ownDelay(now) === 0;
    return hasWork && this.#pacer.delay(now) === 0;
  }

  /** A tick begins at `now`. */
  tickBegins(now: number): void {
    const { source } = this.#options;
    // A heartbeat alone takes no turn: what happens right after it is not made to wait.
    const asked = this.#askedDelay(now) === 0;
    const counts = this.#heard || asked || !this.isHeartbeatDue(now);
    this.#heard = false;
    this.#lastTick = now;
    if (!source.tells) this.#pacer.ran(now, this.fps);
    else if (counts) this.#pacer.answered(now, this.fps);
  }

  /** The tick that began at `now`, of a source that tells, has looked and sent. */
  tickTook(now: number): void {
    this.#pacer.took(now, this.#options.clocks.steady(), this.fps);
  }

  /** This tick has to send a heartbeat, if it sends nothing else. */
  isHeartbeatDue(now: number): boolean {
    return this.#heartbeatDelay(now) === 0;
  }

  /**
   * ms until those who wait for a tick get one; Infinity: nobody does. Pictures that are asked for make no more
   * ticks than the setting allows, though more than viewers need who take few.
   */
  #askedDelay(now: number): number {
    const { asks, settings } = this.#options;
    if (asks.wantsKeyframe) return 0;
    if (!asks.wantsLook) return Infinity;
    return Math.max(0, this.#lastTick + 1000 / settings().fps - now);
  }

  /** ms until a tick has something to do though the source tells of nothing. */
  #ownDelay(now: number): number {
    if (this.#heard) return 0;
    const { source, outlet, look } = this.#options;
    const settings = this.#options.settings();
    const own = Math.min(source.delay(now), this.#heartbeatDelay(now));
    if (!source.tells || settings.paused) return own;
    const { keyframeIntervalMs } = settings;
    const keyframe = keyframeIntervalMs > 0
      ? Math.max(0, outlet.lastKeyframe + keyframeIntervalMs - now)
      : Infinity;
    return Math.min(own, keyframe, look.delay(now, settings));
  }

  #heartbeatDelay(now: number): number {
    if (this.#viewers === 0) return Infinity;
    const { source, outlet } = this.#options;
    // Of a source that is polled, each tick looks whether the next would be too late.
    const spare = source.tells ? 0 : 1000 / this.fps;
    return Math.max(0, outlet.lastEmission + HEARTBEAT_MS - spare - now);
  }
}
