/**
 * One receiver's way through a feed: the packet that brings it to the newest picture, as often as it can take one.
 *
 * `next()` is called when the connection can take more, so a slow receiver holds one packet and gets the next with
 * all that changed meanwhile. Where nothing changes, a packet of one pixel that draws what is there already says
 * that the connection lives: proxies end silent ones, and who has gone is found out by nothing but writing.
 */
import type { SliceFeed } from "./feed.ts";
import type { SliceFormat } from "./worker_protocol.ts";

/** Between two packets at most, ms. */
export const PULSE_MS = 5000;

export interface SliceReaderOptions {
  readonly feed: SliceFeed;
  readonly format: SliceFormat;
  /** Precedes each packet; `undefined`: nothing does. */
  readonly identity: Uint8Array<ArrayBuffer> | undefined;
  /** Packets a second, at most; `Infinity`: as many as there are. */
  readonly fps: number;
  /** Steady clock, ms. */
  readonly now: () => number;
  /** Calls `action` after `ms`; returns what cancels it. */
  readonly after: (ms: number, action: () => void) => () => void;
}

export class SliceReader {
  readonly #options: SliceReaderOptions;
  readonly #leave: () => void;
  /** Version that the receiver has; 0 for none. */
  #version = 0;
  #handedOverAt = -Infinity;
  #ended = false;
  #endWait = () => {};
  /** Of the stream, as of the last packet. */
  seq = 0;
  /** Totals. */
  bytes = 0;
  packets = 0;
  /** Packets that replaced the whole picture. */
  wholes = 0;

  /** Subscribes to the feed, until `end`. */
  constructor(options: SliceReaderOptions) {
    this.#options = options;
    this.#leave = options.feed.subscribe();
  }

  /** The next packet's bytes, in order; `undefined` after the end. Never call it again before it has answered. */
  async next(): Promise<Uint8Array<ArrayBuffer>[] | undefined> {
    const { feed, format, identity, fps, now } = this.#options;
    const notBefore = this.#handedOverAt + 1000 / fps;
    const pulseAt = this.#handedOverAt + PULSE_MS;
    while (!this.#ended && !feed.closed) {
      const { newest } = feed;
      const hasNews = newest !== undefined && newest !== this.#version;
      const due = hasNews ? notBefore : Math.max(notBefore, pulseAt);
      if (newest === undefined || now() < due) {
        await this.#wait(newest === undefined ? Infinity : due - now(), !hasNews);
        continue;
      }
      const packet = await feed.packet(this.#version, format);
      // The stream has begun anew meanwhile: its first picture is waited for.
      if (!packet) {
        if (feed.newest === newest) await this.#wait(Infinity, true);
        continue;
      }
      if (this.#ended) break;
      this.#version = packet.version;
      this.#handedOverAt = now();
      this.seq = packet.seq;
      this.packets++;
      if (packet.whole) this.wholes++;
      const parts = identity ? [identity, packet.bytes] : [packet.bytes];
      for (const { length } of parts) this.bytes += length;
      return parts;
    }
    this.end();
    return undefined;
  }

  /** Nothing more is wanted; may be called twice. */
  end(): void {
    this.#ended = true;
    this.#leave();
    this.#endWait();
  }

  /** Waits `ms`, for the feed to change if that matters, or for the end. */
  async #wait(ms: number, forChange: boolean): Promise<void> {
    const { feed, after } = this.#options;
    await new Promise<void>((resolve) => {
      this.#endWait = resolve;
      const cancel = ms === Infinity ? () => {} : after(ms, () => this.#endWait());
      const forget = forChange ? feed.onChange(() => this.#endWait()) : () => {};
      this.#endWait = () => {
        cancel();
        forget();
        resolve();
      };
    });
    this.#endWait = () => {};
  }
}
