/**
 * Pictures as raw RGB in datagrams, as small programs send them: a picture is cut into parts that a datagram can hold,
 * each behind a head of three big-endian numbers. Nothing is acknowledged or sent again.
 *
 *     number u32   counts pictures
 *     part   u16   which part this is
 *     parts  u16   how many the picture has
 */
import type { Size } from "../../capture/geometry.ts";

const HEAD_BYTES = 8;
/** A datagram holds 65507 bytes at most. */
const PART_BYTES = 60_000;
/** The longest datagram here. */
export const DATAGRAM_BYTES = HEAD_BYTES + PART_BYTES;

/** Cuts a picture of `bytes` RGB bytes; the datagrams are valid until the next call. */
export class DatagramWriter {
  readonly #parts: Uint8Array<ArrayBuffer>[];
  /** The RGB bytes of a picture, to be filled before `cut`. */
  readonly rgb: Uint8Array<ArrayBuffer>;

  constructor({ width, height }: Size) {
    this.rgb = new Uint8Array(width * height * 3);
    const count = Math.ceil(this.rgb.length / PART_BYTES);
    this.#parts = Array.from({ length: count }, (_, part) => {
      const length = Math.min(PART_BYTES, this.rgb.length - part * PART_BYTES);
      const datagram = new Uint8Array(HEAD_BYTES + length);
      const head = new DataView(datagram.buffer);
      head.setUint16(4, part);
      head.setUint16(6, count);
      return datagram;
    });
  }

  /** @param number of the picture */
  cut(number: number): readonly Uint8Array<ArrayBuffer>[] {
    this.#parts.forEach((datagram, part) => {
      new DataView(datagram.buffer).setUint32(0, number);
      const start = part * PART_BYTES;
      const end = start + datagram.length - HEAD_BYTES;
      datagram.set(this.rgb.subarray(start, end), HEAD_BYTES);
    });
    return this.#parts;
  }
}

/** Puts pictures together again; one that lacks a part when the next one begins is given up. */
export class DatagramReader {
  readonly rgb: Uint8Array<ArrayBuffer>;
  /** Number of the picture that is being put together. */
  #number = -1;
  /** Which of its parts have come. */
  readonly #has = new Set<number>();

  constructor({ width, height }: Size) {
    this.rgb = new Uint8Array(width * height * 3);
  }

  /** @returns the number of the picture that this datagram made whole, in `rgb`, or `undefined` */
  take(datagram: Uint8Array): number | undefined {
    const head = new DataView(datagram.buffer, datagram.byteOffset, datagram.length);
    const number = head.getUint32(0);
    const part = head.getUint16(4);
    const content = datagram.subarray(HEAD_BYTES);
    if (number < this.#number || part * PART_BYTES + content.length > this.rgb.length) return;
    if (number > this.#number) this.#has.clear();
    this.#number = number;
    this.#has.add(part);
    this.rgb.set(content, part * PART_BYTES);
    return this.#has.size === head.getUint16(6) ? number : undefined;
  }
}
