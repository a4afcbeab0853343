/**
 * The arithmetic decoder of docs/PROTOCOL.md ("Context coder", bits), written from that page alone, for reference
 * decoders.
 */

/** P = 1/2, never updated. */
const HALF = 0x80000000;

/** The binary arithmetic decoder of "Context coder". */
export class ReferenceBits {
  readonly #code: Uint8Array;
  #at = 0;
  #low = 0n;
  #high = 2n ** 64n - 1n;
  #value = 0n;

  constructor(code: Uint8Array) {
    this.#code = code;
    for (let i = 0; i < 8; i++) this.#value = this.#value << 8n | this.#next();
  }

  #next(): bigint {
    return BigInt(this.#code[this.#at++] ?? 0);
  }

  /** One bit with the cell at `i`. */
  bit(cells: Uint32Array, i = 0): number {
    const cell = cells[i];
    const middle = this.#low + ((this.#high - this.#low) >> 16n) * BigInt(cell >>> 16 | 1);
    const result = this.#value <= middle ? 1 : 0;
    if (result) this.#high = middle;
    else this.#low = middle + 1n;
    const count = cell & 1023;
    const p = cell >>> 10;
    const error = BigInt((result ? 2 ** 22 - 1 : 0) - p) *
      BigInt(Math.floor(65536 / (count + 1.5)));
    cells[i] = (p + Number(error >> 16n)) * 1024 + Math.min(count + 1, 100);
    while (this.#low >> 56n === this.#high >> 56n) {
      this.#low = BigInt.asUintN(64, this.#low << 8n);
      this.#high = BigInt.asUintN(64, this.#high << 8n | 255n);
      this.#value = BigInt.asUintN(64, this.#value << 8n | this.#next());
    }
    return result;
  }

  /** One bit with a fresh cell. */
  half(): number {
    return this.bit(Uint32Array.of(HALF));
  }

  /** A number of `k` bits. */
  tree(cells: Uint32Array, k: number): number {
    let node = 1;
    for (let i = 0; i < k; i++) node = 2 * node + this.bit(cells, node);
    return node - 2 ** k;
  }

  /** The size of a number: how many bits it has, one by one, then those below the leading one. */
  size(
    more: Uint32Array,
    from: number,
    most: number,
    first: Uint32Array,
    firstFrom: number,
    rest: Uint32Array,
  ): number {
    let n = 1;
    while (n < most && this.bit(more, from + n)) n++;
    let value = 1;
    if (n > 1) value = 2 * value + this.bit(first, firstFrom + n);
    for (let i = n - 3; i >= 0; i--) value = 2 * value + this.bit(rest, i);
    return value;
  }
}

/** Cells that have learnt nothing. */
export function cells(count: number): Uint32Array {
  return new Uint32Array(count).fill(HALF);
}
