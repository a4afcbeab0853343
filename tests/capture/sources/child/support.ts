/** Parsers fed in all the ways that pipes cut bytes, a clock that is moved by hand, and children that tests play. */
import assert from "node:assert/strict";
import type { Clock } from "../../../../capture/sources/child/clock.ts";
import type { WrittenPicture } from "../../../../capture/sources/child/parsers/parser.ts";
import { parserFor } from "../../../../capture/sources/child/parsers/parser_for.ts";
import { Spares } from "../../../../capture/sources/child/parsers/payload.ts";
import type { Child, ChildEnding } from "../../../../capture/sources/child/process.ts";
import type { FrameFormat } from "../../../../capture/worker_protocol.ts";
import { ManualTimers } from "../../../helpers/manual_timers.ts";
import { Random } from "../../../helpers/random.ts";

export function ascii(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** The pictures in `bytes`, which come in pieces that end at `cuts`. */
export function parse(
  format: FrameFormat,
  bytes: Uint8Array,
  cuts: readonly number[],
): { pictures: WrittenPicture[]; isBetween: boolean } {
  const pictures: WrittenPicture[] = [];
  // Buffers are not given back: each picture keeps its own.
  const parser = parserFor(format, new Spares(), (picture) => pictures.push(picture));
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    parser.feed(bytes.subarray(from, to));
    from = to;
  }
  return { pictures, isBetween: parser.isBetween };
}

/** The same whole, one byte at a time, and cut at random: all have to agree. */
export function parseEveryWay(format: FrameFormat, bytes: Uint8Array) {
  const whole = parse(format, bytes, []);
  assert.deepEqual(parse(format, bytes, Array.from(bytes, (_, i) => i)), whole);
  const random = new Random(bytes.length);
  for (let round = 0; round < 20; round++) {
    const cuts = Array.from({ length: random.int(1, 9) }, () => random.int(0, bytes.length));
    assert.deepEqual(parse(format, bytes, cuts.sort((a, b) => a - b)), whole);
  }
  return whole;
}

/** Time that passes when a test says so, with all that is to happen then. */
export class TestClock implements Clock {
  readonly #timers = new ManualTimers();
  #now = 0;
  readonly now = (): number => this.#now;
  readonly after = (ms: number, action: () => void): () => void => this.#timers.after(ms, action);

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.pending;
  }

  /** Lets `ms` pass in steps of a millisecond, and what was waiting for that happen. */
  async pass(ms: number): Promise<void> {
    await settled();
    for (let step = 0; step < ms; step++) {
      this.#now++;
      this.#timers.pass(1);
      await settled();
    }
  }
}

/** Resolves once everything that can happen without time has happened. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 30; round++) await Promise.resolve();
}

/** A child that a test plays. */
export class PlayedChild implements Child {
  readonly #pieces: Uint8Array[] = [];
  #reading: ((piece: Uint8Array | undefined) => void) | undefined;
  #ended: ChildEnding | undefined;
  /** Times that something was read. */
  reads = 0;
  stopped = false;

  /** Its stdout is waited for. */
  get isRead(): boolean {
    return this.#reading !== undefined;
  }

  write(...pieces: Uint8Array[]): void {
    this.#pieces.push(...pieces);
    this.#serve();
  }

  end(code: number, stderr = ""): void {
    this.#ended = { code, signal: null, stderr };
    this.#serve();
  }

  read(): Promise<Uint8Array | undefined> {
    this.reads++;
    const { promise, resolve } = Promise.withResolvers<Uint8Array | undefined>();
    this.#reading = resolve;
    this.#serve();
    return promise;
  }

  ending(): Promise<ChildEnding | undefined> {
    return Promise.resolve(this.#ended);
  }

  stop(): Promise<void> {
    this.stopped = true;
    this.#serve();
    return Promise.resolve();
  }

  #serve(): void {
    const over = this.#ended !== undefined && this.#pieces.length === 0;
    if (!this.#reading || (this.#pieces.length === 0 && !over && !this.stopped)) return;
    const reading = this.#reading;
    this.#reading = undefined;
    reading(this.stopped ? undefined : this.#pieces.shift());
  }
}
