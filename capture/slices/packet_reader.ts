/**
 * From bytes to packets, for bytes that nobody vouches for: they may be cut anywhere, and nothing is waited for or
 * kept that is beyond the limits. Whether identities precede the packets is found out once, at the first one.
 */
import { contains, type Size } from "../geometry.ts";
import { BadPacket } from "./bad_packet.ts";
import { ByteQueue } from "./byte_queue.ts";
import {
  COUNT_BYTES,
  DESCRIPTOR_BYTES,
  IDENTITY_BYTES,
  MAX_COVER,
  MAX_PACKET_BYTES,
  MAX_PIXELS,
  MAX_SIDE,
  MAX_SLICES,
  MIN_PNG_BYTES,
  type Packet,
  type Slice,
} from "./packet.ts";

export interface PacketReaderOptions {
  /** What has to precede each packet, 16 bytes; `undefined`: anything of that length or nothing. */
  readonly identity: Uint8Array | undefined;
  /** The size of the picture that the first packet may change; `undefined`: it has to bring one. */
  readonly size: Size | undefined;
}

/** Count and first descriptor: what tells a packet from an identity. */
const SNIFFED_BYTES = COUNT_BYTES + DESCRIPTOR_BYTES;

/** What a packet's head says of one slice. */
interface Descriptor extends Omit<Slice, "png"> {
  readonly size: number;
}

export class PacketReader {
  readonly #wanted: Uint8Array | undefined;
  readonly #queue = new ByteQueue();
  /** Bytes before each count; `undefined` while that is not known. */
  #identityBytes: number | undefined;
  #size: Size | undefined;
  /** The head that was read; its PNGs are yet to come. */
  #head: { readonly whole: boolean; readonly slices: readonly Descriptor[] } | undefined;

  constructor({ identity, size }: PacketReaderOptions) {
    this.#wanted = identity;
    if (identity) this.#identityBytes = IDENTITY_BYTES;
    this.#size = size;
  }

  /** A packet has begun and not ended. */
  get isInside(): boolean {
    return this.#head !== undefined || this.#queue.length > 0;
  }

  /**
   * Takes the next bytes, which are copied.
   * @returns the packets that are complete with them; their PNGs have not been looked at
   * @throws {BadPacket} when they break the format or its limits; the reader is of no use any more
   */
  push(bytes: Uint8Array): Packet[] {
    this.#queue.push(bytes);
    const packets: Packet[] = [];
    for (let packet; (packet = this.#next());) packets.push(packet);
    return packets;
  }

  #next(): Packet | undefined {
    this.#head ??= this.#readHead();
    if (!this.#head) return undefined;
    const { whole, slices } = this.#head;
    const bytes = this.#queue.take(totalOf(slices));
    if (!bytes) return undefined;
    this.#head = undefined;
    let at = 0;
    const cut = slices.map(({ size, ...rect }) => ({
      ...rect,
      png: bytes.subarray(at, at += size),
    }));
    if (!whole) return { kind: "slices", slices: cut };
    const [{ w: width, h: height, png }] = cut;
    this.#size = { width, height };
    return { kind: "whole", size: this.#size, png };
  }

  /** Reads identity, count and descriptors; `undefined` while they are not all there. */
  #readHead() {
    this.#identityBytes ??= this.#sniff();
    if (this.#identityBytes === undefined) return undefined;
    const front = this.#queue.peek(this.#identityBytes + COUNT_BYTES);
    if (!front) return undefined;
    this.#checkIdentity(front.subarray(0, this.#identityBytes));
    const count = u32(front, this.#identityBytes);
    if (count > MAX_SLICES) {
      throw new BadPacket(`Cannot read slices: got a count of ${count}, wanted 0 to ${MAX_SLICES}`);
    }
    const length = front.length + Math.max(1, count) * DESCRIPTOR_BYTES;
    const head = this.#queue.take(length);
    if (!head) return undefined;
    const slices: Descriptor[] = [];
    for (let at = front.length; at < length; at += DESCRIPTOR_BYTES) {
      slices.push(readDescriptor(head, at));
    }
    if (count === 0) checkWhole(slices[0]);
    else checkSlices(slices, this.#size);
    return { whole: count === 0, slices };
  }

  #checkIdentity(identity: Uint8Array): void {
    if (!this.#wanted) return;
    // All bytes are looked at, so that the time tells nothing of where they differ.
    let different = 0;
    for (let i = 0; i < IDENTITY_BYTES; i++) different |= identity[i] ^ this.#wanted[i];
    if (different !== 0) throw new BadPacket("Cannot read slices: their identity is another one");
  }

  /**
   * A count of more than 3000 is none, so it is an identity's beginning. A smaller number is one if it is followed
   * by a descriptor that makes sense, or if nothing that makes sense is found behind an identity either.
   */
  #sniff(): number | undefined {
    const count = this.#queue.peek(COUNT_BYTES);
    if (!count) return undefined;
    if (u32(count, 0) > MAX_SLICES) return IDENTITY_BYTES;
    const front = this.#queue.peek(SNIFFED_BYTES);
    if (!front) return undefined;
    if (isLikely(front, 0)) return 0;
    const longer = this.#queue.peek(IDENTITY_BYTES + SNIFFED_BYTES);
    if (!longer) return undefined;
    return isLikely(longer, IDENTITY_BYTES) ? IDENTITY_BYTES : 0;
  }
}

function isLikely(bytes: Uint8Array, at: number): boolean {
  if (u32(bytes, at) > MAX_SLICES) return false;
  const { size, w, h } = readDescriptor(bytes, at + COUNT_BYTES);
  return isLength(size) && isSide(w) && isSide(h);
}

function readDescriptor(bytes: Uint8Array, at: number): Descriptor {
  const [size, h, w, x, y] = [0, 4, 8, 12, 16].map((offset) => u32(bytes, at + offset));
  return { size, x, y, w, h };
}

/** Its place means nothing. */
function checkWhole({ size, w, h }: Descriptor): void {
  checkLength(size, "the whole picture");
  if (!isSide(w) || !isSide(h) || w * h > MAX_PIXELS) {
    throw new BadPacket(
      `Cannot read slices: got a picture of ${w}×${h} pixels, wanted 1 to ${MAX_SIDE} a side and ` +
        `at most ${MAX_PIXELS} in all`,
    );
  }
}

function checkSlices(slices: readonly Descriptor[], picture: Size | undefined): void {
  if (!picture) {
    throw new BadPacket(
      "Cannot read slices: a whole picture, with a count of 0, has to come first",
    );
  }
  const { width, height } = picture;
  const whole = { x: 0, y: 0, w: width, h: height };
  let pixels = 0;
  slices.forEach(({ size, ...rect }, i) => {
    const name = `slice ${i + 1} of ${slices.length}`;
    checkLength(size, name);
    if (rect.w === 0 || rect.h === 0 || !contains(whole, rect)) {
      const { x, y, w, h } = rect;
      throw new BadPacket(
        `Cannot read slices: ${name} has ${w}×${h} pixels at ${x},${y}, wanted some within ${width}×${height}`,
      );
    }
    pixels += rect.w * rect.h;
  });
  if (pixels > MAX_COVER * width * height) {
    throw new BadPacket(
      `Cannot read slices: they have ${pixels} pixels, wanted at most ${MAX_COVER} times the picture's ` +
        `${width * height}`,
    );
  }
  const bytes = totalOf(slices);
  if (bytes > MAX_PACKET_BYTES) {
    throw new BadPacket(
      `Cannot read slices: got ${bytes} bytes, wanted at most ${MAX_PACKET_BYTES}`,
    );
  }
}

function checkLength(size: number, name: string): void {
  if (isLength(size)) return;
  throw new BadPacket(
    `Cannot read slices: ${name} has ${size} bytes, wanted ${MIN_PNG_BYTES} to ${MAX_PACKET_BYTES}`,
  );
}

function isLength(size: number): boolean {
  return size >= MIN_PNG_BYTES && size <= MAX_PACKET_BYTES;
}

function isSide(pixels: number): boolean {
  return pixels >= 1 && pixels <= MAX_SIDE;
}

function totalOf(slices: readonly Descriptor[]): number {
  return slices.reduce((sum, { size }) => sum + size, 0);
}

function u32(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3]) >>> 0;
}
