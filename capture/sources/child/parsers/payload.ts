/**
 * Pixels of a known number of bytes, collected from pieces.
 *
 * Their buffers are used again: at 30 pictures a second of 1920×1080, fresh ones would be 190 MB of garbage a second.
 */
import type { Bytes } from "./parser.ts";

/** Buffers that wait to be used again, all of the size that was asked for last. */
export class Spares {
  /** One is filled, one waits to be converted: a third is enough for all. */
  static readonly #MOST = 2;
  #spares: Bytes[] = [];

  /** A buffer of this length, with anything in it. */
  take(length: number): Bytes {
    this.#spares = this.#spares.filter((spare) => spare.length === length);
    return this.#spares.pop() ?? new Uint8Array(length);
  }

  /** Nobody uses it any more. */
  give(bytes: Bytes): void {
    if (this.#spares.length < Spares.#MOST) this.#spares.push(bytes);
  }
}

/** One picture's pixels after the other. */
export class Payload {
  readonly #spares: Spares;
  #bytes: Bytes | undefined;
  #filled = 0;

  constructor(spares: Spares) {
    this.#spares = spares;
  }

  /** True between `begin` and `finish`. */
  get isOpen(): boolean {
    return this.#bytes !== undefined;
  }

  get isWhole(): boolean {
    return this.#filled === this.#bytes?.length;
  }

  /** From here on, bytes belong to a payload of this length. */
  begin(length: number): void {
    this.#bytes = this.#spares.take(length);
    this.#filled = 0;
  }

  /**
   * Takes what belongs to it of the bytes from `at` on.
   * @returns where the rest begins
   */
  take(bytes: Uint8Array, at: number): number {
    const target = this.#bytes;
    if (!target) return at;
    const end = Math.min(bytes.length, at + target.length - this.#filled);
    target.set(bytes.subarray(at, end), this.#filled);
    this.#filled += end - at;
    return end;
  }

  /** The bytes of a payload that is whole; whoever gets them gives them back to the spares. */
  finish(): Bytes {
    const bytes = this.#bytes;
    if (!bytes || !this.isWhole) throw new Error("Cannot finish: the payload is not whole");
    this.#bytes = undefined;
    this.#filled = 0;
    return bytes;
  }
}
