/**
 * What all MJPEG viewers of a source share: one reader of the stream, one Worker that makes JPEG files, and the newest
 * file of each kind.
 *
 * A file is made when a viewer can take one that it does not have; all who then ask for the same get it. So nothing is
 * made that nobody reads, and between two files the screen may have changed often. Without viewers there is neither
 * a reader nor a Worker.
 */
import { ViewerCursor, type ViewerOptions } from "../../capture/viewer_cursor.ts";
import {
  type FilmKind,
  type FromMjpegWorker,
  type JpegFrame,
  kindName,
  type ToMjpegWorker,
} from "./mjpeg_protocol.ts";

/** Kinds of pictures made of one source at the same time; each holds its newest file in two threads. */
export const MAX_KINDS = 4;

/** What a feed reads; `hello` is asked with nobody's id. */
export type FeedSource = Pick<ViewerOptions, "ring" | "capture" | "now" | "hello">;

/** The part of a Worker that is used, so that tests can have their own. */
export type MjpegWorker = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror">;

/** Thrown when `MAX_KINDS` other kinds are being made. */
export class TooManyKinds extends Error {
  override name = "TooManyKinds";
}

/** A viewer's place in a feed. */
export interface FeedPlace {
  /** Version of the newest picture there is; 0: none yet. */
  readonly version: number;
  /** The Worker broke: nothing comes any more. */
  readonly isBroken: boolean;
  /**
   * A picture with that version or one since the call before. Only above version 0.
   * Rejects when the feed breaks, and when all who wanted it have left.
   */
  frame(): Promise<JpegFrame>;
  /** To be called once. */
  leave(): void;
}

/** Pictures of one kind. */
interface Film {
  readonly kind: FilmKind;
  viewers: number;
  newest: JpegFrame | undefined;
  coming: PromiseWithResolvers<JpegFrame> | undefined;
}

/** A reader, its Worker and what came of them, from the first viewer to the last. */
interface Run {
  readonly worker: MjpegWorker;
  readonly cursor: ViewerCursor;
  readonly films: Map<string, Film>;
  /** Told when there is a new picture, or none will come any more. */
  readonly listeners: Set<() => void>;
  plain: number;
  pointed: number;
  broken: boolean;
  taken: (() => void) | undefined;
}

export class MjpegFeed {
  readonly #source: FeedSource;
  readonly #start: () => MjpegWorker;
  #run: Run | undefined;
  /** Files made since the start. */
  encoded = 0;

  constructor(source: FeedSource, start: () => MjpegWorker = startWorker) {
    this.#source = source;
    this.#start = start;
  }

  /**
   * Takes a viewer in.
   * @param changed called when there is a new picture, or none will come any more
   * @throws {TooManyKinds} when too many others are being made
   */
  enter(kind: FilmKind, changed: () => void): FeedPlace {
    const run = this.#run ??= this.#begin();
    const name = kindName(kind);
    const film = run.films.get(name) ?? { kind, viewers: 0, newest: undefined, coming: undefined };
    if (!run.films.has(name) && run.films.size >= MAX_KINDS) {
      const kinds = [...run.films.keys()].join(", ");
      throw new TooManyKinds(`Pictures of ${MAX_KINDS} qualities are being made: ${kinds}`);
    }
    run.films.set(name, film);
    film.viewers++;
    run.listeners.add(changed);
    const version = () => kind.pointer ? run.pointed : run.plain;
    return {
      get version() {
        return version();
      },
      get isBroken() {
        return run.broken;
      },
      frame: () => {
        if (film.newest?.version === version()) return Promise.resolve(film.newest);
        if (run.broken) return Promise.reject(new Error("the MJPEG Worker is gone"));
        if (!film.coming) {
          film.coming = Promise.withResolvers();
          tell(run, { type: "encode", kind });
        }
        return film.coming.promise;
      },
      leave: () => {
        run.listeners.delete(changed);
        if (--film.viewers > 0) return;
        run.films.delete(name);
        // What the Worker makes of it is not looked at any more, and would leave its last viewer waiting.
        giveUp(film, "nobody watches");
        if (run.films.size === 0) this.#end(run, "nobody watches");
        else tell(run, { type: "forget", kind });
      },
    };
  }

  /** The source is no more. */
  close(): void {
    if (this.#run) this.#end(this.#run, "the source is closed");
  }

  #begin(): Run {
    const worker = this.#start();
    const cursor = new ViewerCursor({ ...this.#source, form: "messages", resume: undefined });
    const run: Run = {
      worker,
      cursor,
      films: new Map(),
      listeners: new Set(),
      plain: 0,
      pointed: 0,
      broken: false,
      taken: undefined,
    };
    worker.onmessage = ({ data }: MessageEvent<FromMjpegWorker>) => this.#hear(run, data);
    worker.onerror = (event) => {
      // Otherwise the fault of the Worker would end the program.
      event.preventDefault();
      this.#end(run, event.message);
    };
    pump(run).catch((error) => this.#end(run, String(error)));
    return run;
  }

  #hear(run: Run, message: FromMjpegWorker): void {
    if (run.broken) return;
    switch (message.type) {
      case "news": {
        const isNew = message.pointed > run.pointed;
        run.plain = message.plain;
        run.pointed = message.pointed;
        run.taken?.();
        if (isNew) tellAll(run);
        return;
      }
      case "frame": {
        this.encoded++;
        const film = run.films.get(kindName(message.kind));
        if (!film) return;
        film.newest = message.frame;
        film.coming?.resolve(message.frame);
        film.coming = undefined;
        return;
      }
      case "fault":
        this.#end(run, message.reason);
    }
  }

  /** Ends the run and, where there are any, its viewers: the next one begins another. */
  #end(run: Run, reason: string): void {
    if (this.#run === run) this.#run = undefined;
    if (run.broken) return;
    run.broken = true;
    run.worker.terminate();
    run.cursor.end("disconnected", "");
    run.taken?.();
    for (const film of run.films.values()) giveUp(film, reason);
    tellAll(run);
  }
}

/** Hands the Worker the next piece of the stream when it is done with the one before. */
async function pump(run: Run): Promise<void> {
  for (;;) {
    const parts = await run.cursor.next();
    if (!parts || run.broken) return;
    const taken = new Promise<void>((resolve) => run.taken = resolve);
    tell(run, { type: "batch", parts });
    await taken;
  }
}

/** The picture that was asked for does not come. */
function giveUp({ coming }: Film, reason: string): void {
  // Who asked may have left since.
  coming?.promise.catch(() => {});
  coming?.reject(new Error(reason));
}

function tell({ worker }: Run, message: ToMjpegWorker): void {
  worker.postMessage(message);
}

function tellAll({ listeners }: Run): void {
  for (const changed of [...listeners]) changed();
}

function startWorker(): Worker {
  return new Worker(new URL("mjpeg_worker.ts", import.meta.url), {
    type: "module",
    name: "mjpeg",
  });
}
