/**
 * The message stream (docs/PROTOCOL.md) as the load generator reads it: every header, no pixels.
 */

const EPOCH = 0x02;
const UPDATE = 0x03;
/** Kind, length, flags, seqDelta and timeDelta at their longest. */
const MAX_START_BYTES = 1 + 8 + 1 + 8 + 8;

/** What a viewer hears of. */
export interface MessageSink {
  /** A new epoch: updates and their times count from here. `time` is in ms since the Unix epoch. */
  epoch(seq: number, time: number): void;
  /** An update has come, to its last byte. */
  update(keyframe: boolean, seqDelta: number, timeDelta: number): void;
}

export class Messages {
  readonly #sink: MessageSink;
  /** The start of a message whose rest has not come. */
  #start = new Uint8Array(0);
  /** Bytes that the running message still has. */
  #left = 0;
  /** What the running message is, once it has come. */
  #update: { keyframe: boolean; seqDelta: number; timeDelta: number } | undefined;

  constructor(sink: MessageSink) {
    this.#sink = sink;
  }

  /** Takes the next bytes of the message stream, cut anywhere. */
  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#left > 0) {
        const skipped = Math.min(this.#left, bytes.length - at);
        this.#left -= skipped;
        at += skipped;
        if (this.#left === 0) this.#finish();
        continue;
      }
      const before = this.#start.length;
      const start = before === 0 ? bytes.subarray(at) : this.#startWith(bytes.subarray(at));
      const length = this.#begin(start);
      if (length === undefined) {
        this.#start = start.slice();
        return;
      }
      this.#start = NOTHING;
      at += Math.min(length, start.length) - before;
      this.#left = length - Math.min(length, start.length);
      if (this.#left === 0) this.#finish();
    }
  }

  #startWith(bytes: Uint8Array): Uint8Array {
    const joined = new Uint8Array(Math.min(MAX_START_BYTES * 2, this.#start.length + bytes.length));
    joined.set(this.#start);
    joined.set(bytes.subarray(0, joined.length - this.#start.length), this.#start.length);
    return joined;
  }

  /** Reads a message's head; @returns the message's length, `undefined` while too little is there. */
  #begin(bytes: Uint8Array): number | undefined {
    const cursor = { at: 1 };
    const bodyLength = readVarint(bytes, cursor);
    if (bodyLength === undefined) return undefined;
    const length = cursor.at + bodyLength;
    const isThere = bytes.length >= Math.min(length, MAX_START_BYTES);
    if (bytes[0] === EPOCH) {
      if (!isThere) return undefined;
      readVarint(bytes, cursor);
      this.#sink.epoch(readVarint(bytes, cursor)!, readVarint(bytes, cursor)!);
    } else if (bytes[0] === UPDATE) {
      if (!isThere) return undefined;
      const keyframe = (bytes[cursor.at++] & 1) === 1;
      const seqDelta = readVarint(bytes, cursor)!;
      this.#update = { keyframe, seqDelta, timeDelta: readVarint(bytes, cursor)! };
    }
    return length;
  }

  #finish(): void {
    const update = this.#update;
    if (!update) return;
    this.#update = undefined;
    this.#sink.update(update.keyframe, update.seqDelta, update.timeDelta);
  }
}

const NOTHING = new Uint8Array(0);

/** Unsigned LEB128; `undefined` when it is cut off. */
function readVarint(bytes: Uint8Array, cursor: { at: number }): number | undefined {
  let value = 0;
  for (let scale = 1; cursor.at < bytes.length; scale *= 128) {
    const byte = bytes[cursor.at++];
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
  }
  return undefined;
}
