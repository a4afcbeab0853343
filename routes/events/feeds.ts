/** The feeds of Server-Sent Events, one a source, made with their first use. */
import type { ViewerOptions } from "../../capture/viewer_cursor.ts";
import type { Hello } from "../../capture/messages.ts";
import type { Ring } from "../../capture/ring.ts";
import { EventFeed } from "./feed.ts";

/** What a feed reads; an `Engine` is one. */
export type FeedSource = ViewerOptions["capture"] & {
  readonly ring: Ring;
  hello(viewer: string): Hello;
};

export class EventFeeds {
  readonly #feeds = new Map<string, { readonly source: FeedSource; readonly feed: EventFeed }>();
  readonly #now: () => number;

  /** @param now wall clock, ms since the Unix epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The feed of the source `id`, which reads `source`: an engine that may be another one than last time. */
  of(id: string, source: FeedSource): EventFeed {
    const known = this.#feeds.get(id);
    if (known?.source === source) return known.feed;
    known?.feed.close();
    const feed = new EventFeed({
      capture: source,
      ring: source.ring,
      now: this.#now,
      hello: () => source.hello("events"),
    });
    this.#feeds.set(id, { source, feed });
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
