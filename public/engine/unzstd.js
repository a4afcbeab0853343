/**
 * Makes a message stream of a response body that may or may not still be zstd.
 *
 * A browser that knows zstd undoes it before `fetch` hands out the body, and hides that it did. So the
 * first four bytes decide: a zstd frame begins with 28 B5 2F FD, a message stream never does.
 */
// @ts-types="../vendor/fzstd.d.ts"
import { Decompress } from "../vendor/fzstd.js";

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];

export class Unzstd {
  /** @type {(chunk: Uint8Array) => void} */
  #out;
  /** @type {number[]} the first bytes, until there are enough of them to decide */
  #head = [];
  /** @type {Decompress | null} */
  #decompress = null;
  /** @type {boolean | null} */
  #compressed = null;

  /** @param {(chunk: Uint8Array) => void} out  called synchronously with message bytes, in order */
  constructor(out) {
    this.#out = out;
  }

  /** True: what is pushed is zstd. False: it is not. Null: fewer than four bytes came yet. */
  get compressed() {
    return this.#compressed;
  }

  /**
   * @param {Uint8Array} chunk  the next bytes of the body, split anywhere; not changed later by the caller
   * @throws {Error} when the bytes are not valid zstd
   */
  push(chunk) {
    if (chunk.length === 0) return;
    let rest = chunk;
    if (this.#compressed === null) {
      // A byte that breaks the pattern decides at once; a message stream begins with 0x01.
      let taken = 0;
      while (taken < rest.length && this.#compressed === null) {
        const byte = rest[taken];
        const matches = byte === MAGIC[this.#head.length];
        this.#head.push(byte);
        taken += 1;
        if (!matches) this.#compressed = false;
        else if (this.#head.length === MAGIC.length) this.#compressed = true;
      }
      if (this.#compressed === null) return;
      rest = rest.subarray(taken);
      if (this.#compressed) this.#decompress = new Decompress((data) => this.#emit(data));
      this.#pass(Uint8Array.from(this.#head));
      this.#head = [];
    }
    if (rest.length > 0) this.#pass(rest);
  }

  /** @param {Uint8Array} bytes */
  #pass(bytes) {
    if (this.#decompress) this.#decompress.push(bytes);
    else this.#emit(bytes);
  }

  /** @param {Uint8Array} bytes */
  #emit(bytes) {
    if (bytes.length > 0) this.#out(bytes);
  }
}
