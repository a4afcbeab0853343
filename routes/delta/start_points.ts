/**
 * Where decoding can start in a source's ring: at a keyframe, without which a chunk means nothing.
 *
 * The shared stream has few of them, and on a running server none may be left in the ring. From the moment somebody
 * asks for a difference, and for ten minutes after the last one did, this reader of the ring therefore gets itself a
 * keyframe now and then, as a viewer who joins does, so that most of the ring can be decoded. While nobody asks, it
 * does nothing and costs nothing.
 */
import { firstUpdateOf } from "./first_update.ts";
import type { Size } from "../../capture/geometry.ts";
import type { Ring, RingReader } from "../../capture/ring.ts";
import type { Joining } from "../../capture/viewer_cursor.ts";
import type { Chunk, JoinPoint } from "../../capture/worker_protocol.ts";

/** What is decoded; an `Engine` is one. */
export interface DeltaSource extends Joining {
  readonly ring: Pick<Ring, "get" | "start" | "end" | "stats" | "tell" | "forget">;
  /** The size of the picture as of the newest chunk, among other things. */
  hello(viewer: string): Size;
}

/** From here on the ring's chunks can be decoded. */
export interface StartPoint extends Size {
  /** The first chunk to decode. */
  readonly index: number;
  /** Seq of the first picture that there is then. */
  readonly seq: number;
  /** A zstd frame with a keyframe of `seq`, to be decoded first; `undefined` where the chunk at `index` has it. */
  readonly frame: Uint8Array<ArrayBuffer> | undefined;
}

/** Start points are got for so long after the last request, ms. */
const KEEP_MS = 600_000;
/** One for each such part of what the ring may hold, by bytes and by time. */
const PARTS = 4;
/** All start points take no more than this; the oldest one goes first. */
const MAX_BYTES = 48 * 2 ** 20;

export class StartPoints implements RingReader {
  readonly #source: DeltaSource;
  readonly #now: () => number;
  #points: StartPoint[] = [];
  #keptUntil = -Infinity;
  /** Bytes that have come since the newest start point was asked for; the time and the seq of the chunk before it. */
  #bytes = 0;
  #askedAt = -Infinity;
  #askedSeq = -1;
  #isAsking = false;
  /** There is the first one. */
  #first: Promise<void> = Promise.resolve();

  /** @param now ms, never jumps */
  constructor(source: DeltaSource, now: () => number) {
    this.#source = source;
    this.#now = now;
  }

  /**
   * Somebody is interested: start points are got for a while. Resolves once there is one, if one can be had: at once,
   * unless nobody was interested before.
   */
  keep(): Promise<void> {
    const isNew = this.#now() > this.#keptUntil;
    this.#keptUntil = this.#now() + KEEP_MS;
    if (isNew) {
      this.#source.ring.tell(this);
      this.#first = this.#ask();
    }
    return this.#first;
  }

  /** Nobody is interested any more. */
  stop(): void {
    this.#keptUntil = -Infinity;
    this.#points = [];
    this.#source.ring.forget(this);
  }

  chunkCame(): void {
    const { ring } = this.#source;
    if (this.#now() > this.#keptUntil) return this.stop();
    const chunk = ring.get(ring.end - 1);
    if (!chunk) return;
    // What lies before may be masked by now: nobody gets to see it again.
    if (chunk.resizes) this.#points = [];
    this.#points = this.#points.filter(({ index }) => index >= ring.start);
    this.#bytes += chunk.stream.length + chunk.messages.length;
    const { maxBytes, maxMs } = ring.stats();
    // While the picture stands still, the start point only has to be replaced before it leaves the ring.
    const pauseMs = maxMs / (chunk.seq === this.#askedSeq ? 2 : PARTS);
    const isDue = this.#bytes > maxBytes / PARTS || chunk.time - this.#askedAt > pauseMs;
    if (isDue && !this.#isAsking) this.#ask();
  }

  /** All there are now, the oldest first. All pictures from the first one on have the same size. */
  list(): StartPoint[] {
    const { ring } = this.#source;
    const points = this.#points.filter(({ index }) => index >= ring.start);
    const { width, height } = this.#source.hello("");
    // Backwards up to the newest change of size, or of what is masked.
    for (let index = ring.end - 1; index >= ring.start; index--) {
      const chunk = ring.get(index);
      if (!chunk) break;
      if (isStart(chunk)) {
        points.push({ index, seq: chunk.seq, width, height, frame: undefined });
      }
      if (chunk.resizes) break;
    }
    return points.sort((a, b) => a.seq - b.seq || a.index - b.index);
  }

  async #ask(): Promise<void> {
    const { ring } = this.#source;
    const newest = ring.get(ring.end - 1);
    this.#bytes = 0;
    this.#askedAt = newest?.time ?? -Infinity;
    this.#askedSeq = newest?.seq ?? -1;
    this.#isAsking = true;
    try {
      // A keyframe of before now would leave the ring too soon, however near it is.
      this.#add(await this.#source.join({ since: null, bridge: true, oldest: ring.end }));
    } catch {
      // The source is being closed or at fault, and others tell of it.
    } finally {
      this.#isAsking = false;
    }
  }

  #add({ index, seq, width, height, bytes }: JoinPoint): void {
    // Without a seq of its own the keyframe is in the ring, where `list()` finds it.
    if (seq === null || !bytes || this.#now() > this.#keptUntil) return;
    const known = this.#points.some((point) => point.index === index);
    if (!known) this.#points.push({ index, seq, width, height, frame: bytes });
    let total = this.#points.reduce((sum, { frame }) => sum + (frame?.length ?? 0), 0);
    while (total > MAX_BYTES && this.#points.length > 1) {
      total -= this.#points.shift()!.frame?.length ?? 0;
    }
  }
}

function isStart(chunk: Chunk): boolean {
  return chunk.startsEpoch && firstUpdateOf(chunk.messages) === "keyframe";
}
