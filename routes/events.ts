/**
 * `GET /events`: the simple channel. Server-Sent Events whose data is one JSON object each:
 *
 *     id: SEQ
 *     data: {"seq","t","width","height","keyframe","patches":[{"x","y","w","h","png"}]}
 *
 * `png` is base64, colours are opaque, patches are drawn in order; a keyframe has one patch that covers
 * everything. Beside these (named, so that a plain `onmessage` does not see them): `hello`
 * `{"source","heartbeatMs","width","height"}`, `heartbeat` `{"time"}`, `state` `{"state","text"}`, `cursor`
 * `{"visible","x","y","shape"?}`, `check` `{"tiles"}`, `bye` `{"code","text"}`. `Last-Event-ID` resumes.
 */
import { z } from "@hono/zod-openapi";
import { ServerSentEventStream } from "@std/http/server_sent_event_stream.js";
import { BYE_CODES } from "../capture/messages.ts";
import type { EventFeed } from "./events/feed.ts";
import type { EventItem } from "./events/events_protocol.ts";
import { problemSchema } from "./problem.ts";
import { type AppContext, json, type Route } from "./route.ts";
import { type SourceLookup, sourceOf, sourceQuery, type Watched } from "./source_of.ts";
import { identify, refuseTooMany, STREAMING_HEADERS } from "./streaming.ts";
import type { ViewerRegistry } from "./viewers_registry.ts";

export interface EventsDeps {
  readonly sources: SourceLookup<Watched<unknown>>;
  /** The feed of a source. */
  readonly feedOf: (id: string) => EventFeed;
  readonly registry: ViewerRegistry;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
}

export function eventsRoutes(deps: EventsDeps): Route[] {
  return [{
    method: "get",
    path: "/events",
    role: "view",
    description: {
      summary: "Updates as Server-Sent Events",
      description: "JSON with PNG patches in base64; `Last-Event-ID` resumes.",
      tags: ["watch"],
      request: { query: z.object({ source: sourceQuery }) },
      responses: {
        404: json("There is no such source", problemSchema),
        200: { description: "The events", content: { "text/event-stream": {} } },
        503: json("There are as many viewers as there may be", problemSchema),
      },
    },
    handler: (c) => openEvents(c, deps),
  }];
}

function openEvents(c: AppContext, { sources, feedOf, registry, now }: EventsDeps): Response {
  const source = sourceOf(c, sources);
  refuseTooMany(registry);
  const feed = feedOf(source.id);
  const id = registry.newId();
  const reader = new EventReader(feed, Number(c.req.header("last-event-id") ?? NaN));
  const viewer = identify(c, { id, source: source.id, transport: "events", now });
  registry.add(id, {
    left: source.enter((reason, code) => reader.end(code, reason)),
    info: () => ({
      ...viewer,
      seq: reader.seq,
      bytes: reader.bytes,
      messages: reader.messages,
      catchUps: reader.catchUps,
      lagMs: null,
      link: null,
    }),
    end: (reason, text) => reader.end(reason, text),
  });
  feed.subscribe();
  let open = true;
  const leave = () => {
    if (open) feed.unsubscribe();
    open = false;
    registry.remove(id);
  };
  const events = new ReadableStream<EventItem>({
    async pull(controller) {
      try {
        const item = await reader.next();
        if (item) {
          controller.enqueue(item);
        } else {
          leave();
          controller.close();
        }
      } catch (error) {
        leave();
        throw error;
      }
    },
    cancel() {
      reader.end("disconnected", "");
      leave();
    },
  }, { highWaterMark: 0 });
  return new Response(events.pipeThrough(new ServerSentEventStream()), {
    headers: { ...STREAMING_HEADERS, "content-type": "text/event-stream" },
  });
}

/** One viewer's place in the feed. */
class EventReader {
  readonly #feed: EventFeed;
  readonly #generation: number;
  readonly #resume: number;
  #index: number | undefined;
  /** Events that lead to `#index`, still to be sent. */
  #entry: readonly EventItem[] = [];
  #ending: { code: number; text: string } | undefined;
  /** Ends the wait for a keyframe. */
  #wake = () => {};
  #ended = false;
  #greeted = false;
  seq = 0;
  bytes = 0;
  messages = 0;
  catchUps = 0;

  /** @param resume seq of the last event that the client has, or NaN */
  constructor(feed: EventFeed, resume: number) {
    this.#feed = feed;
    this.#generation = feed.generation;
    this.#resume = resume;
  }

  /** The next event; waits for it; `undefined` after the end. */
  async next(): Promise<EventItem | undefined> {
    for (;;) {
      if (this.#ended) return undefined;
      if (this.#ending !== undefined) {
        this.#ended = true;
        return this.#count({ event: "bye", data: JSON.stringify(this.#ending) });
      }
      // Behind the bye: a source that is closed tells its viewers why, and then closes its feed.
      if (this.#feed.generation !== this.#generation) return undefined;
      if (!this.#greeted) {
        this.#greeted = true;
        return this.#count(this.#feed.hello());
      }
      if (this.#entry.length > 0) {
        const [first, ...rest] = this.#entry;
        this.#entry = rest;
        return this.#count(first);
      }
      this.#index ??= this.#feed.indexAfter(this.#resume);
      if (this.#index === undefined) {
        await this.#enter();
        continue;
      }
      const item = this.#feed.get(this.#index);
      if (item) {
        this.#index++;
        return this.#count(item);
      }
      // The item is gone, not yet to come: this viewer was too slow.
      if (this.#index < this.#feed.end) {
        this.catchUps++;
        await this.#enter();
        continue;
      }
      await this.#feed.changed();
    }
  }

  end(reason: keyof typeof BYE_CODES, text: string): void {
    this.#ending ??= { code: BYE_CODES[reason], text };
    this.#wake();
    this.#feed.wakeAll();
  }

  /** Waits for the picture; no longer than until the end, since there may never be one. */
  #enter(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      const entered = (items: readonly EventItem[]) => {
        this.#entry = items;
        this.#index = this.#feed.end;
        resolve();
      };
      // A feed that has none any more is of another generation by then.
      this.#feed.keyframe().then(entered, () => resolve());
    });
  }

  #count(item: EventItem): EventItem {
    this.messages++;
    this.bytes += item.data?.length ?? 0;
    this.seq = item.id ?? this.seq;
    return item;
  }
}
