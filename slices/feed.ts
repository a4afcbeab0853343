/**
 * The slices of one source: a viewer of its stream inside the process, and packets on demand. Whoever asks for the
 * same packet at the same time gets the same one, made once; who asks late gets one packet with all that changed
 * meanwhile. Without subscribers nothing is read.
 */
import { ViewerCursor, type ViewerOptions } from "../capture/viewer_cursor.ts";
import type { MadePacket, SliceFormat } from "./worker_protocol.ts";

/** What a feed reads. */
export type FeedStream = Pick<ViewerOptions, "ring" | "capture" | "now" | "hello">;

/** What a feed asks of the Worker. */
export interface SliceMaking {
  begin(version: number): void;
  /** Resolves with the newest version, once the bytes are taken; `undefined`: there is no picture. */
  take(parts: readonly Uint8Array[]): Promise<number | undefined>;
  packet(since: number, format: SliceFormat): Promise<MadePacket | undefined>;
  end(): void;
}

/** A stream that could not be understood is begun anew after this, ms. */
const RESTART_MS = 1000;
/** Packets of the newest version that are kept for others who need the same. */
const MAX_PACKETS = 4;

export class SliceFeed {
  readonly #stream: FeedStream;
  readonly #making: SliceMaking;
  readonly #after: (ms: number, action: () => void) => () => void;
  #cursor: ViewerCursor | undefined;
  #subscribers = 0;
  #closed = false;
  /** The greatest version that there was: those of a stream that begins anew go on from it. */
  #version = 0;
  #newest: number | undefined;
  #cancelRestart = () => {};
  readonly #waiting = new Set<() => void>();
  /** Of the newest version, by what they lead from. */
  readonly #packets = new Map<string, Promise<MadePacket | undefined>>();

  /** @param after calls `action` after `ms`; returns what cancels it */
  constructor(
    stream: FeedStream,
    making: SliceMaking,
    after: (ms: number, action: () => void) => () => void,
  ) {
    this.#stream = stream;
    this.#making = making;
    this.#after = after;
  }

  /** The source is no more, cannot be read, or has another feed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Version of the newest picture; `undefined` while there is none. */
  get newest(): number | undefined {
    return this.#newest;
  }

  /** Begins reading, if nobody did yet. Returns what is called when the subscriber leaves, once or more often. */
  subscribe(): () => void {
    if (++this.#subscribers === 1) this.#begin();
    let here = true;
    return () => {
      if (here && --this.#subscribers === 0) this.#rest();
      here = false;
    };
  }

  /**
   * What brings somebody who has the version `since` (0: nothing) to the newest one.
   * @returns `undefined` when there is no picture any more
   */
  packet(since: number, format: SliceFormat): Promise<MadePacket | undefined> {
    const key = `${since} ${format}`;
    const known = this.#packets.get(key);
    if (known) return known;
    const packet = this.#making.packet(since, format);
    this.#packets.set(key, packet);
    if (this.#packets.size > MAX_PACKETS) this.#packets.delete(this.#packets.keys().next().value!);
    return packet;
  }

  /**
   * Calls `action` once: when the picture has changed, or with `wakeAll`.
   * @returns what forgets it
   */
  onChange(action: () => void): () => void {
    this.#waiting.add(action);
    return () => this.#waiting.delete(action);
  }

  /** Ends it for all subscribers. */
  close(): void {
    this.#closed = true;
    this.#rest();
    this.#wakeAll();
  }

  /** The Worker could not make sense of the stream, or has died: it is tried anew after a second. */
  broke(): void {
    this.#stop();
    if (this.#subscribers === 0 || this.#closed) return;
    this.#cancelRestart = this.#after(RESTART_MS, () => this.#begin());
  }

  #begin(): void {
    if (this.#closed) return;
    this.#making.begin(this.#version);
    const cursor = new ViewerCursor({ ...this.#stream, form: "messages", resume: undefined });
    this.#cursor = cursor;
    // The engine has died: if the source gets another one, that has another feed.
    this.#pump(cursor).catch(() => {
      if (cursor === this.#cursor) this.close();
    });
  }

  async #pump(cursor: ViewerCursor): Promise<void> {
    for (;;) {
      const parts = await cursor.next();
      // A cursor that was replaced has nothing to say any more.
      if (!parts || cursor !== this.#cursor) return;
      const version = await this.#making.take(parts);
      if (cursor !== this.#cursor) return;
      if (version === this.#newest) continue;
      this.#newest = version;
      this.#version = Math.max(this.#version, version ?? 0);
      this.#packets.clear();
      this.#wakeAll();
    }
  }

  #rest(): void {
    this.#stop();
    this.#making.end();
  }

  #stop(): void {
    this.#cancelRestart();
    this.#cursor?.end("disconnected", "");
    this.#cursor = undefined;
    this.#newest = undefined;
    this.#packets.clear();
  }

  #wakeAll(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const action of waiting) action();
  }
}
