/**
 * One viewer's way through the shared stream: an index into the ring, and what to do when that is not enough.
 *
 * `next()` gives the bytes to send next and waits while there are none. It is called when the connection can
 * take more, so a viewer that stops reading holds this small object and nothing else; when it reads again
 * and has fallen behind, it gets one catch-up instead of the backlog.
 *
 * That is all there is to go by for a viewer that never acknowledges, and by then seconds of old picture wait
 * in TCP's buffers. One that acknowledges (`acknowledge()`) is held back when its window is full
 * (link_window.ts), and when it opens gets the backlog or a catch-up, whichever is smaller: the updates
 * of a scrolling screen are often fewer bytes than its tiles.
 */
import type { Acknowledged } from "./link_window.ts";
import { type BYE_CODES, byeMessage, type Hello, helloMessage, resizeMessage } from "./messages.ts";
import { messagesBetween } from "./replay.ts";
import type { Ring } from "./ring.ts";
import { lagOf } from "./viewer_lag.ts";
import { type LinkInfo, ViewerLink } from "./viewer_link.ts";
import type { JoinPoint, JoinWish } from "./worker_protocol.ts";
import { compressFrame, END_OF_FRAME, expandFrame, storeFrame } from "./zstd.ts";

/** Chunks handed over at once; bounds what one slow connection holds beyond the ring. */
const MAX_BATCH_BYTES = 256 * 1024;
/** A viewer is behind when it has this much to read ... */
const BEHIND_BYTES = 128 * 1024;
/** ... of which the oldest is older than this. */
const BEHIND_MS = 500;
/** The same for a viewer that acknowledges; how many bytes it may have to read is up to its link. */
const BEHIND_ACKED_MS = 200;

/** Less for one viewer alone goes as it is: a hello, which 3,000 viewers want at once after a restart. */
const MIN_COMPRESSED_BYTES = 1024;
/** No bytes; one for all. */
const NONE: Uint8Array[] = [];

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
  /** ms, never jumps; default `performance.now`. */
  readonly steady?: () => number;
  /** Is told how old each chunk is when it is handed over, ms; not of what was there before the viewer came in. */
  readonly delay?: { observe(ms: number): void };
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
  readonly #link: ViewerLink;
  /** Ends the wait for something to send or room for it. */
  #wake = () => {};
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
    this.#link = new ViewerLink(options.steady ?? (() => performance.now()));
  }

  /**
   * The next bytes to send, in order; `undefined` after the end. Never call it again before it has answered.
   */
  async next(): Promise<Uint8Array[] | undefined> {
    const out = await this.#next();
    for (const bytes of out ?? []) this.bytes += bytes.length;
    return out;
  }

  /**
   * The next bytes where they need no waiting: for viewers in sync, which are thousands, a promise for each
   * update would cost more than the update. Never call it while `next()` has not answered.
   * @param wake called when an acknowledgement or the stream's end makes it worth asking again; what comes into
   * the ring, the caller has to hear of from the ring
   * @returns empty while there is nothing to send; `undefined` where `next()` must be asked
   */
  takeNow(wake: () => void): Uint8Array[] | undefined {
    if (!this.#joined || this.#ending) return undefined;
    this.#wake = wake;
    if (this.#index >= this.#options.ring.end || this.#link.mustHold()) return NONE;
    if (this.#isBehind()) return undefined;
    const batch = this.#takeBatch();
    for (const bytes of batch) this.bytes += bytes.length;
    return batch;
  }

  /**
   * The viewer shows the update `seq`; 0: the hello has arrived.
   * @param delayMs for how long it has shown it when it said so
   */
  acknowledge(seq: number, delayMs: number): Acknowledged {
    const result = this.#link.acknowledge(seq, delayMs);
    if (result !== "ahead" && this.#link.isOpen()) this.#wake();
    return result;
  }

  /** Acknowledgements cannot get through for the rest of this connection: it goes on without. */
  stopListening(): void {
    this.#link.stopListening();
    this.#wake();
  }

  /** The link, as far as acknowledgements tell; `null` where there are none. */
  get link(): LinkInfo | null {
    return this.#link.info;
  }

  /** Something was held back within the last `ms`: acknowledgements matter now. */
  heldBackWithin(ms: number): boolean {
    return this.#link.heldBackWithin(ms);
  }

  /**
   * For how long the viewer has lacked an update, ms: one that it has not acknowledged, or, if it acknowledges
   * nothing, that has not been handed over.
   */
  get lagMs(): number {
    const has = this.#link.active ? this.#link.shown : this.seq;
    return lagOf(this.#options.ring, has, this.#options.now());
  }

  /** Ends the stream with a bye, at the next `next()`. */
  end(reason: keyof typeof BYE_CODES, text: string): void {
    this.#ending ??= { reason, text };
    this.#wake();
  }

  async #next(): Promise<Uint8Array[] | undefined> {
    const { ring } = this.#options;
    if (!this.#greeted) {
      this.#greeted = true;
      const hello = this.#options.hello();
      this.#size = { width: hello.width, height: hello.height };
      this.#link.greeted();
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
      if (this.#index < ring.end && !this.#link.mustHold()) {
        const caughtUp = this.#isBehind() ? await this.#catchUp() : undefined;
        if (caughtUp) return caughtUp;
        const batch = this.#takeBatch();
        if (batch.length > 0) return batch;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        ring.changed().then(resolve);
      });
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
    const missed = messagesBetween(ring, from, point.index);
    if (!missed) return await this.#enter(resume.seq);
    this.#index = point.index;
    this.seq = point.seq;
    if (missed.length === 0) {
      // Nothing new, and yet something to acknowledge.
      this.#link.sent(point.seq, 0);
      return [];
    }
    const bytes = this.#alone(missed);
    this.#link.sent(point.seq, bytes.length);
    return [bytes];
  }

  /** Gets into the shared stream at a join point, over a bridge. */
  async #enter(since: number | null): Promise<Uint8Array[]> {
    const oldest = this.#options.ring.start;
    return this.#cross(await this.#options.capture.join({ since, bridge: true, oldest }));
  }

  /** One catch-up instead of the backlog; `undefined` where the backlog turns out to be smaller. */
  async #catchUp(): Promise<Uint8Array[] | undefined> {
    const { ring, capture } = this.#options;
    const point = await capture.join({ since: this.seq, bridge: true, oldest: ring.start });
    const bytes = point.bytes?.length ?? 0;
    const isSmaller = this.#index >= ring.start && !this.#hasBacklog(bytes, point.index);
    if (this.#link.active && isSmaller) {
      this.#link.sized(bytes, point.keyframe);
      return undefined;
    }
    this.catchUps++;
    return this.#cross(point);
  }

  #cross(point: JoinPoint): Uint8Array[] {
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
    const bytes = point.bytes?.length ?? 0;
    // A keyframe may come in the stream's next chunk.
    const next = point.seq === null ? this.#options.ring.get(point.index)?.stream.length ?? 0 : 0;
    this.#link.sized(bytes + next, point.keyframe);
    this.#link.sent(point.seq, bytes);
    return out;
  }

  #isBehind(): boolean {
    const { ring, now } = this.#options;
    if (this.#index < ring.start) return true;
    if (this.#index < this.#cameInAt) return false;
    const oldest = ring.get(this.#index);
    const ageMs = oldest ? now() - oldest.time : 0;
    if (this.#link.active) {
      return ageMs >= BEHIND_ACKED_MS && this.#hasBacklog(this.#link.worthwhileBacklog);
    }
    if (ageMs < BEHIND_MS) return false;
    return this.#hasBacklog(BEHIND_BYTES);
  }

  /** There are more than so many bytes to read, up to a chunk. */
  #hasBacklog(enough: number, end = this.#options.ring.end): boolean {
    const { ring } = this.#options;
    let bytes = 0;
    for (let index = this.#index; index < end; index++) {
      bytes += ring.get(index)?.stream.length ?? 0;
      if (bytes > enough) return true;
    }
    return false;
  }

  #takeBatch(): Uint8Array[] {
    const batch: Uint8Array[] = [];
    const most = Math.max(1, Math.min(MAX_BATCH_BYTES, this.#link.room));
    let bytes = 0;
    while (bytes < most) {
      const chunk = this.#options.ring.get(this.#index);
      if (!chunk) break;
      if (chunk.startsEpoch) batch.push(...this.#closeFrame());
      batch.push(this.#options.form === "zstd" ? chunk.stream : chunk.messages);
      this.#frameOpen = true;
      if (this.#index >= this.#cameInAt) {
        this.#options.delay?.observe(this.#options.now() - chunk.time);
      }
      this.#size = chunk.resizes ?? this.#size;
      this.#index++;
      this.seq = chunk.seq;
      this.chunks++;
      bytes += chunk.stream.length;
      this.#link.sent(chunk.seq, chunk.stream.length);
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
    if (this.#options.form !== "zstd") return messages;
    return messages.length < MIN_COMPRESSED_BYTES ? storeFrame(messages) : compressFrame(messages);
  }
}
