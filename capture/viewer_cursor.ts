/**
 * One viewer's way through the shared stream: an index into the ring, and what to do when that is not enough.
 *
 * `next()` gives the bytes to send next and waits while there are none. It is called when the connection can
 * take more, so a viewer that stops reading holds this small object and nothing else; when it reads again
 * and has fallen behind, it gets one catch-up instead of the backlog.
 */
import {
  type BYE_CODES,
  byeMessage,
  concat,
  type Hello,
  helloMessage,
  resizeMessage,
} from "./messages.ts";
import type { Ring } from "./ring.ts";
import type { JoinPoint, JoinWish } from "./worker_protocol.ts";
import { compressFrame, END_OF_FRAME, expandFrame } from "./zstd.ts";

/** Chunks handed over at once; bounds what one slow connection holds beyond the ring. */
const MAX_BATCH_BYTES = 256 * 1024;
/** A viewer is behind when it has this much to read ... */
const BEHIND_BYTES = 128 * 1024;
/** ... of which the oldest is older than this. */
const BEHIND_MS = 500;
/** A resuming viewer is sent what it missed if that is no more than this, uncompressed. */
const MAX_REPLAY_BYTES = 4 * 1024 * 1024;

/** What a viewer needs of the capture Worker. */
export interface Joining {
  join(wish: JoinWish): Promise<JoinPoint>;
}

export interface ViewerOptions {
  /**
   * `zstd`: what goes over the wire, a series of zstd frames. `messages`: the same messages bare, for
   * consumers in this process.
   */
  readonly form: "zstd" | "messages";
  readonly ring: Ring;
  readonly capture: Joining;
  /** Opens the stream, with the size of the picture that follows. */
  readonly hello: () => Hello;
  /** What the viewer has from an earlier connection. */
  readonly resume: { readonly seq: number; readonly epoch: number } | undefined;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
}

export class ViewerCursor {
  readonly #options: ViewerOptions;
  #ending: { reason: keyof typeof BYE_CODES; text: string } | undefined;
  #greeted = false;
  #joined = false;
  #ended = false;
  /** The size that the client's canvas has. */
  #size = { width: 0, height: 0 };
  #index = 0;
  /** What lies before this index was there when the viewer came in: having it to read is no falling behind. */
  #cameInAt = 0;
  /** A zstd frame has been begun and not ended. */
  #frameOpen = false;
  /** Seq of the last update handed over; `null` before the first. */
  seq: number | null = null;
  /** Totals of this connection. */
  bytes = 0;
  chunks = 0;
  catchUps = 0;

  constructor(options: ViewerOptions) {
    this.#options = options;
  }

  /**
   * The next bytes to send, in order; `undefined` after the end. Never call it again before it has answered.
   */
  async next(): Promise<Uint8Array[] | undefined> {
    const out = await this.#next();
    for (const bytes of out ?? []) this.bytes += bytes.length;
    return out;
  }

  /** Ends the stream with a bye, at the next `next()`. */
  end(reason: keyof typeof BYE_CODES, text: string): void {
    this.#ending ??= { reason, text };
    this.#options.ring.wakeAll();
  }

  async #next(): Promise<Uint8Array[] | undefined> {
    const { ring } = this.#options;
    if (!this.#greeted) {
      this.#greeted = true;
      const hello = this.#options.hello();
      this.#size = { width: hello.width, height: hello.height };
      return [this.#alone(helloMessage(hello))];
    }
    for (;;) {
      if (this.#ended) return undefined;
      if (this.#ending) {
        this.#ended = true;
        const { reason, text } = this.#ending;
        return [...this.#closeFrame(), this.#alone(byeMessage(reason, text))];
      }
      if (!this.#joined) {
        const missed = await this.#join();
        if (missed.length > 0) return missed;
        continue;
      }
      if (this.#isBehind()) {
        this.catchUps++;
        return await this.#enter(this.seq);
      }
      const batch = this.#takeBatch();
      if (batch.length > 0) return batch;
      await ring.changed();
    }
  }

  /** A new connection: what was missed if the ring still has it, else one catch-up or a keyframe. */
  async #join(): Promise<Uint8Array[]> {
    this.#joined = true;
    const { ring, resume } = this.#options;
    const from = resume && ring.indexAfter(resume.seq, resume.epoch);
    if (!resume || from === undefined) return await this.#enter(resume?.seq ?? null);
    const oldest = ring.start;
    const point = await this.#options.capture.join({ since: resume.seq, bridge: false, oldest });
    const missed = this.#messagesBetween(from, point.index);
    if (!missed) return await this.#enter(resume.seq);
    this.#index = point.index;
    this.seq = point.seq;
    return missed.length > 0 ? [this.#alone(missed)] : [];
  }

  /** Gets into the shared stream at a join point, over a bridge. */
  async #enter(since: number | null): Promise<Uint8Array[]> {
    const oldest = this.#options.ring.start;
    const point = await this.#options.capture.join({ since, bridge: true, oldest });
    this.#index = point.index;
    this.#cameInAt = this.#options.ring.end;
    this.seq = point.seq;
    const out = this.#closeFrame();
    const { width, height } = point;
    if (width !== this.#size.width || height !== this.#size.height) {
      this.#size = { width, height };
      out.push(this.#alone(resizeMessage(width, height)));
    }
    if (point.bytes) {
      out.push(this.#options.form === "zstd" ? point.bytes : expandFrame(point.bytes));
    }
    return out;
  }

  #messagesBetween(from: number, to: number): Uint8Array | undefined {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for (let index = from; index < to; index++) {
      const chunk = this.#options.ring.get(index);
      // Across a resize the hello's size does not fit what was missed.
      if (!chunk || chunk.resizes) return undefined;
      bytes += chunk.messages.length;
      if (bytes > MAX_REPLAY_BYTES) return undefined;
      parts.push(chunk.messages);
    }
    return concat(parts);
  }

  #isBehind(): boolean {
    const { ring, now } = this.#options;
    if (this.#index < ring.start) return true;
    if (this.#index < this.#cameInAt) return false;
    const oldest = ring.get(this.#index);
    if (!oldest || now() - oldest.time < BEHIND_MS) return false;
    let bytes = 0;
    for (let index = this.#index; index < ring.end; index++) {
      bytes += ring.get(index)?.stream.length ?? 0;
      if (bytes > BEHIND_BYTES) return true;
    }
    return false;
  }

  #takeBatch(): Uint8Array[] {
    const batch: Uint8Array[] = [];
    let bytes = 0;
    while (bytes < MAX_BATCH_BYTES) {
      const chunk = this.#options.ring.get(this.#index);
      if (!chunk) break;
      if (chunk.startsEpoch) batch.push(...this.#closeFrame());
      batch.push(this.#options.form === "zstd" ? chunk.stream : chunk.messages);
      this.#frameOpen = true;
      this.#size = chunk.resizes ?? this.#size;
      this.#index++;
      this.seq = chunk.seq;
      this.chunks++;
      bytes += chunk.stream.length;
    }
    return batch;
  }

  #closeFrame(): Uint8Array[] {
    if (!this.#frameOpen) return [];
    this.#frameOpen = false;
    return this.#options.form === "zstd" ? [END_OF_FRAME] : [];
  }

  /** Messages for this viewer alone, in a frame of their own. */
  #alone(messages: Uint8Array): Uint8Array {
    return this.#options.form === "zstd" ? compressFrame(messages) : messages;
  }
}
