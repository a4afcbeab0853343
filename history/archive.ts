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

interface Feed {
  cursor: ViewerCursor;
  taken: (() => void) | undefined;
}

interface Asking {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

export class Archive {
  readonly #worker: Worker;
  readonly #asking = new Map<number, Asking>();
  readonly #feeds = new Map<string, Feed>();
  readonly #streams = new Map<string, StreamSource>();
  #nextId = 0;
  #shotsWaiting = 0;
  #state: ArchiveState = { state: "recording", detail: "ok" };
  #closed: (() => void) | undefined;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromHistoryWorker>) => this.#hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(`the history Worker died: ${event.message}`);
    };
  }

  /**
   * Starts the Worker and opens the archive in it.
   * @throws {HistoryOpenFailed} when another process has it, it has another format, or the disk refuses
   * @throws {RangeError} when a limit is out of its range
   */
  static async open(options: ArchiveOptions): Promise<Archive> {
    if (!(options.fps >= 1 && options.fps <= 60)) {
      throw new RangeError(`Cannot set history fps: got ${options.fps}, wanted 1 to 60`);
    }
    const url = new URL("history_worker.ts", import.meta.url);
    const worker = new Worker(url, { type: "module", name: "history" });
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

  /** Records a source from now on, until `unfollow`. */
  follow(source: string, stream: StreamSource): void {
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
   * @returns false when it is not recorded, since too many wait to be
   */
  recordShot(source: string, time: number, picture: ShotPicture | undefined): boolean {
    if (this.#shotsWaiting >= MAX_SHOTS_WAITING) return false;
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
   * @throws {Error} what the store throws, by its message
   */
  ask<K extends keyof Answerable>(
    what: K,
    ...args: Parameters<Answerable[K]>
  ): Promise<ReturnType<Answerable[K]>> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#asking.set(id, { resolve, reject });
      this.#tell({ type: "ask", id, what, args });
    });
  }

  /** Writes what waits, closes the file and ends the Worker. */
  async close(): Promise<void> {
    for (const source of [...this.#feeds.keys()]) this.#leave(source);
    this.#streams.clear();
    await new Promise<void>((resolve) => {
      this.#closed = resolve;
      this.#tell({ type: "close" });
    });
    this.#worker.terminate();
  }

  #begin(source: string): void {
    const stream = this.#streams.get(source);
    if (!stream) return;
    this.#leave(source);
    const cursor = new ViewerCursor({ ...stream, form: "messages", resume: undefined });
    const feed = { cursor, taken: undefined };
    this.#feeds.set(source, feed);
    this.#tell({ type: "begin", source });
    this.#pump(source, feed).catch((error) => this.#restartLater(source, String(error)));
  }

  async #pump(source: string, feed: Feed): Promise<void> {
    for (;;) {
      const parts = await feed.cursor.next();
      // A cursor that was replaced has nothing to say any more.
      if (!parts || this.#feeds.get(source) !== feed) return;
      const taken = new Promise<void>((resolve) => feed.taken = resolve);
      this.#tell({ type: "batch", source, parts });
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
    setTimeout(() => this.#begin(source), RESTART_MS);
  }

  #tell(message: ToHistoryWorker): void {
    this.#worker.postMessage(message);
  }

  #hear(message: FromHistoryWorker): void {
    switch (message.type) {
      case "taken":
        return this.#feeds.get(message.source)?.taken?.();
      case "shotTaken":
        this.#shotsWaiting--;
        return;
      case "broken":
        return this.#restartLater(message.source, message.reason);
      case "answer":
        return this.#take(message.id)?.resolve(message.answer as never);
      case "fault":
        return this.#take(message.id)?.reject(new Error(message.reason));
      case "state":
        this.#state = message.state;
        return;
      case "refused":
        return this.#fail(message.reason);
      case "closed":
        this.#closed?.();
    }
  }

  #take(id: number): Asking | undefined {
    const asking = this.#asking.get(id);
    this.#asking.delete(id);
    return asking;
  }

  /** The Worker broke: nothing is recorded any more, and the live view goes on. */
  #fail(reason: string): void {
    this.#state = { state: "stopped", detail: reason };
    for (const source of [...this.#feeds.keys()]) this.#leave(source);
    this.#streams.clear();
    for (const { reject } of this.#asking.values()) reject(new Error(reason));
    this.#asking.clear();
    this.#closed?.();
  }
}

/** The same bytes as numbers 0x??RRGGBB, which is what they are on the little-endian machines that Deno runs on. */
function viewOf({ width, height, bgrx }: ShotPicture): PictureView {
  return { width, height, pixels: new Uint32Array(bgrx.buffer, bgrx.byteOffset, width * height) };
}
