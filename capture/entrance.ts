/**
 * How viewers get into the shared stream.
 *
 * They get in at a join point, where an epoch has ended and the next has not begun. There, a bridge (a
 * keyframe, or the tiles that they lack) brings them to the reference, and the shared stream goes on from its
 * next chunk. The running epoch is ended for them, but not more often than every `MIN_EPOCH_MS`, since
 * each end costs all viewers the compressor's history. (Epochs that end for reasons of their own do not
 * count: where every tick is a keyframe, nobody would ever get in.) A newcomer need not wait for that while the keyframe
 * at the running epoch's start is still near: it gets that one and the epoch from its first chunk.
 */
import type { Emitter } from "./emitter.ts";
import type { Pipeline } from "./pipeline.ts";
import { concat } from "./messages.ts";
import type { JoinPoint, JoinWish } from "./worker_protocol.ts";
import { compressFrame } from "./zstd.ts";

const MIN_EPOCH_MS = 250;
/** The running epoch is near its start while no more than this has followed its keyframe, or this share of it. */
const NEAR_BYTES = 32 * 1024;
const NEAR_SHARE = 0.25;

interface Waiting {
  readonly wish: JoinWish;
  readonly resolve: (point: JoinPoint) => void;
}

/** The way in at the running epoch's start. */
interface Door {
  readonly point: JoinPoint;
  /** Open until the epoch has more bytes than this. */
  readonly untilBytes: number;
}

export class Entrance {
  readonly #pipeline: Pipeline;
  readonly #emitter: Emitter;
  readonly #now: () => number;
  readonly #wall: () => number;
  readonly #extras: () => Uint8Array[];
  #waiting: Waiting[] = [];
  #door: Door | undefined;
  /** When an epoch was last ended for viewers that waited; ms by the steady clock. */
  #endedForViewers = -Infinity;
  /** Bridges made of changed tiles, since the start. */
  catchUps = 0;

  /**
   * @param clocks `steady`: ms, never jumps; `wall`: ms since the Unix epoch
   * @param extras what a newcomer has to know besides the picture (source state, pointer), as messages
   */
  constructor(
    pipeline: Pipeline,
    emitter: Emitter,
    clocks: { readonly steady: () => number; readonly wall: () => number },
    extras: () => Uint8Array[],
  ) {
    this.#pipeline = pipeline;
    this.#emitter = emitter;
    this.#now = clocks.steady;
    this.#wall = clocks.wall;
    this.#extras = extras;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** ms until the waiting viewers can be let in; Infinity when nobody waits. */
  delay(): number {
    if (this.#waiting.length === 0) return Infinity;
    if (this.#emitter.atJoinPoint) return 0;
    return Math.max(0, this.#endedForViewers + MIN_EPOCH_MS - this.#now());
  }

  /** Waits to be let in. */
  ask(wish: JoinWish): Promise<JoinPoint> {
    return new Promise((resolve) => this.#waiting.push({ wish, resolve }));
  }

  /** Must be called whenever an epoch ends. */
  epochEnded(): void {
    this.#door = undefined;
  }

  /** The running epoch's first chunk is a keyframe for everyone, `index` its number: newcomers can use it, too. */
  keyframePublished(index: number): void {
    const { width, height } = this.#pipeline.space;
    const bytes = compressFrame(concat(this.#extras()));
    this.#door = {
      point: { index, seq: null, width, height, bytes, keyframe: true },
      untilBytes: this.#emitter.epochBytes + nearBytes(this.#emitter.epochBytes),
    };
  }

  /**
   * Lets in who can be let in now.
   * @param endEpoch flushes and ends the running epoch
   */
  async serve(endEpoch: () => Promise<void>): Promise<void> {
    if (this.#waiting.length === 0) return;
    this.#serveNewcomersAtDoor();
    if (this.#waiting.length === 0) return;
    if (!this.#emitter.atJoinPoint) {
      if (this.delay() > 0) return;
      await endEpoch();
      this.#endedForViewers = this.#now();
    }
    for (const { wish, resolve } of this.#waiting.splice(0)) resolve(this.#joinHere(wish));
  }

  #serveNewcomersAtDoor(): void {
    const door = this.#door;
    if (!door || this.#emitter.epochBytes > door.untilBytes) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) {
      const { since, bridge, oldest } = one.wish;
      // On a screen where little happens, the ring may have dropped what lies behind the door.
      const fits = since === null && bridge && oldest <= door.point.index;
      if (fits) one.resolve(door.point);
      else this.#waiting.push(one);
    }
  }

  #joinHere({ since, bridge }: JoinWish): JoinPoint {
    const { seq, space: { width, height } } = this.#pipeline;
    const here = { index: this.#emitter.nextIndex, seq, width, height };
    if (!bridge) return { ...here, bytes: undefined, keyframe: false };
    if (since === null && this.#door) return this.#door.point;
    const { messages, keyframe } = this.#pipeline.catchUp(since, this.#wall());
    // First whether the source is there: a picture that is shown while it is away is none of now.
    const bytes = compressFrame(concat([...this.#extras(), messages]));
    const point = { ...here, bytes, keyframe };
    if (keyframe) this.#door = { point, untilBytes: nearBytes(bytes.length) };
    else this.catchUps++;
    return point;
  }
}

/** On a slow link, what follows the keyframe delays the newest picture. */
function nearBytes(keyframeBytes: number): number {
  return Math.max(NEAR_BYTES, keyframeBytes * NEAR_SHARE);
}
