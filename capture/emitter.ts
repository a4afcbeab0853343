/**
 * Collects the messages of a tick and turns them into one chunk of the shared stream.
 *
 * An epoch begins lazily: `endEpoch` only closes the running one, and the next message opens the new one in
 * front of itself. Between the two, the stream stands at a point where viewers can join.
 */
import type { Size } from "./geometry.ts";
import { concat, resizeMessage } from "./messages.ts";
import type { Chunk } from "./worker_protocol.ts";
import { EpochCompressor } from "./zstd.ts";

export class Emitter {
  readonly #beginEpoch: () => Uint8Array;
  readonly #publish: (chunk: Chunk) => void;
  #compressor: EpochCompressor | undefined;
  #pending: Uint8Array[] = [];
  #startsEpoch = false;
  #resizes: Size | undefined;
  #nextIndex = 0;
  /** Bytes of the running epoch so far, compressed. */
  epochBytes = 0;
  /** Totals. */
  messageBytes = 0;
  streamBytes = 0;
  epochs = 0;

  /**
   * @param beginEpoch makes the pipeline start an epoch and gives the message that says so
   * @param publish takes each chunk
   */
  constructor(beginEpoch: () => Uint8Array, publish: (chunk: Chunk) => void) {
    this.#beginEpoch = beginEpoch;
    this.#publish = publish;
  }

  /** Index of the chunk that comes next. */
  get nextIndex(): number {
    return this.#nextIndex;
  }

  /** No epoch runs: a viewer that has everything so far can join with the next chunk. */
  get atJoinPoint(): boolean {
    return !this.#compressor && this.#pending.length === 0;
  }

  /** Something was added that has not been flushed. */
  get hasPending(): boolean {
    return this.#pending.length > 0;
  }

  /** The running epoch has begun in this tick and has no update yet: for a keyframe it is as good as a new one. */
  get isFresh(): boolean {
    return this.#startsEpoch;
  }

  /** Opens an epoch if none runs. Must be called before an update of it is encoded. */
  openEpoch(): void {
    if (this.#compressor) return;
    this.#compressor = new EpochCompressor();
    this.#startsEpoch = true;
    this.epochBytes = 0;
    this.epochs++;
    this.#pending.push(this.#beginEpoch());
  }

  /** Closes the running epoch. Pending messages must have been flushed. */
  endEpoch(): void {
    if (this.#pending.length > 0) throw new Error("Cannot end an epoch with messages pending");
    this.#compressor?.close();
    this.#compressor = undefined;
  }

  /** Adds a message to the tick's chunk. */
  add(message: Uint8Array): void {
    this.openEpoch();
    this.#pending.push(message);
  }

  /** Adds the message that gives the canvas another size. */
  addResize(size: Size): void {
    this.add(resizeMessage(size.width, size.height));
    this.#resizes = size;
  }

  /**
   * Compresses and publishes what was added; nothing where nothing was.
   * @param at seq and epoch after it, and its time
   */
  async flush(at: { seq: number; epoch: number; time: number }): Promise<void> {
    if (!this.#compressor || this.#pending.length === 0) return;
    const messages = concat(this.#pending);
    this.#pending = [];
    const stream = await this.#compressor.compress(messages);
    const chunk: Chunk = {
      index: this.#nextIndex++,
      ...at,
      startsEpoch: this.#startsEpoch,
      resizes: this.#resizes,
      stream,
      messages,
    };
    this.#startsEpoch = false;
    this.#resizes = undefined;
    this.epochBytes += stream.length;
    this.messageBytes += messages.length;
    this.streamBytes += stream.length;
    this.#publish(chunk);
  }
}
