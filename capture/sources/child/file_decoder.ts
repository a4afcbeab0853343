/**
 * Decodes PNG and JPEG files in a Worker of its own, which starts with the first one. A file that takes too long ends it,
 * and the next one gets a new one.
 */
import { BadImage } from "../../images/bad_image.ts";
import type { ImageLimits } from "../../images/limits.ts";
import type { PushedFrame } from "../../worker_protocol.ts";
import type { Clock } from "./clock.ts";
import { type Bytes, MAX_FILE_BYTES } from "./parsers/parser.ts";

/** What goes to the Worker. */
export interface DecodeRequest {
  readonly type: "png" | "jpeg";
  readonly bytes: Bytes;
}

/** What comes back; `ready` once, when the Worker has started. */
export type DecodeReply =
  | { readonly ready: true }
  | { readonly frame: PushedFrame }
  | { readonly problem: string };

/** As large as the protocol allows; at 4 bytes a pixel, and the filter byte of each row of a PNG. */
export const FILE_LIMITS: ImageLimits = {
  maxBytes: MAX_FILE_BYTES,
  maxSide: 16_384,
  maxPixels: 2 ** 26,
  maxRawBytes: 4 * 2 ** 26 + 16_384,
};

/** The part of a Worker that is used, so that tests can have their own. */
export type DecodeWorker = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror">;

/** The largest picture takes some seconds. */
const TIME_LIMIT_MS = 15_000;
/** How long a Worker may take until it is there, on a machine that is busy with other things, ms. */
const START_LIMIT_MS = 60_000;

/** One file at a time: whoever has more waits. */
export class FileDecoder {
  readonly #clock: Clock;
  readonly #start: () => DecodeWorker;
  #worker: DecodeWorker | undefined;
  /** The Worker has started. */
  #ready = false;
  #cancelLimit = () => {};
  #fail: ((error: Error) => void) | undefined;

  constructor(clock: Clock, start: () => DecodeWorker = startWorker) {
    this.#clock = clock;
    this.#start = start;
  }

  /**
   * Decodes a file, whose bytes it takes over.
   * @throws {BadImage} when it is damaged, beyond the limits, or took too long; or the decoder was closed over it
   */
  async decode(request: DecodeRequest): Promise<PushedFrame> {
    const worker = this.#worker ??= this.#start();
    const { promise, resolve, reject } = Promise.withResolvers<PushedFrame>();
    this.#fail = reject;
    worker.onmessage = ({ data }: MessageEvent<DecodeReply>) => {
      if ("ready" in data) {
        this.#ready = true;
        this.#setLimit();
      } else if ("frame" in data) {
        resolve(data.frame);
      } else {
        reject(new BadImage(data.problem));
      }
    };
    worker.onerror = (event) => {
      // Otherwise the fault of the Worker would end the program.
      event.preventDefault();
      this.#drop("The picture cannot be decoded: the decoder died of it");
    };
    this.#setLimit();
    worker.postMessage(request, [request.bytes.buffer]);
    try {
      return await promise;
    } finally {
      this.#cancelLimit();
      this.#fail = undefined;
    }
  }

  /** Ends the Worker; the next file starts another one. */
  close(): void {
    this.#drop("The decoder was closed");
  }

  /** A picture's time does not begin before the Worker is there. */
  #setLimit(): void {
    this.#cancelLimit();
    const [ms, reason] = this.#ready
      ? [TIME_LIMIT_MS, `The picture took more than ${TIME_LIMIT_MS / 1000} s to decode`]
      : [START_LIMIT_MS, "The decoder does not start"];
    this.#cancelLimit = this.#clock.after(ms, () => this.#drop(reason));
  }

  #drop(reason: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#ready = false;
    this.#fail?.(new BadImage(reason));
  }
}

function startWorker(): Worker {
  return new Worker(new URL("decode_worker.ts", import.meta.url), {
    type: "module",
    name: "pictures of a child process",
  });
}
