/**
 * The main thread's hold on the archive: starts the history Worker, asks it, and feeds it the streams of sources.
 *
 * A source is recorded by an ordinary viewer of its stream, inside the process. Its back-pressure is the viewer's: the
 * Worker is handed the next bytes when it is done with the ones before, and where it is slower than the
 * screen it gets a catch-up. Capture knows nothing of it.
 */
import { ViewerCursor, type ViewerOptions } from "../capture/viewer_cursor.ts";
import { HistoryOpenFailed } from "./database.ts";
import type { PictureView } from "./picture_refs.ts";
import type {
  Answerable,
  ArchiveOptions,
  ArchiveState,
  FromHistoryWorker,
  ToHistoryWorker,
} from "./worker_protocol.ts";

/** What an in-process viewer of a source needs. */
export type StreamSource = Pick<ViewerOptions, "ring" | "capture" | "now" | "hello">;

/** A stream that could not be understood is begun anew after this, ms. */
const RESTART_MS = 1000;

/** Screenshots on their way to the Worker from which on no more are to be let in; each is a whole picture. */
const ENOUGH_SHOTS_WAITING = 4;
/** Those that were let in already still get through, so many in all. */
const MAX_SHOTS_WAITING = 16;

/** A screenshot: B, G, R and an unused byte a pixel, rows without padding. */
export interface ShotPicture {
  readonly width: number;
  readonly height: number;
  readonly bgrx: Uint8Array<ArrayBuffer>;
}

/** The part of a Worker that is used, so that tests can have their own. */
export type HistoryWorker = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror">;

interface Feed {
  /** Tells the streams of a source apart: what the Worker says of an old one is not about the new one. */
  readonly stream: number;
  cursor: ViewerCursor;
  taken: (() => void) | undefined;
}

interface Asking {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

export class Archive {
  readonly #worker: HistoryWorker;
  readonly #asking = new Map<number, Asking>();
  readonly #feeds = new Map<string, Feed>();
  readonly #streams = new Map<string, StreamSource>();
  #nextId = 0;
  #nextStream = 0;
  #shotsWaiting = 0;
  #state: ArchiveState = { state: "recording", detail: "ok" };
  #closed: (() => void) | undefined;
  /** The Worker has failed: nothing is recorded any more. */
  #stopped = false;
  /** Why the Worker is no more: what it is told then is neither done nor answered. */
  #dead: Error | undefined;

  private constructor(worker: HistoryWorker) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromHistoryWorker>) => this.#hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(`the history Worker died: ${event.message}`);
    };
  }

  /**
   * Starts the Worker and opens the archive in it.
   * @param start for tests
   * @throws {HistoryOpenFailed} when another process has it, it has another format, or the disk refuses
   * @throws {RangeError} when a limit is out of its range
   */
  static async open(
    options: ArchiveOptions,
    start: () => HistoryWorker = startWorker,
  ): Promise<Archive> {
    if (!(options.fps >= 1 && options.fps <= 60)) {
      throw new RangeError(`Cannot set history fps: got ${options.fps}, wanted 1 to 60`);
    }
    const worker = start();
    const reason = await new Promise<string | undefined>((resolve) => {
      worker.onmessage = ({ data }: MessageEvent<FromHistoryWorker>) => {
        resolve(data.type === "refused" ? data.reason : undefined);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        resolve(event.message);
      };
      worker.postMessage({ type: "open", options } satisfies ToHistoryWorker);
    });
    if (reason !== undefined) {
      worker.terminate();
      throw new HistoryOpenFailed(reason);
    }
    return new Archive(worker);
  }

  /** Whether it records. */
  get state(): ArchiveState {
    return this.#state;
  }

  /** Records a source from now on, until `unfollow`; not at all once the Worker has failed. */
  follow(source: string, stream: StreamSource): void {
    if (this.#stopped) return;
    this.#streams.set(source, stream);
    this.#begin(source);
  }

  /** @param reason for people; what follows is a gap */
  unfollow(source: string, reason: string): void {
    this.#streams.delete(source);
    this.#leave(source);
    this.#tell({ type: "end", source, reason });
  }

  /** So many screenshots wait to be recorded that others had better come later. */
  get isBehind(): boolean {
    return this.#shotsWaiting >= ENOUGH_SHOTS_WAITING;
  }

  /**
   * Records a screenshot from elsewhere at the time when it was taken.
   * @param picture left out: the last one still stood then; copied before this returns
   * @returns false when it is not recorded, since too many wait to be or the Worker has failed
   */
  recordShot(source: string, time: number, picture: ShotPicture | undefined): boolean {
    if (this.#stopped || this.#shotsWaiting >= MAX_SHOTS_WAITING) return false;
    this.#shotsWaiting++;
    this.#tell({ type: "shot", source, time, picture: picture && viewOf(picture) });
    return true;
  }

  /** @param reason for people; what follows is a gap */
  endShots(source: string, reason: string): void {
    this.#tell({ type: "endShots", source, reason });
  }

  /**
   * Asks the store; see the method of that name.
   * @throws {Error} what the store throws, by its message; at once when the Worker has died
   */
  ask<K extends keyof Answerable>(
    what: K,
    ...args: Parameters<Answerable[K]>
  ): Promise<ReturnType<Answerable[K]>> {
    if (this.#dead) return Promise.reject(this.#dead);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#asking.set(id, { resolve, reject });
      this.#tell({ type: "ask", id, what, args });
    });
  }

  /** Writes what waits, closes the file and ends the Worker. Returns at once when that has died. */
  async close(): Promise<void> {
    for (const source of [...this.#feeds.keys()]) this.#leave(source);
    this.#streams.clear();
    if (this.#dead) return;
    await new Promise<void>((resolve) => {
      this.#closed = resolve;
      this.#tell({ type: "close" });
    });
    this.#end(new Error("the history is closed"));
  }

  #begin(source: string): void {
    const stream = this.#streams.get(source);
    if (!stream) return;
    this.#leave(source);
    const cursor = new ViewerCursor({ ...stream, form: "messages", resume: undefined });
    const feed = { stream: this.#nextStream++, cursor, taken: undefined };
    this.#feeds.set(source, feed);
    this.#tell({ type: "begin", source });
    this.#pump(source, feed).catch((error) => {
      // The capture of a stream that was replaced may fail long after.
      if (this.#feeds.get(source) === feed) this.#restartLater(source, String(error));
    });
  }

  async #pump(source: string, feed: Feed): Promise<void> {
    for (;;) {
      const parts = await feed.cursor.next();
      // A cursor that was replaced has nothing to say any more.
      if (!parts || this.#feeds.get(source) !== feed) return;
      const taken = new Promise<void>((resolve) => feed.taken = resolve);
      this.#tell({ type: "batch", source, stream: feed.stream, parts });
      await taken;
    }
  }

  #leave(source: string): void {
    const feed = this.#feeds.get(source);
    this.#feeds.delete(source);
    feed?.cursor.end("disconnected", "");
    feed?.taken?.();
  }

  #restartLater(source: string, reason: string): void {
    this.#leave(source);
    this.#tell({ type: "end", source, reason: `the stream was broken: ${reason}` });
    setTimeout(() => {
      // It may have been followed anew since.
      if (!this.#feeds.has(source)) this.#begin(source);
    }, RESTART_MS);
  }

  #tell(message: ToHistoryWorker): void {
    if (!this.#dead) this.#worker.postMessage(message);
  }

  #hear(message: FromHistoryWorker): void {
    // What was on its way when it died.
    if (this.#dead) return;
    switch (message.type) {
      case "taken": {
        const feed = this.#feeds.get(message.source);
        if (feed?.stream === message.stream) feed.taken?.();
        return;
      }
      case "shotTaken":
        this.#shotsWaiting = Math.max(0, this.#shotsWaiting - 1);
        return;
      case "broken":
        return this.#restartLater(message.source, message.reason);
      case "answer":
        return this.#take(message.id)?.resolve(message.answer as never);
      case "fault":
        return this.#take(message.id)?.reject(new Error(message.reason));
      case "state":
        if (!this.#stopped) this.#state = message.state;
        return;
      case "refused":
        return this.#stop(message.reason);
      case "closed":
        this.#closed?.();
    }
  }

  #take(id: number): Asking | undefined {
    const asking = this.#asking.get(id);
    this.#asking.delete(id);
    return asking;
  }

  /** The Worker could not do something: nothing is recorded any more until the next start; what was, can be read. */
  #stop(reason: string): void {
    this.#state = { state: "stopped", detail: reason };
    this.#stopped = true;
    for (const source of [...this.#feeds.keys()]) this.#leave(source);
    this.#streams.clear();
    this.#shotsWaiting = 0;
    // It may have been what it could not do.
    this.#closed?.();
  }

  /** The Worker died. */
  #fail(reason: string): void {
    if (this.#dead) return;
    this.#stop(reason);
    this.#end(new Error(reason));
  }

  /** Whoever waits for the Worker is told that it is no more. */
  #end(reason: Error): void {
    this.#dead = reason;
    this.#worker.terminate();
    for (const { reject } of this.#asking.values()) reject(reason);
    this.#asking.clear();
    this.#closed?.();
  }
}

function startWorker(): Worker {
  return new Worker(new URL("history_worker.ts", import.meta.url), {
    type: "module",
    name: "history",
  });
}

/** The same bytes as numbers 0x??RRGGBB, which is what they are on the little-endian machines that Deno runs on. */
function viewOf({ width, height, bgrx }: ShotPicture): PictureView {
  return { width, height, pixels: new Uint32Array(bgrx.buffer, bgrx.byteOffset, width * height) };
}
