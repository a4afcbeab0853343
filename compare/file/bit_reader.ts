/** Bits of a deflate stream: those of each byte from the lowest up. Behind the end there are zeros. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #next: number;
  /** Bits that were read from `#bytes` and not taken yet, and how many. */
  #held = 0;
  #count = 0;

  constructor(bytes: Uint8Array, from: number) {
    this.#bytes = bytes;
    this.#next = from;
  }

  /** Index of the byte in which the next bit is. */
  get place(): number {
    return this.#next - (this.#count >> 3);
  }

  /** More bits were taken than there are. */
  get isPastEnd(): boolean {
    return this.place > this.#bytes.length;
  }

  /** The next `count` bits, 0 to 16, the first one as the lowest. */
  take(count: number): number {
    this.#fill(count);
    const value = this.#held & ((1 << count) - 1);
    this.#held >>>= count;
    this.#count -= count;
    return value;
  }

  /** The next symbol by a table of `readTable()`; -1 where no code begins so. */
  symbol(table: Uint16Array): number {
    this.#fill(15);
    const entry = table[this.#held & 0x7fff];
    if (entry === 0) return -1;
    const length = entry & 15;
    this.#held >>>= length;
    this.#count -= length;
    return entry >> 4;
  }

  /** The bits up to the next whole byte, which may be none. */
  toByte(): number {
    return this.take(this.#count & 7);
  }

  /** Leaves out whole bytes; the next bit must be the first of a byte. */
  skipBytes(count: number): void {
    this.#next = this.place + count;
    this.#held = 0;
    this.#count = 0;
  }

  #fill(count: number): void {
    while (this.#count < count) {
      this.#held |= (this.#bytes[this.#next++] ?? 0) << this.#count;
      this.#count += 8;
    }
  }
}
