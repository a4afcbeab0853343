/** Bytes that wait until there are enough of them. */

/** What the buffer is at first, and again when it has been emptied after it grew much. */
const FIRST_BYTES = 64 * 1024;
const MUCH_BYTES = 1024 * 1024;

/** First in, first out. Its memory is at most twice what it ever held, however small the pieces that came. */
export class ByteQueue {
  #buffer = new Uint8Array(FIRST_BYTES);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** Adds bytes, which are copied. */
  push(bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#buffer.length) this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** The first bytes, which stay, as they are until the next call of a method; `undefined` while there are fewer. */
  peek(length: number): Uint8Array | undefined {
    if (this.length < length) return undefined;
    return this.#buffer.subarray(this.#start, this.#start + length);
  }

  /** Takes the first bytes off; `undefined` while there are fewer. */
  take(length: number): Uint8Array | undefined {
    const bytes = this.peek(length)?.slice();
    if (!bytes) return undefined;
    this.#start += length;
    if (this.length === 0) {
      this.#start = this.#end = 0;
      if (this.#buffer.length > MUCH_BYTES) this.#buffer = new Uint8Array(FIRST_BYTES);
    }
    return bytes;
  }

  /** Moves what there is to the front of a buffer that has room for so many bytes more. */
  #makeRoom(bytes: number): void {
    const wanted = this.length + bytes;
    let capacity = this.#buffer.length;
    while (capacity < wanted) capacity *= 2;
    const buffer = capacity === this.#buffer.length ? this.#buffer : new Uint8Array(capacity);
    buffer.set(this.#buffer.subarray(this.#start, this.#end));
    this.#buffer = buffer;
    this.#end -= this.#start;
    this.#start = 0;
  }
}
