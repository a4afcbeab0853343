/** One viewer of the load generator: from the bytes of its socket to the updates that it has. */
import { HttpBody } from "./http_body.ts";
import { Messages } from "./messages.ts";
import type { Tally } from "./tally.ts";
import { type FrameStore, ZstdBlocks } from "./zstd_blocks.ts";

export class Viewer {
  readonly #tally: Tally;
  readonly #body: HttpBody;
  /** Seq of the newest update; `undefined` before the first picture. */
  seq: number | undefined;
  /** Capture time of the newest update, ms since the Unix epoch. */
  #time = 0;
  #base = 0;
  #caughtUp = false;
  /** When the bytes came that are being read. */
  #now = 0;

  constructor(tally: Tally, frames: FrameStore) {
    this.#tally = tally;
    const messages = new Messages({
      epoch: (seq, time) => {
        this.#base = seq;
        this.#time = time;
      },
      update: (_keyframe, seqDelta, timeDelta) => this.#update(seqDelta, timeDelta),
    });
    const blocks = new ZstdBlocks(frames, (content) => messages.push(content));
    this.#body = new HttpBody((bytes) => blocks.push(bytes));
  }

  /** The server has ended the stream. */
  get ended(): boolean {
    return this.#body.ended;
  }

  /**
   * Takes what came from the socket.
   * @param now ms since the Unix epoch
   */
  push(bytes: Uint8Array, now: number): void {
    this.#now = now;
    this.#tally.countBytes(bytes.length, now);
    this.#body.push(bytes);
  }

  #update(seqDelta: number, timeDelta: number): void {
    this.#base += seqDelta;
    this.#time += timeDelta;
    // Each update must be the one after the last; a catch-up stands for all that it jumps over.
    if (this.seq !== undefined && this.#base !== this.seq + 1) {
      this.#tally.missed += Math.abs(this.#base - this.seq - 1);
      if (!this.#caughtUp) this.#tally.caughtUp++;
      this.#caughtUp = true;
    }
    this.seq = this.#base;
    this.#tally.count(this.seq, this.#time, this.#now);
  }
}
