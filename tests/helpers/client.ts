/** A viewer's end of the stream: zstd, the page's decoder, and a record of what it said. */
import { Decompress } from "fzstd";
import {
  type AppliedUpdate,
  type Cursor,
  Decoder,
  type Hello,
  type SourceState,
} from "../../public/decoder/decoder.js";
import { Random } from "./random.ts";

/** How bytes are cut on their way. */
export type Chunking = "whole" | "bytes" | "random";

export class Client {
  readonly hellos: Hello[] = [];
  readonly updates: AppliedUpdate[] = [];
  readonly resizes: { width: number; height: number }[] = [];
  readonly cursors: Cursor[] = [];
  readonly heartbeats: number[] = [];
  readonly states: { state: SourceState; text: string }[] = [];
  /** What each tile should have looked like, and what it did at that moment. */
  readonly checks: { wanted: Uint32Array; shown: Uint32Array }[] = [];
  readonly byes: { code: number; text: string }[] = [];
  readonly decoder: Decoder = new Decoder({
    hello: (hello) => this.hellos.push(hello),
    update: (update) => this.updates.push(update),
    resize: (size) => this.resizes.push(size),
    cursor: (cursor) => this.cursors.push(cursor),
    heartbeat: ({ time }) => this.heartbeats.push(time),
    state: ({ state, text }) => this.states.push({ state, text }),
    check: ({ hashes }) => {
      this.checks.push({ wanted: hashes, shown: this.decoder.picture!.hashTiles() });
    },
    bye: (bye) => this.byes.push(bye),
  });
  /** Bytes received, compressed. */
  bytes = 0;
  readonly #chunking: Chunking;
  readonly #random: Random;
  #zstd = this.#decompressor();

  constructor(chunking: Chunking = "whole", seed = 1) {
    this.#chunking = chunking;
    this.#random = new Random(seed);
  }

  /** The last seq and its epoch, to resume with; `undefined` before the first update. */
  get place(): { seq: number; epoch: number } | undefined {
    const { seq, epoch } = this.decoder;
    return seq === null || epoch === null ? undefined : { seq, epoch };
  }

  /** The canvas; throws before the first hello. */
  get rgba(): Uint8ClampedArray<ArrayBuffer> {
    if (!this.decoder.picture) throw new Error("the client has no picture yet");
    return this.decoder.picture.rgba;
  }

  /** Begins a new connection; what was not decoded of the one before is lost. */
  connect(): void {
    this.#zstd = this.#decompressor();
    this.decoder.restart();
  }

  /** Takes bytes of the body, zstd frames, cut as the client's chunking says. */
  receive(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    for (const piece of cut(bytes, this.#chunking, this.#random)) this.#zstd.push(piece);
  }

  #decompressor(): Decompress {
    return new Decompress((messages) => {
      for (const piece of cut(messages, this.#chunking, this.#random)) this.decoder.push(piece);
    });
  }
}

/** Cuts bytes into pieces. */
export function* cut(bytes: Uint8Array, chunking: Chunking, random: Random): Generator<Uint8Array> {
  if (chunking === "whole") {
    if (bytes.length > 0) yield bytes;
    return;
  }
  for (let at = 0; at < bytes.length;) {
    const length = chunking === "bytes" ? 1 : random.pick([1, 2, 3, 9, 40, 500, 5000]);
    yield bytes.subarray(at, at + length);
    at += length;
  }
}
