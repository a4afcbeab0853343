/**
 * Brings the streams of all sources to the wall. Each is read by an ordinary viewer inside the process, which counts as
 * none and asks for little: nothing is captured more often for the wall, nothing encoded twice. The Worker of the
 * wall gets the next bytes of a source when it is done with the ones before; where it is slower than a source, it
 * gets a catch-up, as any viewer does.
 */
import type { HeldSource, SourceEngine } from "../held_source.ts";
import type { Hello } from "../messages.ts";
import type { Ring } from "../ring.ts";
import { MAX_CELLS, WALL_FPS } from "../sources/wall/grid.ts";
import { type Joining, ViewerCursor } from "../viewer_cursor.ts";

/** How soon the wall learns of sources that have come or gone, and streams that broke are begun anew, ms. */
const LOOK_MS = 1000;

/** The engine of a source on the wall. */
export interface WallSource extends SourceEngine, Joining {
  readonly ring: Ring;
  hello(viewer: string): Hello;
}

/** Where the streams go. */
export interface WallEngine {
  showOnWall(sources: readonly string[]): void;
  feed(source: string, feed: number, parts: readonly Uint8Array[]): void;
}

/** What `WallFeeds` is made of. */
export interface FeedsOptions {
  /** The sources that there are, in their order. */
  readonly sources: () => readonly HeldSource<WallSource>[];
  readonly engine: WallEngine;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
  /** Calls `action` after `ms`; returns what cancels it. */
  readonly after: (ms: number, action: () => void) => () => void;
}

interface Feed {
  readonly id: number;
  readonly source: HeldSource<WallSource>;
  readonly cursor: ViewerCursor;
  /** It needs no pictures any more. */
  readonly unfollow: () => void;
  /** The Worker is done with what it has got. */
  taken: () => void;
  /** It has to be begun anew. */
  broken: boolean;
}

/** The ids of what a wall of these sources shows, in their order: the first `MAX_CELLS`. */
export function shownOf(sources: readonly { readonly id: string }[]): string[] {
  return sources.slice(0, MAX_CELLS).map(({ id }) => id);
}

export class WallFeeds {
  readonly #options: FeedsOptions;
  readonly #feeds = new Map<number, Feed>();
  #shown: readonly string[];
  #nextId = 0;
  #cancel = () => {};

  /**
   * Begins at once.
   * @param shown ids of what the wall shows already
   */
  constructor(options: FeedsOptions, shown: readonly string[]) {
    this.#options = options;
    this.#shown = shown;
    this.#look();
  }

  /** Ids of what the wall shows, in their order. */
  get shown(): readonly string[] {
    return this.#shown;
  }

  /** The Worker is done with what it was fed; with a fault, the stream is begun anew soon. */
  fed(id: number, fault: string | undefined): void {
    const feed = this.#feeds.get(id);
    if (!feed) return;
    if (fault !== undefined) feed.broken = true;
    feed.taken();
  }

  stop(): void {
    this.#cancel();
    for (const feed of [...this.#feeds.values()]) this.#end(feed);
  }

  /** Feeds the wall what there is now, and looks again later. */
  #look(): void {
    const { sources, engine, after } = this.#options;
    const wanted = sources().slice(0, MAX_CELLS);
    const ids = shownOf(wanted);
    if (ids.length !== this.#shown.length || ids.some((id, i) => id !== this.#shown[i])) {
      this.#shown = ids;
      engine.showOnWall(ids);
    }
    for (const feed of [...this.#feeds.values()]) {
      if (feed.broken || !wanted.includes(feed.source)) this.#end(feed);
    }
    const fed = new Set([...this.#feeds.values()].map(({ source }) => source));
    for (const source of wanted) if (!fed.has(source)) this.#begin(source);
    this.#cancel = after(LOOK_MS, () => this.#look());
  }

  #begin(source: HeldSource<WallSource>): void {
    const { engine } = source;
    const cursor = new ViewerCursor({
      form: "messages",
      ring: engine.ring,
      capture: engine,
      hello: () => engine.hello("wall"),
      resume: undefined,
      now: this.#options.now,
    });
    const unfollow = source.follow(WALL_FPS);
    const feed: Feed = {
      id: this.#nextId++,
      source,
      cursor,
      unfollow,
      taken: () => {},
      broken: false,
    };
    this.#feeds.set(feed.id, feed);
    // Of an engine that has died, say: it is not asked again before the next look.
    this.#pump(feed).catch(() => feed.broken = true);
  }

  async #pump(feed: Feed): Promise<void> {
    for (;;) {
      const parts = await feed.cursor.next();
      if (!parts || !this.#feeds.has(feed.id)) return;
      const taken = new Promise<void>((resolve) => feed.taken = resolve);
      this.#options.engine.feed(feed.source.id, feed.id, parts);
      await taken;
      if (feed.broken) return;
    }
  }

  #end(feed: Feed): void {
    this.#feeds.delete(feed.id);
    feed.unfollow();
    feed.cursor.end("disconnected", "");
    feed.taken();
  }
}
