/**
 * Pictures of the past as files, one after the other, in a Worker of its own. The Worker's decoder keeps the last
 * picture, and the next one of the same source costs only what differs.
 */
import { concat } from "../../capture/messages.ts";
import type { SeekAnswer } from "../../history/seek.ts";
import { historyHello, pictureMessages } from "./stream_parts.ts";

/** What a picture is turned into. */
export type PictureForm =
  | {
    readonly format: "png" | "jpg";
    /** Pixels; the picture's own where that is less. The height follows. */
    readonly width: number;
    /** 1 to 100; JPEG only. */
    readonly quality?: number;
  }
  /** R, G, B, 255 bytes of this size, from the upper left corner. */
  | { readonly format: "rgba"; readonly width: number; readonly height: number };

export interface PictureRequest {
  /** Lead the Worker's decoder to the picture. */
  readonly messages: Uint8Array<ArrayBuffer>;
  readonly form: PictureForm;
}

export type PictureReply =
  | { readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly error: string };

/** Asks the archive, as the routes do. */
export type Seek = (have: number | undefined) => Promise<SeekAnswer>;

/** More are asked for than may wait. */
export class PicturesBusy extends Error {
  override name = "PicturesBusy";
}

/** Pictures that wait, at most. */
const MAX_WAITING = 8;

type MakerWorker = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror">;

export class PictureMaker {
  readonly #start: () => MakerWorker;
  #worker: MakerWorker | undefined;
  #reply: PromiseWithResolvers<Uint8Array<ArrayBuffer>> | undefined;
  /** What the Worker's decoder shows: which source (and version), at what instant. */
  #shown: { of: string; time: number } | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #closed = false;

  constructor(start: () => MakerWorker = startWorker) {
    this.#start = start;
  }

  /**
   * Makes a picture.
   * @param of tells sources and their versions apart: pictures of the same one are made from each other. Asked
   *   when it is the picture's turn, as `seek` is
   * @param seek finds the picture, when it is its turn
   * @throws {PicturesBusy} at once, when too many wait
   */
  make(
    of: () => string,
    seek: Seek,
    form: PictureForm,
  ): Promise<{ picture: SeekAnswer; bytes: Uint8Array<ArrayBuffer> }> {
    if (this.#waiting >= MAX_WAITING) {
      return Promise.reject(new PicturesBusy(`${MAX_WAITING} pictures wait to be made`));
    }
    this.#waiting++;
    const made = this.#tail.then(() => this.#make(of, seek, form));
    this.#tail = made.catch(() => {}).finally(() => this.#waiting--);
    return made;
  }

  /** Ends the Worker; what waits is refused. */
  close(): void {
    this.#closed = true;
    this.#drop("the pictures are closed");
  }

  async #make(ofNow: () => string, seek: Seek, form: PictureForm) {
    if (this.#closed) throw new Error("the pictures are closed");
    const of = ofNow();
    const shown = this.#shown?.of === of ? this.#shown.time : undefined;
    const picture = await seek(shown);
    this.#shown = undefined;
    const messages = concat([historyHello("", picture), pictureMessages(picture)]);
    const bytes = await this.#ask({ messages, form });
    this.#shown = { of, time: picture.time };
    return { picture, bytes };
  }

  #ask(request: PictureRequest): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#closed) return Promise.reject(new Error("the pictures are closed"));
    this.#worker ??= this.#listen(this.#start());
    this.#reply = Promise.withResolvers();
    this.#worker.postMessage(request);
    return this.#reply.promise;
  }

  #listen(worker: MakerWorker): MakerWorker {
    worker.onmessage = ({ data }: MessageEvent<PictureReply>) => {
      if ("bytes" in data) this.#reply?.resolve(data.bytes);
      else this.#reply?.reject(new Error(data.error));
    };
    worker.onerror = (event) => {
      // Otherwise the fault of the Worker would end the program.
      event.preventDefault();
      this.#drop(`the pictures' Worker died: ${event.message}`);
    };
    return worker;
  }

  #drop(reason: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#shown = undefined;
    this.#reply?.reject(new Error(reason));
  }
}

function startWorker(): Worker {
  return new Worker(new URL("picture_worker.ts", import.meta.url), {
    type: "module",
    name: "history pictures",
  });
}
