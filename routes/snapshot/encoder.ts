/**
 * Encodes pictures as PNG or JPEG in a Worker of its own: 60 ms for 1080p that neither HTTP nor the capture
 * has to wait for.
 */
import type { Picture } from "../deps.ts";

/** What a picture is turned into. */
export interface Variant {
  readonly format: "png" | "jpg";
  /** Pixels, at most the picture's; the height follows from it. */
  readonly width: number;
  /** 1 to 100; JPEG only. */
  readonly quality?: number;
}

/** Turns pictures into files. */
export interface PictureEncoder {
  /** Does not change `picture`. Rejects when the encoder fails. */
  encode(picture: Picture, variant: Variant): Promise<Uint8Array<ArrayBuffer>>;
  /** Ends it; what is still being encoded rejects. May be called twice. */
  close(): void;
}

/** What goes to the Worker. */
export interface EncodeRequest {
  readonly id: number;
  readonly picture: Picture;
  readonly variant: Variant;
}

/** What comes back: a file, or what went wrong. */
export type EncodeReply =
  | { readonly id: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly id: number; readonly error: string };

/** The part of a Worker that is used, so that tests can have their own. */
export type EncoderWorker = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror">;

/** Starts its Worker with the first picture, and another one should that one die. */
export class WorkerEncoder implements PictureEncoder {
  readonly #start: () => EncoderWorker;
  readonly #waiting = new Map<number, PromiseWithResolvers<Uint8Array<ArrayBuffer>>>();
  #worker: EncoderWorker | undefined;
  #lastId = 0;
  #closed = false;

  constructor(start: () => EncoderWorker = startWorker) {
    this.#start = start;
  }

  encode(picture: Picture, variant: Variant): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#closed) return Promise.reject(new Error("the snapshot encoder is closed"));
    this.#worker ??= this.#listen(this.#start());
    const id = ++this.#lastId;
    const result = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
    this.#waiting.set(id, result);
    const request: EncodeRequest = { id, picture, variant };
    this.#worker.postMessage(request);
    return result.promise;
  }

  close(): void {
    this.#closed = true;
    this.#drop(new Error("the snapshot encoder is closed"));
  }

  #listen(worker: EncoderWorker): EncoderWorker {
    worker.onmessage = ({ data }: MessageEvent<EncodeReply>) => {
      const result = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ("bytes" in data) result?.resolve(data.bytes);
      else result?.reject(new Error(data.error));
    };
    worker.onerror = (event) => {
      // Otherwise the fault of the Worker would end the program.
      event.preventDefault();
      this.#drop(new Error(`the snapshot encoder died: ${event.message}`));
    };
    return worker;
  }

  #drop(error: Error): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function startWorker(): Worker {
  return new Worker(new URL("../snapshot_worker.ts", import.meta.url), {
    type: "module",
    name: "snapshots",
  });
}
