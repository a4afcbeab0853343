/**
 * The ring: the newest chunks of the shared stream, bounded by bytes and by age.
 *
 * Readers hold an index and nothing else. A reader whose index has left the ring has lost its place,
 * not the newest picture: it joins anew (viewer_cursor.ts). The newest chunk always stays, however large,
 * so that readers in sync never lose their place to a single keyframe.
 */
import type { Chunk } from "./worker_protocol.ts";

export interface RingLimits {
  /** Bytes of chunks kept, compressed and uncompressed together. */
  readonly maxBytes: number;
  /** Age up to which chunks are kept, ms. */
  readonly maxMs: number;
}

/** Hears of each chunk as it comes. */
export interface RingReader {
  /** The ring has a new chunk. Must not throw, and must not take long: all readers are told in a row. */
  chunkCame(): void;
}

export class Ring {
  readonly #limits: RingLimits;
  #chunks: Chunk[] = [];
  /** Chunks at the front of `#chunks` that are gone; cut off now and then, since shifting each time costs. */
  #gone = 0;
  #bytes = 0;
  #end = 0;
  #waiting: (() => void)[] = [];
  readonly #readers = new Set<RingReader>();

  constructor(limits: RingLimits) {
    this.#limits = limits;
  }

  /** Index of the oldest chunk held; equal to `end` when the ring is empty. */
  get start(): number {
    return this.#chunks[this.#gone]?.index ?? this.#end;
  }

  /** Index that the next chunk will have. */
  get end(): number {
    return this.#end;
  }

  /** Adds the next chunk, expires old ones, and tells the readers before it returns. */
  push(chunk: Chunk): void {
    this.#chunks.push(chunk);
    this.#end = chunk.index + 1;
    this.#bytes += sizeOf(chunk);
    this.#expire(chunk.time);
    for (const reader of this.#readers) reader.chunkCame();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Drops all chunks, so that nobody goes on from one of them; indexes count on. */
  clear(): void {
    this.#chunks = [];
    this.#gone = 0;
    this.#bytes = 0;
  }

  /** Tells `reader` of all chunks from now on, at once: no promise for each of them and each reader. */
  tell(reader: RingReader): void {
    this.#readers.add(reader);
  }

  /** Tells it no more; may be called twice. */
  forget(reader: RingReader): void {
    this.#readers.delete(reader);
  }

  /** The chunk of that index; `undefined` when it is gone or yet to come. */
  get(index: number): Chunk | undefined {
    const place = this.#gone + index - this.start;
    return place < this.#gone ? undefined : this.#chunks[place];
  }

  /**
   * Index behind the oldest chunk that ends with `seq` in `epoch`: where somebody goes on who has that
   * update. Chunks without an update (a pointer, a state) that follow it are sent again, which is harmless.
   * `undefined` when the ring has no such chunk.
   */
  indexAfter(seq: number, epoch: number): number | undefined {
    let found: number | undefined;
    for (let place = this.#chunks.length - 1; place >= this.#gone; place--) {
      const chunk = this.#chunks[place];
      if (chunk.seq < seq) break;
      if (chunk.seq === seq && chunk.epoch === epoch) found = chunk.index + 1;
    }
    return found;
  }

  /** Resolves when a chunk is pushed. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  stats(): { entries: number; bytes: number; maxBytes: number; spanMs: number; maxMs: number } {
    const oldest = this.#chunks[this.#gone];
    const newest = this.#chunks.at(-1);
    return {
      entries: this.#chunks.length - this.#gone,
      bytes: this.#bytes,
      maxBytes: this.#limits.maxBytes,
      spanMs: oldest && newest ? newest.time - oldest.time : 0,
      maxMs: this.#limits.maxMs,
    };
  }

  #expire(now: number): void {
    const { maxBytes, maxMs } = this.#limits;
    while (this.#chunks.length - this.#gone > 1) {
      const oldest = this.#chunks[this.#gone];
      if (this.#bytes <= maxBytes && now - oldest.time <= maxMs) break;
      this.#bytes -= sizeOf(oldest);
      this.#gone++;
    }
    if (this.#gone > 64 && this.#gone * 2 > this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#gone);
      this.#gone = 0;
    }
  }
}

function sizeOf(chunk: Chunk): number {
  return chunk.stream.length + chunk.messages.length;
}
