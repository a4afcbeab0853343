/**
 * The wall: all sources in one view, as a source of its own, so that everything that shows a source shows the wall.
 * Its Worker decodes and draws; it is started by the first viewer, and stopped when there was none for long.
 */
import type { LiveSettings } from "../../config.ts";
import { HeldSource } from "../held_source.ts";
import type { RingLimits } from "../ring.ts";
import { HEARTBEAT_MS } from "../schedule.ts";
import { WALL_ID } from "../source_ids.ts";
import { type Grid, gridOf, WALL_LABEL } from "../sources/wall/grid.ts";
import type { WallSpec } from "../worker_protocol.ts";
import { shownOf, WallFeeds, type WallSource } from "./feeds.ts";
import { type AnyEngine, StandbyEngine } from "./standby_engine.ts";

/** What the engine of a wall is started with. */
export interface WallStart {
  readonly source: WallSpec;
  readonly settings: LiveSettings;
  readonly onFault: (error: Error) => void;
  readonly onFed: (feed: number, fault: string | undefined) => void;
}

/** What a `Wall` is made of. */
export interface WallOptions<E extends AnyEngine> {
  /** The sources that there are, in their order, without the wall. */
  readonly sources: () => readonly HeldSource<WallSource>[];
  /** Starts the wall's engine; see `EngineOptions`. */
  readonly start: (options: WallStart) => Promise<E>;
  readonly settings: LiveSettings;
  readonly ring: RingLimits;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
  /** ms, never jumps; default `performance.now`. */
  readonly steady?: () => number;
  /** Calls `action` after `ms`; returns what cancels it. Default: a timer. */
  readonly after?: (ms: number, action: () => void) => () => void;
  /** Hears why the Worker has died; its viewers have been told, and the next one starts another. */
  readonly onDied?: (reason: string) => void;
}

/** Where a source lies on the wall, pixels. */
export interface PlacedSource {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** What lies where on the wall. */
export interface WallLayout {
  readonly width: number;
  readonly height: number;
  readonly cells: readonly PlacedSource[];
}

export class Wall<E extends AnyEngine> {
  /** What is watched; its engine is always there, and its Worker when it is needed. */
  readonly source: HeldSource<StandbyEngine<E>>;
  readonly #options: WallOptions<E>;
  #feeds: WallFeeds | undefined;
  /** What the Worker that is being started shows at first. */
  #firstShown: readonly string[] = [];

  constructor(options: WallOptions<E>) {
    this.#options = options;
    const { after = afterTimer, steady = () => performance.now() } = options;
    const engine = new StandbyEngine<E>({
      label: WALL_LABEL,
      ring: options.ring,
      settings: options.settings,
      hello: (viewer) => {
        const { width, height } = this.#grid;
        return { width, height, source: WALL_LABEL, viewer, heartbeatMs: HEARTBEAT_MS };
      },
      start: (settings, onFault) => this.#start(settings, onFault),
      started: (engine) => {
        const { sources, now } = options;
        this.#feeds = new WallFeeds({ sources, engine, now, after }, this.#firstShown);
      },
      rested: () => this.#rested(),
      died: ({ message }) => {
        this.source.close(message, "fault");
        options.onDied?.(message);
      },
      steady,
      after,
    });
    this.source = new HeldSource(WALL_ID, "wall", engine);
  }

  /** What lies where: on the picture, or on the one that the next viewer will get. */
  layout(): WallLayout {
    const { width, height, cells } = this.#grid;
    const ids = this.#shown;
    return { width, height, cells: cells.map((cell, i) => ({ id: ids[i], ...cell })) };
  }

  /** Ends the Worker, if it runs, and starts none any more. */
  async stop(): Promise<void> {
    await this.source.engine.stop();
  }

  get #shown(): readonly string[] {
    return this.#feeds?.shown ?? shownOf(this.#options.sources());
  }

  get #grid(): Grid {
    return gridOf(this.#shown.length);
  }

  #start(settings: LiveSettings, onFault: (error: Error) => void): Promise<E> {
    const sources = this.#firstShown = shownOf(this.#options.sources());
    return this.#options.start({
      source: { kind: "wall", sources },
      settings,
      onFault,
      onFed: (feed, fault) => this.#feeds?.fed(feed, fault),
    });
  }

  #rested(): void {
    this.#feeds?.stop();
    this.#feeds = undefined;
  }
}

function afterTimer(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
}
