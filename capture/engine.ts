/**
 * The main thread's hold on the capture Worker: starts it, asks it, and keeps the ring that it fills.
 */
import type { LiveSettings } from "../config.ts";
import type { Rect, Size } from "./geometry.ts";
import type { Hello } from "./messages.ts";
import { Ring, type RingLimits } from "./ring.ts";
import { HEARTBEAT_MS } from "./schedule.ts";
import { SettingRefused } from "./setting_refused.ts";
import type { Target } from "./targets.ts";
import type {
  Asked,
  Command,
  HealthAnswer,
  JoinPoint,
  JoinWish,
  PictureAnswer,
  PictureHead,
  PushedFrame,
  Report,
  SourceSpec,
  StatsAnswer,
  TargetsAnswer,
} from "./worker_protocol.ts";

/** The Worker of the source has died, or was stopped: nobody answers any more. */
export class EngineGone extends Error {
  override name = "EngineGone";
}

/** The source that was asked for cannot be opened. */
export class StartFailed extends Error {
  override name = "StartFailed";
}

export interface EngineOptions {
  readonly source: SourceSpec;
  /** True: a source that is not there is waited for, with viewers told so. Default: the start fails. */
  readonly patient?: boolean;
  readonly settings: LiveSettings;
  readonly ring: RingLimits;
  /** Called when the Worker dies of a fault: nothing will ever be captured again. */
  readonly onFault: (error: Error) => void;
  /** Of the wall: hears that it is done with what it was fed, and why a stream has to begin anew. */
  readonly onFed?: (feed: number, fault: string | undefined) => void;
}

/** How long the Worker may take to answer before it counts as stuck, ms. */
const HEALTH_TIMEOUT_MS = 3000;

interface Asking {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

export class Engine {
  readonly ring: Ring;
  /** Name of the source for people. */
  readonly label: string;
  /** Why it is this source, where that needs a word. */
  readonly note: string | undefined;
  readonly #worker: Worker;
  readonly #asking = new Map<number, Asking>();
  #nextId = 0;
  /** Why nobody answers any more. */
  #gone: Error | undefined;
  #settings: LiveSettings;
  /** What was selected last; `undefined`: nothing was. */
  #selected: Target | undefined;
  /** The frame's size as of the newest join or chunk: what a viewer who has all of these has. */
  #size: Size;

  private constructor(
    worker: Worker,
    options: EngineOptions,
    started: Extract<Report, { type: "started" }>,
  ) {
    this.#worker = worker;
    this.#settings = options.settings;
    this.ring = new Ring(options.ring);
    this.label = started.label;
    this.note = started.note;
    this.#size = { width: started.width, height: started.height };
    worker.onmessage = ({ data }: MessageEvent<Report>) => this.#hear(data, options);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(new EngineGone(`The capture Worker died: ${event.message}`), options.onFault);
    };
  }

  /**
   * Starts the Worker and opens the source in it.
   * @throws {StartFailed} when there is no such source
   */
  static async start(options: EngineOptions): Promise<Engine> {
    const url = new URL("capture_worker.ts", import.meta.url);
    const worker = new Worker(url, { type: "module", name: "capture" });
    const started = await new Promise<Report>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Report>) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(`The capture Worker did not start: ${event.message}`));
      };
      // Counting on from the clock makes seqs and epochs unique across restarts, so that nobody resumes
      // another run's stream by accident: a thousand updates a second would be needed to overtake it.
      const now = Date.now();
      const { source, settings, patient = false } = options;
      worker.postMessage(
        { type: "start", source, patient, settings, seq: now, epoch: now } satisfies Command,
      );
    });
    if (started.type !== "started") {
      worker.terminate();
      throw new StartFailed(started.type === "failed" ? started.reason : "unexpected report");
    }
    return new Engine(worker, options, started);
  }

  /** What opens a viewer's stream. */
  hello(viewer: string): Hello {
    return { ...this.#size, source: this.label, viewer, heartbeatMs: HEARTBEAT_MS };
  }

  settings(): LiveSettings {
    return this.#settings;
  }

  /** What `select` was told last; `undefined`: what the source was opened for. */
  get selected(): Target | undefined {
    return this.#selected;
  }

  /**
   * Changes live settings; resolves once they are in effect, with all of them.
   * @throws {SettingRefused} when they do not fit the source
   */
  async change(patch: Partial<LiveSettings>): Promise<LiveSettings> {
    this.#settings = await this.#ask("settings", { patch });
    return this.#settings;
  }

  keyframe(): Promise<{ seq: number }> {
    return this.#ask("keyframe", {});
  }

  /** What there is to capture; `null` where there is no choice. */
  targets(): Promise<TargetsAnswer | null> {
    return this.#ask("targets", {});
  }

  /**
   * Captures something else, and of it the region; `null` for all of it. Resolves with all live settings.
   * @throws {SettingRefused} when there is no such thing, or nothing of it in the region
   */
  async select(target: Target, region: Rect | null): Promise<LiveSettings> {
    this.#settings = await this.#ask("select", { target, region });
    this.#selected = target;
    return this.#settings;
  }

  stats(): Promise<StatsAnswer> {
    return this.#ask("stats", {});
  }

  /** What `picture` would give, without its pixels: costs next to nothing while nothing changes. */
  look(): Promise<PictureHead> {
    return this.#ask("look", {});
  }

  /** @param looked the caller has just asked for a `look`: nothing is looked at again */
  picture(looked = false): Promise<PictureAnswer> {
    return this.#ask("picture", { looked });
  }

  async join(wish: JoinWish): Promise<JoinPoint> {
    const point = await this.#ask("join", wish);
    this.#size = { width: point.width, height: point.height };
    return point;
  }

  /** Unhealthy also when the Worker does not answer: stuck in a call to a source that hangs, say. */
  async health(): Promise<HealthAnswer> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const unhealthy = (detail: string): HealthAnswer => {
      return { healthy: false, state: "lost", detail, lastLookAgeMs: null, sleeping: false };
    };
    if (this.#gone) return unhealthy(this.#gone.message);
    const stuck = new Promise<HealthAnswer>((resolve) => {
      const detail = `the capture Worker has not answered for ${HEALTH_TIMEOUT_MS} ms`;
      timer = setTimeout(() => resolve(unhealthy(detail)), HEALTH_TIMEOUT_MS);
    });
    try {
      return await Promise.race([this.#ask("health", {}), stuck]);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * How many viewers there are; with none the Worker sleeps.
   * @param neededFps the highest rate that one of them needs, per second; Infinity: whatever the setting gives
   */
  setViewers(count: number, neededFps: number): void {
    this.#tell({ type: "viewers", count, neededFps });
  }

  /** Tells viewers of a pushed source why its picture may be old; `undefined`: its sender was heard again. */
  setSilence(reason: string | undefined): void {
    this.#tell({ type: "silence", reason });
  }

  /** Shows a frame, where the source is a pushed one; takes its bytes over. */
  show(frame: PushedFrame): void {
    this.#worker.postMessage({ type: "frame", frame } satisfies Command, [frame.bgrx.buffer]);
  }

  /** Of the wall: shows these sources from now on, in their order. */
  showOnWall(sources: readonly string[]): void {
    this.#tell({ type: "wall", sources });
  }

  /**
   * Of the wall: hands over bytes of a source's message stream; `onFed` hears when it is done with them.
   * @param feed number of the stream; one that begins anew has another number
   */
  feed(source: string, feed: number, parts: readonly Uint8Array[]): void {
    this.#tell({ type: "feed", source, feed, parts });
  }

  /**
   * Closes the source, shared memory included, and ends the Worker.
   * @throws {EngineGone} when it has died, or was stopped before: then it has ended already
   */
  async stop(): Promise<void> {
    try {
      await this.#ask("stop", {});
    } finally {
      // Also one that could not close its source. Who asks for measurements at this moment must not wait for ever.
      this.#end(new EngineGone("The source is closed"));
    }
  }

  #ask<K extends keyof Asked>(what: K, command: Asked[K]["command"]): Promise<Asked[K]["answer"]> {
    if (this.#gone) return Promise.reject(this.#gone);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#asking.set(id, { resolve, reject });
      this.#tell({ type: "ask", id, what, ...command } as Command);
    });
  }

  #tell(command: Command): void {
    this.#worker.postMessage(command);
  }

  #hear(report: Report, { onFault, onFed }: EngineOptions): void {
    switch (report.type) {
      case "chunk":
        this.#size = report.chunk.resizes ?? this.#size;
        this.ring.push(report.chunk);
        return;
      case "fed":
        return onFed?.(report.feed, report.fault);
      case "answer":
        this.#take(report.id)?.resolve(report.answer as never);
        return;
      case "refused":
        this.#take(report.id)?.reject(new SettingRefused(report.refusal));
        return;
      case "fault":
        this.#take(report.id)?.reject(new Error(report.reason));
        return;
      case "failed":
        this.#fail(new EngineGone(report.reason), onFault);
    }
  }

  #take(id: number): Asking | undefined {
    const asking = this.#asking.get(id);
    this.#asking.delete(id);
    return asking;
  }

  #fail(error: Error, onFault: (error: Error) => void): void {
    // What a Worker that is being ended still says is nothing to whoever has another one by now.
    if (this.#gone) return;
    this.#end(error);
    onFault(error);
  }

  /** Ends the Worker: nobody answers any more. */
  #end(error: Error): void {
    if (this.#gone) return;
    this.#gone = error;
    this.#worker.terminate();
    for (const { reject } of this.#asking.values()) reject(error);
    this.#asking.clear();
  }
}
