/**
 * An engine that runs only while somebody wants something of it: its Worker is started by the first viewer or
 * question, and stopped when there was neither for a while. To everybody else it is one engine all the time, with one
 * ring, in which the indexes of chunks count on from run to run.
 */
import type { LiveSettings } from "../../config.ts";
import { type Engine, EngineGone } from "../engine.ts";
import type { Rect } from "../geometry.ts";
import type { Hello } from "../messages.ts";
import { Ring, type RingLimits } from "../ring.ts";
import type { Target } from "../targets.ts";
import type {
  HealthAnswer,
  JoinPoint,
  JoinWish,
  PictureAnswer,
  PictureHead,
  StatsAnswer,
  TargetsAnswer,
} from "../worker_protocol.ts";

/** What can be done with any engine. */
export type AnyEngine = Pick<Engine, keyof Engine>;

/** Nobody wanted anything for this long: the Worker is stopped, ms. */
export const REST_MS = 30_000;
/** A Worker that died is not begun anew sooner than this after it was begun, ms. */
const LEAST_LIFE_MS = 1000;

/** What a `StandbyEngine` is made of. */
export interface StandbyOptions<E extends AnyEngine> {
  /** Name for people. */
  readonly label: string;
  readonly ring: RingLimits;
  /** What it begins with the first time; later with what it had. */
  readonly settings: LiveSettings;
  /** What opens a viewer's stream while it does not run. */
  readonly hello: (viewer: string) => Hello;
  /** Starts the Worker; `onFault` is to be called when it dies. */
  readonly start: (settings: LiveSettings, onFault: (error: Error) => void) => Promise<E>;
  /** It runs from now on; called before anything is asked of it. */
  readonly started: (engine: E) => void;
  /** It does not run any more. */
  readonly rested: () => void;
  /** It has died; whoever watches it is to be told. */
  readonly died: (error: Error) => void;
  /** ms, never jumps. */
  readonly steady: () => number;
  /** Calls `action` after `ms`; returns what cancels it. */
  readonly after: (ms: number, action: () => void) => () => void;
}

export class StandbyEngine<E extends AnyEngine> implements AnyEngine {
  readonly label: string;
  readonly note = undefined;
  readonly ring: Ring;
  readonly #options: StandbyOptions<E>;
  /** The run that there is, or is about to be. */
  #run: Promise<E> | undefined;
  /** The engine of the run, once it has started. */
  #engine: E | undefined;
  /** Resolves when the run before has ended. */
  #ended: Promise<void> = Promise.resolve();
  /** Index that the run's first chunk has in the ring. */
  #offset = 0;
  #settings: LiveSettings;
  #viewers = { count: 0, neededFps: Infinity };
  #startedAt = -Infinity;
  #cancelRest = () => {};
  #stopped = false;

  constructor(options: StandbyOptions<E>) {
    this.#options = options;
    this.label = options.label;
    this.ring = new Ring(options.ring);
    this.#settings = options.settings;
  }

  hello(viewer: string): Hello {
    return this.#engine?.hello(viewer) ?? this.#options.hello(viewer);
  }

  /** There is no choice. */
  get selected(): undefined {
    return undefined;
  }

  settings(): LiveSettings {
    return this.#engine?.settings() ?? this.#settings;
  }

  async change(patch: Partial<LiveSettings>): Promise<LiveSettings> {
    return this.#settings = await (await this.#running()).change(patch);
  }

  async keyframe(): Promise<{ seq: number }> {
    return await (await this.#running()).keyframe();
  }

  /** There is no choice. */
  targets(): Promise<TargetsAnswer | null> {
    return Promise.resolve(null);
  }

  async select(target: Target, region: Rect | null): Promise<LiveSettings> {
    return this.#settings = await (await this.#running()).select(target, region);
  }

  async stats(): Promise<StatsAnswer> {
    return await (await this.#running()).stats();
  }

  async look(): Promise<PictureHead> {
    return await (await this.#running()).look();
  }

  async picture(looked = false): Promise<PictureAnswer> {
    return await (await this.#running()).picture(looked);
  }

  async join(wish: JoinWish): Promise<JoinPoint> {
    const engine = await this.#running();
    const offset = this.#offset;
    const point = await engine.join({ ...wish, oldest: Math.max(0, wish.oldest - offset) });
    return { ...point, index: point.index + offset };
  }

  /** While it rests it is well: whoever wants a picture gets one. */
  async health(): Promise<HealthAnswer> {
    if (this.#engine) return await this.#engine.health();
    return { healthy: true, state: "live", detail: "ok", lastLookAgeMs: null, sleeping: true };
  }

  setViewers(count: number, neededFps: number): void {
    this.#viewers = { count, neededFps };
    this.#engine?.setViewers(count, neededFps);
    // Where it cannot be started, the viewer hears of it as soon as it joins.
    if (count > 0) this.#running().catch(() => {});
    else this.#restLater();
  }

  setSilence(reason: string | undefined): void {
    this.#engine?.setSilence(reason);
  }

  /** It shows nothing that is pushed to it. */
  show(): void {}

  showOnWall(sources: readonly string[]): void {
    this.#engine?.showOnWall(sources);
  }

  feed(source: string, feed: number, parts: readonly Uint8Array[]): void {
    this.#engine?.feed(source, feed, parts);
  }

  /** Ends the run, if there is one, for good. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#rest();
    await this.#ended;
  }

  #running(): Promise<E> {
    if (this.#stopped) return Promise.reject(new EngineGone(`${this.label} is closed`));
    if (!this.#run) {
      const run = this.#run = this.#begin();
      // One that was to rest meanwhile may have another after it, which goes on.
      run.catch(() => {
        if (this.#run === run) this.#run = undefined;
      });
    }
    if (this.#viewers.count === 0) this.#restLater();
    else this.#cancelRest();
    return this.#run;
  }

  async #begin(): Promise<E> {
    const { start, started, steady, after } = this.#options;
    await this.#ended;
    const pause = this.#startedAt + LEAST_LIFE_MS - steady();
    if (pause > 0) await new Promise<void>((resolve) => after(pause, resolve));
    this.#startedAt = steady();
    const begun: { engine?: E } = {};
    const engine = await start(this.#settings, (error) => this.#died(begun.engine, error));
    begun.engine = engine;
    this.#relay(engine);
    engine.setViewers(this.#viewers.count, this.#viewers.neededFps);
    started(engine);
    return engine;
  }

  /** What comes into the engine's ring goes on into the one that everybody reads. */
  #relay(engine: E): void {
    this.#engine = engine;
    // One index is left out: whoever reads the ring from the run before has lost its place, and joins anew.
    const offset = this.#offset = this.ring.end + 1;
    engine.ring.tell({
      chunkCame: () => {
        const chunk = engine.ring.get(engine.ring.end - 1);
        if (this.#engine !== engine || !chunk) return;
        this.ring.push({ ...chunk, index: chunk.index + offset });
      },
    });
  }

  #restLater(): void {
    this.#cancelRest();
    if (this.#run) this.#cancelRest = this.#options.after(REST_MS, () => this.#rest());
  }

  #rest(): void {
    this.#cancelRest();
    const run = this.#run;
    if (!run) return;
    this.#ended = run.then((engine) => {
      this.#leave(engine);
      return engine.stop();
    }).catch(() => {
      // It did not start, or died meanwhile: it has ended.
    });
    this.#run = undefined;
  }

  #died(engine: E | undefined, error: Error): void {
    if (!engine || this.#engine !== engine) return;
    this.#run = undefined;
    this.#leave(engine);
    this.#options.died(error);
    // One that is dead does not answer; nothing depends on it any more.
    engine.stop().catch(() => {});
    // Who follows it within this process is not told, and waits for what comes next.
    if (this.#viewers.count > 0) this.#running().catch(() => {});
  }

  #leave(engine: E): void {
    if (this.#engine !== engine) return;
    this.#settings = engine.settings();
    this.#engine = undefined;
    // Another run begins from nothing: nobody may go on from before it.
    this.ring.clear();
    this.#options.rested();
  }
}
