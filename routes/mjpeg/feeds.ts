/** The MJPEG feeds, one a source, made with their first use. */
import type { Hello } from "../../capture/messages.ts";
import type { Ring } from "../../capture/ring.ts";
import type { Joining } from "../../capture/viewer_cursor.ts";
import { MjpegFeed } from "./feed.ts";

/** What a feed reads; an `Engine` is one. */
export type FeedEngine = Joining & {
  readonly ring: Ring;
  hello(viewer: string): Hello;
};

export class MjpegFeeds {
  readonly #feeds = new Map<string, { readonly engine: FeedEngine; readonly feed: MjpegFeed }>();
  readonly #now: () => number;

  /** @param now wall clock, ms since the Unix epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The feed of the source `id`, whose engine may be another one than last time. */
  of(id: string, engine: FeedEngine): MjpegFeed {
    const known = this.#feeds.get(id);
    if (known?.engine === engine) return known.feed;
    known?.feed.close();
    const feed = new MjpegFeed({
      capture: engine,
      ring: engine.ring,
      now: this.#now,
      hello: () => engine.hello("mjpeg"),
    });
    this.#feeds.set(id, { engine, feed });
    return feed;
  }

  /** The source is no more. */
  close(id: string): void {
    this.#feeds.get(id)?.feed.close();
    this.#feeds.delete(id);
  }

  closeAll(): void {
    for (const id of [...this.#feeds.keys()]) this.close(id);
  }
}
