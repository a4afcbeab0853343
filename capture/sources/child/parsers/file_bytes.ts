/** Bytes of files whose length shows only at their end: they grow at one side and are cut off at the other. */
import type { Bytes } from "./parser.ts";

const FIRST_CAPACITY = 2 ** 16;

/** Its owner limits the length: it looks at what came before it lets more come. */
export class FileBytes {
  #buffer: Bytes = new Uint8Array(FIRST_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** All that there is; valid until the next `append` or cut. */
  get view(): Bytes {
    return this.#buffer.subarray(0, this.#length);
  }

  append(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
      larger.set(this.view);
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = needed;
  }

  /** Takes the first `length` bytes off, as a copy. */
  cut(length: number): Bytes {
    const head = this.#buffer.slice(0, length);
    this.drop(length);
    return head;
  }

  /** Forgets the first `length` bytes. */
  drop(length: number): void {
    this.#buffer.copyWithin(0, length, this.#length);
    this.#length -= length;
  }
}
