/**
 * A viewer's stream as a response's body: bytes go out when there are some and the connection can take them.
 *
 * The connection asks (`pull`), and one hand-over answers it. If there is nothing to hand over yet, the ring's
 * next chunk answers, from one loop over all viewers. A viewer that stops reading does not ask, and
 * so costs its cursor and what the connection buffers. Only joining, catching up and saying bye take promises.
 *
 * Deno copies what it is handed between two turns of the event loop into one buffer for each connection, which grows
 * to twice that and stays as large until the connection ends. So much is handed over in pieces, one a turn: first
 * pictures of 34 KB made that buffer the largest part of a viewer's memory.
 */
import type { Ring, RingReader } from "../capture/ring.ts";
import type { ViewerCursor } from "../capture/viewer_cursor.ts";
import type { Turns, TurnWaiter } from "./turns.ts";

/** Bytes for one turn at least. With half of that, 3,000 viewers who are late do not catch up any more. */
const MIN_PIECE_BYTES = 8 * 1024;
/** What all viewers together are handed in one turn, where the least piece allows it. Few viewers wait for no turns. */
const TURN_BYTES = 4 * 1024 * 1024;

/** How much one of so many viewers is handed in one turn, bytes: 4 MiB alone, 64 KiB of 64, 8 KiB from 512 on. */
export function pieceBytes(viewers: number): number {
  return Math.max(MIN_PIECE_BYTES, Math.floor(TURN_BYTES / Math.max(1, viewers)));
}

/** No bytes; one for all. */
const NOTHING: Uint8Array[] = [];

export interface StreamBodyOptions {
  readonly ring: Ring;
  readonly cursor: ViewerCursor;
  /** Shared by all streams. */
  readonly turns: Pick<Turns, "wait">;
  /** How many there are, this one included. */
  readonly viewers: () => number;
  /** Called once, when the stream has ended, failed or been cancelled. */
  readonly gone: () => void;
}

export class StreamBody implements UnderlyingDefaultSource<Uint8Array>, RingReader, TurnWaiter {
  readonly #options: StreamBodyOptions;
  /** Set while the connection asks for bytes that it has not been given. */
  #asking: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** The cursor is joining, catching up or ending, or bytes are being given: it must not be asked now. */
  #busy = false;
  #closed = false;
  /** What is left of parts that are handed over in pieces. */
  #rest: Uint8Array[] = NOTHING;

  constructor(options: StreamBodyOptions) {
    this.#options = options;
    options.ring.tell(this);
  }

  /** The body to give to a response; nothing is made before it is asked for. */
  open(): ReadableStream<Uint8Array> {
    return new ReadableStream(this, { highWaterMark: 0 });
  }

  pull(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#asking = controller;
    this.chunkCame();
  }

  /** The other end has gone. */
  cancel(): void {
    this.#close();
    this.#options.cursor.end("disconnected", "");
  }

  chunkCame(): void {
    if (!this.#asking || this.#busy) return;
    if (this.#rest.length > 0) return this.#give(this.#asking, this.#rest);
    const parts = this.#options.cursor.takeNow(this.#look);
    if (!parts) this.#askCursor(this.#asking);
    else if (parts.length > 0) this.#give(this.#asking, parts);
  }

  /** What was handed over last has been written, unless the connection is slow; and then it does not ask. */
  turned(): void {
    this.#busy = false;
    this.chunkCame();
  }

  readonly #look = () => this.chunkCame();

  /** The slow way, in which the cursor may wait for the capture. */
  #askCursor(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#busy = true;
    this.#options.cursor.next().then(
      (parts) => {
        this.#busy = false;
        if (this.#closed) return;
        if (parts) return this.#give(controller, parts);
        this.#close();
        controller.close();
      },
      (error) => {
        if (this.#closed) return;
        this.#close();
        controller.error(error);
      },
    );
  }

  /**
   * Hands over all parts, or as much as may be in this turn. The server reads on, or finds that the other end has
   * gone, while it is given one: what it then asks for comes after the last.
   */
  #give(controller: ReadableStreamDefaultController<Uint8Array>, parts: Uint8Array[]): void {
    const inPieces = this.#rest.length > 0;
    this.#asking = undefined;
    this.#busy = true;
    let room = pieceBytes(this.#options.viewers());
    let given = 0;
    while (given < parts.length && room > 0 && !this.#closed) {
      const bytes = parts[given];
      if (bytes.length > room) {
        parts[given] = bytes.subarray(room);
        controller.enqueue(bytes.subarray(0, room));
        break;
      }
      controller.enqueue(bytes);
      room -= bytes.length;
      given++;
    }
    this.#rest = given === parts.length || this.#closed ? NOTHING : parts.slice(given);
    // After the last piece, too: what follows would go into the same buffer.
    if (inPieces || this.#rest.length > 0) return this.#options.turns.wait(this);
    this.#busy = false;
    this.chunkCame();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#asking = undefined;
    this.#rest = NOTHING;
    this.#options.ring.forget(this);
    this.#options.gone();
  }
}
