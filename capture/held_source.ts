/** One source, and who watches it. */
import type { Size } from "./geometry.ts";
import type { BYE_CODES } from "./messages.ts";
import { ShotOrder } from "./shot_order.ts";
import type { SilenceWatch } from "./silence_watch.ts";
import type { PushedFrame } from "./worker_protocol.ts";

/** The part of an engine in use here. */
export interface SourceEngine {
  /** Name for people. */
  readonly label: string;
  /** The size of its picture, among other things. */
  hello(viewer: string): Size;
  /** @param neededFps the highest rate that one of them needs, per second; Infinity: whatever there is */
  setViewers(count: number, neededFps: number): void;
  /** Shows a picture, whose bytes it takes over. */
  show(frame: PushedFrame): void;
  /** Tells viewers why the picture may be old; `undefined`: it is not any more. */
  setSilence(reason: string | undefined): void;
  stop(): Promise<void>;
}

/** Where its pictures come from: this machine, a sender, or the other sources. */
export type SourceKind = "captured" | "pushed" | "wall";

/** The pace of a viewer who needs few pictures, per second: any slower, and what becomes of the source is told late. */
const SLOWEST_FPS = 1;

/** Hears why a source is closed under a viewer; the code is that of the stream's bye. */
export type Closed = (reason: string, code: keyof typeof BYE_CODES) => void;

export class HeldSource<E extends SourceEngine> {
  readonly id: string;
  readonly kind: SourceKind;
  readonly engine: E;
  readonly order: ShotOrder = new ShotOrder();
  /** Hears of each report of a pushed source's sender; `undefined` for a captured one. */
  readonly silence: SilenceWatch | undefined;
  /** When its sender was heard last, ms since the Unix epoch; `undefined` for a captured source. */
  pushedAt: number | undefined;
  /** Of the picture pushed last. */
  pushedSize: Size | undefined;
  /** Its sender was silent: the history has a gap, which only a picture ends, be it the same as before. */
  pictureWanted = false;
  /** What to tell each viewer when the source is closed, and the rate that it needs. */
  readonly #viewers = new Map<Closed, number>();
  /** The rates that those need who follow it within this process. */
  readonly #followers = new Set<{ readonly fps: number }>();

  /** @param silence of a pushed source */
  constructor(id: string, kind: SourceKind, engine: E, silence?: SilenceWatch) {
    this.id = id;
    this.kind = kind;
    this.engine = engine;
    this.silence = silence;
  }

  /** How many watch; who follows is not one of them. */
  get viewers(): number {
    return this.#viewers.size;
  }

  get size(): Size {
    const { width, height } = this.pushedSize ?? this.engine.hello("");
    return { width, height };
  }

  /** When the sender was heard last, if it has been silent for longer than it promised; ms since the Unix epoch. */
  get silentSince(): number | undefined {
    return this.silence?.silentSince;
  }

  /**
   * Counts a viewer; the engine sleeps without any.
   * @param closed hears why the source is closed under the viewer
   * @param fps pictures a second that it takes at most; nothing is captured more often for it
   * @returns what is called when the viewer leaves, once or more often
   */
  enter(closed: Closed = () => {}, fps = Infinity): () => void {
    // An own function for each: two viewers may give the same one.
    const viewer: Closed = (reason, code) => closed(reason, code);
    this.#viewers.set(viewer, fps);
    this.#tellEngine();
    return () => {
      if (this.#viewers.delete(viewer)) this.#tellEngine();
    };
  }

  /**
   * Keeps the engine awake for somebody within this process who does not need every picture: the history.
   * @param fps pictures a second that it takes at most; nothing is captured more often for it
   * @returns what is called when it leaves, once or more often
   */
  follow(fps: number): () => void {
    const follower = { fps };
    this.#followers.add(follower);
    this.#tellEngine();
    return () => {
      if (this.#followers.delete(follower)) this.#tellEngine();
    };
  }

  /**
   * Tells all viewers.
   * @param code `fault`: they may come back
   */
  close(reason: string, code: keyof typeof BYE_CODES = "disconnected"): void {
    this.silence?.stop();
    for (const closed of this.#viewers.keys()) closed(reason, code);
  }

  #tellEngine(): void {
    const count = this.viewers + this.#followers.size;
    let neededFps = SLOWEST_FPS;
    for (const fps of this.#viewers.values()) neededFps = Math.max(neededFps, fps);
    for (const { fps } of this.#followers) neededFps = Math.max(neededFps, fps);
    this.engine.setViewers(count, count > 0 ? neededFps : Infinity);
  }
}
