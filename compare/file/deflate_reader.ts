/** Takes a zlib stream apart into what its encoder chose: see deflate_plan.ts. */
import { ByteWriter } from "../../capture/byte_writer.ts";
import { BitReader } from "./bit_reader.ts";
import { lengthsOf, tells } from "./code_lengths.ts";
import {
  BLOCK,
  CODE_LENGTH_ORDER,
  DISTANCE_BASE,
  DISTANCE_BITS,
  END_OF_BLOCK,
  fixedLengths,
  LENGTH_BASE,
  LENGTH_BITS,
  MIN_MATCH,
  REPEAT_BITS,
} from "./deflate_format.ts";
import type { DeflatePlan } from "./deflate_plan.ts";
import { readTable } from "./huffman.ts";

interface Tables {
  readonly literals: Uint16Array;
  readonly distances: Uint16Array;
}

/**
 * Reads a stream.
 * @param rawBytes how many bytes it inflates to
 * @returns `undefined` where it is not a whole zlib stream of so many bytes
 */
export function readDeflate(stream: Uint8Array, rawBytes: number): DeflatePlan | undefined {
  if (stream.length < 2) return undefined;
  return new DeflateReader(stream, rawBytes).read();
}

class DeflateReader {
  readonly #stream: Uint8Array;
  readonly #bits: BitReader;
  readonly #rawBytes: number;
  readonly #blocks = new ByteWriter();
  readonly #matches = new ByteWriter();
  readonly #padding = new ByteWriter();
  /** Bytes that were inflated so far, if anything were. */
  #position = 0;
  /** Literals since the last match. */
  #literals = 0;

  constructor(stream: Uint8Array, rawBytes: number) {
    this.#stream = stream;
    this.#bits = new BitReader(stream, 2);
    this.#rawBytes = rawBytes;
  }

  read(): DeflatePlan | undefined {
    for (let last = 0; last === 0;) {
      last = this.#bits.take(1);
      const kind = this.#bits.take(2);
      this.#blocks.u8(kind * 2 + last);
      if (!this.#block(kind) || this.#bits.isPastEnd || this.#position > this.#rawBytes) {
        return undefined;
      }
    }
    if (this.#position !== this.#rawBytes) return undefined;
    this.#padding.u8(this.#bits.toByte());
    return {
      head: this.#stream.slice(0, 2),
      blocks: this.#blocks.finish(),
      matches: this.#matches.finish(),
      padding: this.#padding.finish(),
      tail: this.#stream.slice(this.#bits.place),
    };
  }

  #block(kind: number): boolean {
    switch (kind) {
      case BLOCK.stored:
        return this.#stored();
      case BLOCK.fixed: {
        const { literals, distances } = fixedLengths();
        return this.#coded({ literals: readTable(literals)!, distances: readTable(distances)! });
      }
      case BLOCK.dynamic: {
        const tables = this.#tables();
        return tables !== undefined && this.#coded(tables);
      }
      default:
        return false;
    }
  }

  #stored(): boolean {
    this.#padding.u8(this.#bits.toByte());
    const length = this.#bits.take(16);
    if (this.#bits.take(16) !== (length ^ 0xffff)) return false;
    this.#blocks.varint(length);
    this.#bits.skipBytes(length);
    this.#position += length;
    this.#literals += length;
    return true;
  }

  #tables(): Tables | undefined {
    const [literalCount, distanceCount, codeCount] = [5, 5, 4].map((bits) => this.#bits.take(bits));
    this.#blocks.u8(literalCount).u8(distanceCount).u8(codeCount);
    const own = new Uint8Array(19);
    for (let i = 0; i < codeCount + 4; i++) {
      const length = this.#bits.take(3);
      own[CODE_LENGTH_ORDER[i]] = length;
      this.#blocks.u8(length);
    }
    const table = readTable(own);
    if (!table) return undefined;
    const symbols = new ByteWriter();
    const total = literalCount + 257 + distanceCount + 1;
    for (let count = 0; count < total;) {
      const symbol = this.#bits.symbol(table);
      if (symbol < 0) return undefined;
      symbols.u8(symbol);
      let extra = 0;
      if (symbol >= 16) symbols.u8(extra = this.#bits.take(REPEAT_BITS[symbol - 16]));
      count += tells(symbol, extra);
    }
    const told = symbols.finish();
    this.#blocks.varint(told.length).bytes(told);
    const lengths = lengthsOf(told, literalCount + 257, distanceCount + 1);
    const literals = lengths && readTable(lengths.literals);
    const distances = lengths && readTable(lengths.distances);
    return literals && distances ? { literals, distances } : undefined;
  }

  /** Literals and matches up to the end of the block. */
  #coded({ literals, distances }: Tables): boolean {
    const bits = this.#bits;
    for (let count = 0;; count++) {
      const symbol = bits.symbol(literals);
      if (symbol === END_OF_BLOCK) {
        this.#blocks.varint(count);
        return true;
      }
      if (symbol < 0 || bits.isPastEnd || this.#position >= this.#rawBytes) return false;
      if (symbol < END_OF_BLOCK) {
        this.#literals++;
        this.#position++;
        continue;
      }
      const index = symbol - 257;
      if (index >= LENGTH_BASE.length) return false;
      const length = LENGTH_BASE[index] + bits.take(LENGTH_BITS[index]);
      const place = bits.symbol(distances);
      if (place < 0 || place >= DISTANCE_BASE.length) return false;
      const distance = DISTANCE_BASE[place] + bits.take(DISTANCE_BITS[place]);
      if (distance > this.#position) return false;
      const back = distance - 1;
      this.#matches.varint(this.#literals).u8(length - MIN_MATCH).u8(back & 255).u8(back >> 8);
      this.#literals = 0;
      this.#position += length;
    }
  }
}
