/**
 * The feed of Server-Sent Events: one reader of the stream, one Worker that encodes, a small ring of what
 * came out, and any number of subscribers with an index into it.
 *
 * The Worker is handed the next piece of the stream when it is done with the one before; where PNG encoding
 * is slower than the screen, the reader falls behind like any viewer and gets one catch-up. Without
 * subscribers nothing is read.
 */
import { ViewerCursor, type ViewerOptions } from "../../capture/viewer_cursor.ts";
import type { EventItem, FromEventsWorker, ToEventsWorker } from "./events_protocol.ts";

/** What the ring of events holds at most, in characters and items; the newest item always stays. */
const MAX_RING_CHARS = 16 * 1024 * 1024;
const MAX_RING_ITEMS = 512;

/** The part of a Worker that is used, so that tests can have their own. */
export type EventsWorker = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror">;

export class EventFeed {
  /** Grows when the feed broke or was closed: streams of an older generation end. */
  generation = 0;
  readonly #source: Pick<ViewerOptions, "ring" | "capture" | "now" | "hello">;
  readonly #makeWorker: () => EventsWorker;
  #worker: EventsWorker | undefined;
  /** Reads the stream; `undefined`: nobody does. */
  #cursor: ViewerCursor | undefined;
  #items: EventItem[] = [];
  /** Index of `#items[0]`. */
  #start = 0;
  #chars = 0;
  #subscribers = 0;
  #waiting: (() => void)[] = [];
  #keyframes = new Map<
    number,
    { resolve(items: readonly EventItem[]): void; reject(error: Error): void }
  >();
  #nextKeyframe = 0;
  #batchDone: (() => void) | undefined;

  constructor(
    source: Pick<ViewerOptions, "ring" | "capture" | "now" | "hello">,
    makeWorker: () => EventsWorker = makeEventsWorker,
  ) {
    this.#source = source;
    this.#makeWorker = makeWorker;
  }

  /** Index that the next item will have. */
  get end(): number {
    return this.#start + this.#items.length;
  }

  /** Begins reading, if nobody did yet. Each call must be followed by one `unsubscribe`. */
  subscribe(): void {
    this.#subscribers++;
    // Not with the first one only: after a fault, a stalled viewer of before may not have left yet.
    if (!this.#cursor) this.#begin();
  }

  unsubscribe(): void {
    this.#subscribers--;
    if (this.#subscribers > 0) return;
    this.#endReading("nobody watches");
  }

  /** The item at `index`; `undefined` when it is gone or yet to come. */
  get(index: number): EventItem | undefined {
    return this.#items[index - this.#start];
  }

  /** Index behind the update with that seq, for viewers that resume; `undefined` when it is not held. */
  indexAfter(seq: number): number | undefined {
    const place = this.#items.findLastIndex((item) => item.id === seq);
    return place < 0 ? undefined : this.#start + place + 1;
  }

  /** What opens each stream of events. */
  hello(): EventItem {
    const { source, heartbeatMs, width, height } = this.#source.hello();
    return { event: "hello", data: JSON.stringify({ source, heartbeatMs, width, height }) };
  }

  /**
   * The source's state, the pointer and the whole picture as they are now; items from `end` (at that moment)
   * on follow them. Rejects when the feed breaks or is closed.
   */
  keyframe(): Promise<readonly EventItem[]> {
    const id = this.#nextKeyframe++;
    return new Promise((resolve, reject) => {
      this.#keyframes.set(id, { resolve, reject });
      this.#tell({ type: "keyframe", id });
    });
  }

  /** Resolves when there are new items, or at `wakeAll`. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  wakeAll(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** The source is no more, or its engine is another one: all streams end. */
  close(): void {
    this.#endAll("the source is closed");
  }

  #begin(): void {
    this.#forgetItems();
    this.#tell({ type: "reset" });
    const cursor = new ViewerCursor({ ...this.#source, form: "messages", resume: undefined });
    this.#cursor = cursor;
    this.#pump(cursor).catch((error) => {
      if (cursor === this.#cursor) this.#endAll(String(error));
    });
  }

  async #pump(cursor: ViewerCursor): Promise<void> {
    for (;;) {
      const parts = await cursor.next();
      // A cursor that was replaced has nothing to say any more.
      if (!parts || cursor !== this.#cursor) return;
      const done = new Promise<void>((resolve) => this.#batchDone = resolve);
      this.#tell({ type: "batch", parts });
      await done;
    }
  }

  #tell(message: ToEventsWorker): void {
    this.#worker ??= this.#startWorker();
    this.#worker.postMessage(message);
  }

  #startWorker(): EventsWorker {
    const worker = this.#makeWorker();
    // One that was replaced has nothing to say any more.
    worker.onmessage = ({ data }: MessageEvent<FromEventsWorker>) => {
      if (worker === this.#worker) this.#hear(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker === this.#worker) this.#endAll(event.message);
    };
    return worker;
  }

  #hear(message: FromEventsWorker): void {
    switch (message.type) {
      case "items":
        // Nobody may resume across it, since what lies before it may be masked now.
        if (message.anew) this.#forgetItems();
        this.#add(message.items);
        this.#batchDone?.();
        return;
      case "keyframe":
        this.#keyframes.get(message.id)?.resolve(message.items);
        this.#keyframes.delete(message.id);
        return;
      case "fault":
        this.#endAll(message.reason);
    }
  }

  #add(items: readonly EventItem[]): void {
    for (const item of items) {
      this.#items.push(item);
      this.#chars += item.data?.length ?? 0;
    }
    while (
      this.#items.length > 1 &&
      (this.#chars > MAX_RING_CHARS || this.#items.length > MAX_RING_ITEMS)
    ) {
      this.#chars -= this.#items.shift()!.data?.length ?? 0;
      this.#start++;
    }
    this.wakeAll();
  }

  /** What came so far can be had no more: who has all of it goes on, others get a keyframe. */
  #forgetItems(): void {
    this.#start = this.end;
    this.#items = [];
    this.#chars = 0;
  }

  /**
   * The source is gone, or the Worker or the reader broke. All streams end, and the feed begins anew with the
   * clients that come back: at their pace, so that a fault that stays cannot become a busy loop.
   */
  #endAll(reason: string): void {
    this.generation++;
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#endReading(reason);
    this.#batchDone?.();
    this.wakeAll();
  }

  /** Ends the reader, whose bye is for nobody, and the wait for keyframes that would have come of it. */
  #endReading(reason: string): void {
    this.#cursor?.end("disconnected", "");
    this.#cursor = undefined;
    for (const { reject } of this.#keyframes.values()) reject(new Error(reason));
    this.#keyframes.clear();
  }
}

function makeEventsWorker(): Worker {
  const url = new URL("events_worker.ts", import.meta.url);
  return new Worker(url, { type: "module", name: "events" });
}
