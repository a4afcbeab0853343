/** The slices of all sources: one Worker makes them, which starts with the first use. */
import type { Hello } from "../capture/messages.ts";
import type { Ring } from "../capture/ring.ts";
import type { ViewerOptions } from "../capture/viewer_cursor.ts";
import { afterTimeout } from "./after.ts";
import { SliceFeed, type SliceMaking } from "./feed.ts";
import type { FromSlicesWorker, MadePacket, ToSlicesWorker } from "./worker_protocol.ts";

/** What a feed reads; an `Engine` is one. */
export type SliceSource = ViewerOptions["capture"] & {
  readonly ring: Ring;
  hello(viewer: string): Hello;
};

/** The part of a Worker that is used, so that tests can have their own. */
export type SlicesWorker = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror">;

export interface SliceFeedsOptions {
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
  readonly start?: () => SlicesWorker;
  /** Calls `action` after `ms`; returns what cancels it. */
  readonly after?: (ms: number, action: () => void) => () => void;
}

const defaults = {
  start: startWorker,
  after: afterTimeout,
} as const satisfies Omit<SliceFeedsOptions, "now">;

interface Held {
  readonly source: SliceSource;
  readonly feed: SliceFeed;
}

/** A stream that the Worker is given. */
interface Stream {
  /** Tells the feed that it goes no further. */
  readonly broke: () => void;
  /** Answers the bytes that the Worker was given last. */
  taken: (version: number | undefined) => void;
}

export class SliceFeeds {
  readonly #options: Required<SliceFeedsOptions>;
  readonly #feeds = new Map<string, Held>();
  /** By number: an answer that is still on its way when its stream ends is nobody's. */
  readonly #streams = new Map<number, Stream>();
  readonly #asked = new Map<number, (packet: MadePacket | undefined) => void>();
  #worker: SlicesWorker | undefined;
  #nextStream = 0;
  #nextId = 0;

  constructor(options: SliceFeedsOptions) {
    this.#options = { ...defaults, ...options };
  }

  /** The feed of the source `id`, which reads `source`; a source that took the place of another has a new one. */
  of(id: string, source: SliceSource): SliceFeed {
    const known = this.#feeds.get(id);
    if (known?.source === source && !known.feed.closed) return known.feed;
    this.close(id);
    const { now, after } = this.#options;
    const hello = () => source.hello("slices");
    const feed: SliceFeed = new SliceFeed(
      { capture: source, ring: source.ring, now, hello },
      this.#making(() => feed.broke()),
      after,
    );
    this.#feeds.set(id, { source, feed });
    return feed;
  }

  /** The source is no more. */
  close(id: string): void {
    this.#feeds.get(id)?.feed.close();
    this.#feeds.delete(id);
  }

  /** Ends all feeds and the Worker. */
  closeAll(): void {
    for (const id of [...this.#feeds.keys()]) this.close(id);
    this.#dropWorker();
  }

  /** What one feed asks of the Worker: for one stream at a time, which is none before `begin`. */
  #making(broke: () => void): SliceMaking {
    let stream = -1;
    return {
      begin: (version) => {
        stream = this.#nextStream++;
        this.#streams.set(stream, { broke, taken: () => {} });
        this.#tell({ type: "begin", stream, version });
      },
      take: (parts) => {
        return new Promise((resolve) => {
          const begun = this.#streams.get(stream);
          if (!begun) return resolve(undefined);
          begun.taken = resolve;
          this.#tell({ type: "batch", stream, parts });
        });
      },
      packet: (since, format) => {
        const id = this.#nextId++;
        return new Promise((resolve) => {
          this.#asked.set(id, resolve);
          this.#tell({ type: "packet", id, stream, since, format });
        });
      },
      end: () => {
        if (this.#forget(stream)) this.#tell({ type: "end", stream });
      },
    };
  }

  #tell(message: ToSlicesWorker): void {
    this.#worker ??= this.#listen(this.#options.start());
    this.#worker.postMessage(message);
  }

  #listen(worker: SlicesWorker): SlicesWorker {
    worker.onmessage = ({ data }: MessageEvent<FromSlicesWorker>) => this.#hear(data);
    worker.onerror = (event) => {
      // Otherwise the fault of the Worker would end the program.
      event.preventDefault();
      if (worker !== this.#worker) return;
      this.#dropWorker();
    };
    return worker;
  }

  #hear(message: FromSlicesWorker): void {
    switch (message.type) {
      case "taken":
        return this.#streams.get(message.stream)?.taken(message.version);
      case "packet":
        this.#asked.get(message.id)?.(message.packet);
        this.#asked.delete(message.id);
        return;
      case "broken":
        this.#forget(message.stream)?.broke();
    }
  }

  /** Ends a stream here, and the wait for its answer; returns it where there was one. */
  #forget(number: number): Stream | undefined {
    const stream = this.#streams.get(number);
    this.#streams.delete(number);
    stream?.taken(undefined);
    return stream;
  }

  #dropWorker(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const answer of this.#asked.values()) answer(undefined);
    this.#asked.clear();
    for (const number of [...this.#streams.keys()]) this.#forget(number)?.broke();
  }
}

function startWorker(): Worker {
  const url = new URL("slices_worker.ts", import.meta.url);
  return new Worker(url, { type: "module", name: "slices" });
}
