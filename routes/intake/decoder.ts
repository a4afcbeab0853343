/**
 * Decodes pushed pictures in a Worker of its own, one at a time, each with a time limit: past it the Worker is ended
 * and the next picture gets a new one.
 */
import { BadImage } from "../../capture/images/bad_image.ts";
import type { ImageLimits } from "../../capture/images/limits.ts";
import type { Pixels } from "../../capture/images/pixels.ts";

/** A picture and the SHA-256 of its pixels, in hexadecimals. */
export interface Decoded {
  readonly pixels: Pixels;
  readonly digest: string;
}

/** What goes to the Worker. */
export interface DecodeRequest {
  readonly id: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly limits: ImageLimits;
}

/** What comes back; `ready` once, when the Worker has started. */
export type DecodeReply =
  | { readonly kind: "ready" }
  | ({ readonly id: number; readonly kind: "done" } & Decoded)
  | { readonly id: number; readonly kind: "bad" | "fault"; readonly message: string };

/** The part of a Worker that is used, so that tests can have their own. */
export type DecodeWorker = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror">;

/** Limits of an `ImageDecoder`, and what it gets from outside. */
export interface DecoderOptions {
  readonly limits: ImageLimits;
  /** Pictures that wait while another one is decoded; default 4. Each holds its file. */
  readonly maxWaiting?: number;
  /** Milliseconds for one picture; default 10,000. The largest that is accepted takes about a second. */
  readonly timeLimitMs?: number;
  readonly start?: () => DecodeWorker;
  /** Calls `action` after `ms`; returns what cancels it. */
  readonly after?: (ms: number, action: () => void) => () => void;
}

/** How long a Worker may take until it is there, ms. */
const START_LIMIT_MS = 60_000;

const defaults = {
  maxWaiting: 4,
  timeLimitMs: 10_000,
  start: startWorker,
  after: afterTimeout,
} as const satisfies Omit<DecoderOptions, "limits">;

/** Thrown when `maxWaiting` pictures wait already. */
export class DecoderBusy extends Error {
  override name = "DecoderBusy";
}

interface Job extends PromiseWithResolvers<Decoded> {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Starts its Worker with the first picture. */
export class ImageDecoder {
  readonly #options: Required<DecoderOptions>;
  readonly #waiting: Job[] = [];
  #current: Job | undefined;
  #worker: DecodeWorker | undefined;
  /** The Worker has started: if it dies now, then of its picture. */
  #ready = false;
  #lastId = 0;
  #cancelLimit = () => {};
  #closed = false;

  constructor(options: DecoderOptions) {
    this.#options = { ...defaults, ...options };
  }

  /** True when `decode` would throw `DecoderBusy`. */
  get isFull(): boolean {
    return this.#current !== undefined && this.#waiting.length >= this.#options.maxWaiting;
  }

  /**
   * Decodes a PNG or JPEG file, whose bytes it takes over; in the order of the calls.
   * @throws {BadImage} when the picture cannot be used, took too long, or ended its decoder
   * @throws {DecoderBusy} when too many wait
   */
  async decode(bytes: Uint8Array<ArrayBuffer>): Promise<Decoded> {
    if (this.#closed) throw new Error("the image decoder is closed");
    if (this.isFull) throw new DecoderBusy("Too many pictures wait to be decoded");
    const job = { bytes, ...Promise.withResolvers<Decoded>() };
    this.#waiting.push(job);
    this.#next();
    return await job.promise;
  }

  /** Ends it; what is waiting rejects. May be called twice. */
  close(): void {
    this.#closed = true;
    const error = new Error("the image decoder is closed");
    for (const job of this.#waiting.splice(0)) job.reject(error);
    this.#drop(error);
  }

  #next(): void {
    if (this.#current) return;
    const job = this.#waiting.shift();
    if (!job) return;
    this.#current = job;
    this.#worker ??= this.#listen(this.#options.start());
    this.#setLimit();
    const { limits } = this.#options;
    const request: DecodeRequest = { id: ++this.#lastId, bytes: job.bytes, limits };
    this.#worker.postMessage(request, [job.bytes.buffer]);
  }

  /** The picture's time does not begin before the Worker is there. */
  #setLimit(): void {
    const { timeLimitMs, after } = this.#options;
    const [ms, error] = this.#ready
      ? [timeLimitMs, new BadImage(`The picture took more than ${timeLimitMs / 1000} s to decode`)]
      : [START_LIMIT_MS, new Error("The image decoder does not start")];
    this.#cancelLimit = after(ms, () => {
      this.#drop(error);
      this.#next();
    });
  }

  #listen(worker: DecodeWorker): DecodeWorker {
    worker.onmessage = ({ data }: MessageEvent<DecodeReply>) => {
      if (data.kind === "ready") {
        if (worker !== this.#worker) return;
        this.#ready = true;
        this.#cancelLimit();
        if (this.#current) this.#setLimit();
        return;
      }
      // What an ended Worker still said is not the answer to the picture of now.
      if (data.id !== this.#lastId || worker !== this.#worker) return;
      this.#cancelLimit();
      const job = this.#current;
      this.#current = undefined;
      if (data.kind === "done") job?.resolve({ pixels: data.pixels, digest: data.digest });
      else job?.reject(data.kind === "bad" ? new BadImage(data.message) : new Error(data.message));
      this.#next();
    };
    worker.onerror = (event) => {
      // Otherwise the fault of the Worker would end the program.
      event.preventDefault();
      if (worker !== this.#worker) return;
      // A picture would end the next one, too: whoever sent it must not try again.
      this.#drop(
        this.#ready
          ? new BadImage("The picture cannot be decoded: the decoder died of it")
          : new Error(`The image decoder does not start: ${event.message}`),
      );
      this.#next();
    };
    return worker;
  }

  /** Ends the Worker; the picture that it had rejects. */
  #drop(error: Error): void {
    this.#cancelLimit();
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#ready = false;
    const job = this.#current;
    this.#current = undefined;
    job?.reject(error);
  }
}

function startWorker(): Worker {
  const url = new URL("decode_worker.ts", import.meta.url);
  return new Worker(url, { type: "module", name: "intake" });
}

function afterTimeout(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
}
