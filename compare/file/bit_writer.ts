/** The bits of a deflate stream, into a growing buffer: those of each byte from the lowest up. */
export class BitWriter {
  #bytes = new Uint8Array(4096);
  #length = 0;
  #held = 0;
  #count = 0;

  /** Appends the lowest `count` bits of a value, 0 to 16. */
  put(value: number, count: number): void {
    this.#held |= (value & ((1 << count) - 1)) << this.#count;
    this.#count += count;
    while (this.#count >= 8) {
      this.#reserve(1);
      this.#bytes[this.#length++] = this.#held;
      this.#held >>>= 8;
      this.#count -= 8;
    }
  }

  /** Fills the byte that has been begun, if one has, with the bits of `padding`. */
  toByte(padding: number): void {
    if (this.#count > 0) this.put(padding, 8 - this.#count);
  }

  /** Appends whole bytes; the next bit must be the first of a byte. */
  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A copy of what was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#length + count, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
