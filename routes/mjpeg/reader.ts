/**
 * One viewer's place in an MJPEG feed: which picture is sent, and when.
 *
 * A new picture is sent when there is one, at most `fps` times a second; what changed in between is in it. When
 * the screen then stands still, the last one is sent twice more: what shows MJPEG may hold the newest picture back until
 * the next begins (players with several decoding threads) or the one after that (WebKit); see parts.ts for Chromium.
 * After that it is sent every few seconds, so that both sides notice when the other has gone. These do not count for
 * `fps`: a new picture never waits because an old one was repeated.
 */
import type { FeedPlace } from "./feed.ts";
import type { JpegFrame } from "./mjpeg_protocol.ts";

/** The screen counts as still after so long, ms. */
export const STILL_MS = 150;
/** How often the last picture is sent once more, `STILL_MS` apart. */
const REPEATS = 2;
/** Between pictures of a screen that stands still, ms. */
export const KEEP_ALIVE_MS = 5000;

/** Time, which tests have their own of. */
export interface ReaderClock {
  /** ms, never jumps. */
  readonly steady: () => number;
  /** Calls `action` after `ms`; returns what cancels it. */
  readonly after: (ms: number, action: () => void) => () => void;
}

export const realClock: ReaderClock = {
  steady: () => performance.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};

export interface ReaderOptions {
  /** Enters the feed; `changed` is what it then calls. */
  readonly enter: (changed: () => void) => FeedPlace;
  /** Pictures a second at most, above 0. */
  readonly fps: number;
  readonly clock?: ReaderClock;
}

export class MjpegReader {
  readonly #place: FeedPlace;
  readonly #intervalMs: number;
  readonly #clock: ReaderClock;
  #last: JpegFrame | undefined;
  /** When the last new one was due, or sent where that was much later, on the steady clock. */
  #newAt = -Infinity;
  /** When the last one was sent, new or not. */
  #sentAt = -Infinity;
  #repeats = 0;
  #ended = false;
  #left = false;
  #wake = () => {};

  /** Throws what `enter` throws. */
  constructor({ enter, fps, clock = realClock }: ReaderOptions) {
    this.#intervalMs = 1000 / fps;
    this.#clock = clock;
    this.#place = enter(() => this.#wake());
  }

  /** Seq of the picture sent last; `null` before the first. */
  get seq(): number | null {
    return this.#last?.seq ?? null;
  }

  /** The next picture to send; waits for it; `undefined` after the end. Never call it before it has answered. */
  async next(): Promise<JpegFrame | undefined> {
    for (;;) {
      if (this.#ended || this.#place.isBroken) return undefined;
      const isNew = this.#place.version > (this.#last?.version ?? 0);
      const now = this.#clock.steady();
      const waitMs = this.#dueAt(isNew) - now;
      if (waitMs > 0) {
        await this.#sleep(waitMs, isNew);
        continue;
      }
      if (!isNew) {
        this.#repeats++;
        this.#sentAt = now;
        return this.#last;
      }
      const frame = await this.#place.frame().catch(() => undefined);
      if (!frame || this.#ended) return undefined;
      this.#last = frame;
      this.#repeats = 0;
      this.#sentAt = this.#clock.steady();
      // A timer that was a little late shortens the next interval, so that the pace is kept on average.
      const due = this.#newAt + this.#intervalMs;
      this.#newAt = now - due < this.#intervalMs / 2 ? due : now;
      return frame;
    }
  }

  /** Ends the stream: `next` gives nothing more. May be called more than once. */
  end(): void {
    this.#ended = true;
    if (!this.#left) this.#place.leave();
    this.#left = true;
    this.#wake();
  }

  #dueAt(isNew: boolean): number {
    if (isNew) return this.#newAt + this.#intervalMs;
    if (!this.#last) return Infinity;
    return this.#sentAt + (this.#repeats < REPEATS ? STILL_MS : KEEP_ALIVE_MS);
  }

  /** @param deaf a new picture is no reason to wake up: one is there already, and it is too early for it */
  async #sleep(ms: number, deaf: boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = () => {
      if (!deaf || this.#ended || this.#place.isBroken) resolve();
    };
    const cancel = ms === Infinity ? () => {} : this.#clock.after(Math.ceil(ms), resolve);
    await promise;
    cancel();
    this.#wake = () => {};
  }
}
