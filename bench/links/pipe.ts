/**
 * One direction of a link: packets wait for their turn in a queue that drops what it has no room for, leave at
 * the link's rate, get lost at random, and arrive after the delay. No clock and no sockets: callers say what
 * time it is.
 */

/** What a link does to packets. */
export interface Conditions {
  /** Bits per second; 0: nothing gets through, what is sent is lost. */
  readonly bitsPerSecond: number;
  /** From one end to the other, ms. */
  readonly delayMs: number;
  /** Share of packets that get lost, 0 to 1. */
  readonly loss: number;
}

/** The queue holds so much time at the link's rate ... */
const QUEUE_MS = 200;
/** ... and at least so many bytes, like a cheap router's. */
const MIN_QUEUE_BYTES = 64 * 1024;

export class Pipe {
  #conditions: Conditions;
  readonly #random: () => number;
  readonly #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  /** On their way, in the order of arrival. */
  readonly #flying: { packet: Uint8Array; at: number }[] = [];
  /** When the link has sent what it began, ms. */
  #freeAt = 0;
  /** Totals. */
  delivered = 0;
  dropped = 0;

  /** @param random 0 <= r < 1 */
  constructor(conditions: Conditions, random: () => number) {
    this.#conditions = conditions;
    this.#random = random;
  }

  /** Other conditions from now on; what flies already arrives as it would have. */
  set conditions(conditions: Conditions) {
    this.#conditions = conditions;
  }

  /**
   * Takes a packet.
   * @param now ms
   */
  offer(packet: Uint8Array, now: number): void {
    const { bitsPerSecond, loss } = this.#conditions;
    const room = Math.max(MIN_QUEUE_BYTES, bitsPerSecond / 8 * QUEUE_MS / 1000);
    const full = this.#queuedBytes + packet.length > room;
    if (bitsPerSecond === 0 || full || this.#random() < loss) {
      this.dropped++;
      return;
    }
    if (this.#queue.length === 0) this.#freeAt = Math.max(this.#freeAt, now);
    this.#queue.push(packet);
    this.#queuedBytes += packet.length;
  }

  /** The packets that have arrived by now. */
  arrived(now: number): Uint8Array[] {
    const { bitsPerSecond, delayMs } = this.#conditions;
    if (bitsPerSecond === 0) {
      this.dropped += this.#queue.length;
      this.#queue.length = 0;
      this.#queuedBytes = 0;
    }
    while (this.#queue.length > 0 && this.#freeAt <= now) {
      const packet = this.#queue.shift()!;
      this.#queuedBytes -= packet.length;
      this.#freeAt += packet.length * 8 * 1000 / bitsPerSecond;
      this.#flying.push({ packet, at: this.#freeAt + delayMs });
    }
    const out: Uint8Array[] = [];
    while (this.#flying.length > 0 && this.#flying[0].at <= now) {
      out.push(this.#flying.shift()!.packet);
    }
    this.delivered += out.length;
    return out;
  }

  /** When to ask again, ms; Infinity: after the next packet. */
  get nextAt(): number {
    const sends = this.#queue.length > 0 ? this.#freeAt : Infinity;
    return Math.min(sends, this.#flying[0]?.at ?? Infinity);
  }
}
