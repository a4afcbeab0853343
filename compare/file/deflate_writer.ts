/** Writes a zlib stream as its encoder did: from the bytes in it and the encoder's choices (deflate_plan.ts). */
import { Reader } from "../../public/decoder/reader.js";
import { BitWriter } from "./bit_writer.ts";
import { lengthsOf } from "./code_lengths.ts";
import {
  BLOCK,
  CODE_LENGTH_ORDER,
  DISTANCE_BASE,
  DISTANCE_BITS,
  END_OF_BLOCK,
  fixedLengths,
  LENGTH_BASE,
  LENGTH_BITS,
  MAX_MATCH,
  MIN_MATCH,
  REPEAT_BITS,
} from "./deflate_format.ts";
import type { DeflatePlan } from "./deflate_plan.ts";
import { type Codes, codesOf } from "./huffman.ts";

/** The choices do not go together with the bytes: this is not the plan of a stream that has them. */
export class PlanMismatch extends Error {
  override name = "PlanMismatch";
}

/**
 * @param raw what the stream inflates to
 * @throws {PlanMismatch} when the plan is not one of a stream of these bytes
 * @throws {ProtocolError} when it is cut off
 */
export function writeDeflate(plan: DeflatePlan, raw: Uint8Array): Uint8Array<ArrayBuffer> {
  return new DeflateWriter(plan, raw).write();
}

interface CodePair {
  readonly literals: Codes;
  readonly distances: Codes;
}

class DeflateWriter {
  readonly #plan: DeflatePlan;
  readonly #raw: Uint8Array;
  readonly #blocks: Reader;
  readonly #matches: Reader;
  readonly #padding: Reader;
  readonly #bits = new BitWriter();
  #position = 0;
  /** Literals up to the next match; behind the last one, Infinity. */
  #literals = 0;

  constructor(plan: DeflatePlan, raw: Uint8Array) {
    this.#plan = plan;
    this.#raw = raw;
    this.#blocks = new Reader(plan.blocks);
    this.#matches = new Reader(plan.matches);
    this.#padding = new Reader(plan.padding);
    this.#nextMatch();
  }

  write(): Uint8Array<ArrayBuffer> {
    this.#bits.bytes(this.#plan.head);
    for (let last = 0; last === 0;) {
      const what = this.#blocks.u8();
      last = what & 1;
      this.#bits.put(last, 1);
      this.#bits.put(what >> 1, 2);
      this.#block(what >> 1);
    }
    if (this.#position !== this.#raw.length) throw new PlanMismatch("Bytes are left over");
    this.#bits.toByte(this.#padding.u8());
    this.#bits.bytes(this.#plan.tail);
    return this.#bits.finish();
  }

  #block(kind: number): void {
    switch (kind) {
      case BLOCK.stored:
        return this.#stored();
      case BLOCK.fixed: {
        const { literals, distances } = fixedLengths();
        return this.#coded({ literals: codesOf(literals)!, distances: codesOf(distances)! });
      }
      case BLOCK.dynamic:
        return this.#coded(this.#codes());
      default:
        throw new PlanMismatch(`There is no block of kind ${kind}`);
    }
  }

  #stored(): void {
    this.#bits.toByte(this.#padding.u8());
    const length = this.#blocks.varint();
    if (length > 0xffff || length > this.#raw.length - this.#position) {
      throw new PlanMismatch("A stored block is too long");
    }
    this.#bits.put(length, 16);
    this.#bits.put(length ^ 0xffff, 16);
    this.#bits.bytes(this.#raw.subarray(this.#position, this.#position + length));
    this.#position += length;
    this.#literals -= length;
    if (this.#literals < 0) throw new PlanMismatch("A match begins in a stored block");
  }

  #codes(): CodePair {
    const counts = [this.#blocks.u8(), this.#blocks.u8(), this.#blocks.u8()];
    counts.forEach((count, i) => this.#bits.put(count, [5, 5, 4][i]));
    const own = new Uint8Array(19);
    for (let i = 0; i < Math.min(19, counts[2] + 4); i++) {
      const length = this.#blocks.u8();
      own[CODE_LENGTH_ORDER[i]] = length;
      this.#bits.put(length, 3);
    }
    const code = codesOf(own);
    const symbols = this.#blocks.bytes(this.#blocks.varint());
    const lengths = lengthsOf(symbols, counts[0] + 257, counts[1] + 1);
    const literals = lengths && codesOf(lengths.literals);
    const distances = lengths && codesOf(lengths.distances);
    if (!code || !literals || !distances) throw new PlanMismatch("The lengths are no code");
    for (let i = 0; i < symbols.length; i++) {
      this.#symbol(code, symbols[i]);
      if (symbols[i] >= 16) this.#bits.put(symbols[i + 1], REPEAT_BITS[symbols[i++] - 16]);
    }
    return { literals, distances };
  }

  #coded({ literals, distances }: CodePair): void {
    for (let count = this.#blocks.varint(); count > 0; count--) {
      if (this.#literals > 0) {
        if (this.#position >= this.#raw.length) throw new PlanMismatch("There are too few bytes");
        this.#symbol(literals, this.#raw[this.#position++]);
        this.#literals--;
        continue;
      }
      const length = this.#matches.u8() + MIN_MATCH;
      const distance = (this.#matches.u8() | this.#matches.u8() << 8) + 1;
      this.#symbol(literals, 257 + LENGTH_INDEX[length]);
      const lengthIndex = LENGTH_INDEX[length];
      this.#bits.put(length - LENGTH_BASE[lengthIndex], LENGTH_BITS[lengthIndex]);
      const place = indexOf(DISTANCE_BASE, distance);
      this.#symbol(distances, place);
      this.#bits.put(distance - DISTANCE_BASE[place], DISTANCE_BITS[place]);
      this.#position += length;
      this.#nextMatch();
    }
    this.#symbol(literals, END_OF_BLOCK);
  }

  #nextMatch(): void {
    this.#literals = this.#matches.left > 0 ? this.#matches.varint() : Infinity;
  }

  #symbol({ bits, lengths }: Codes, symbol: number): void {
    if (!lengths[symbol]) throw new PlanMismatch(`There is no code for ${symbol}`);
    this.#bits.put(bits[symbol], lengths[symbol]);
  }
}

/** The last of `bases` that is not above `value`. */
function indexOf(bases: readonly number[], value: number): number {
  let index = bases.length - 1;
  while (bases[index] > value) index--;
  return index;
}

/** By length of a match, which symbol tells it. */
const LENGTH_INDEX = Uint8Array.from(
  { length: MAX_MATCH + 1 },
  (_, length) => length < MIN_MATCH ? 0 : indexOf(LENGTH_BASE, length),
);
