/**
 * A viewer's stream as a response's body: bytes go out when there are some and the connection can take them.
 *
 * The connection asks (`pull`), and one hand-over answers it. If there is nothing to hand over yet, the ring's
 * next chunk answers, from one loop over all viewers. A viewer that stops reading does not ask, and
 * so costs its cursor and what the connection buffers. Only joining, catching up and saying bye take promises.
 */
import type { Ring, RingReader } from "../capture/ring.ts";
import type { ViewerCursor } from "../capture/viewer_cursor.ts";

export interface StreamBodyOptions {
  readonly ring: Ring;
  readonly cursor: ViewerCursor;
  /** Called once, when the stream has ended, failed or been cancelled. */
  readonly gone: () => void;
}

export class StreamBody implements UnderlyingDefaultSource<Uint8Array>, RingReader {
  readonly #options: StreamBodyOptions;
  /** Set while the connection asks for bytes that it has not been given. */
  #asking: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** The cursor is joining, catching up or ending, or bytes are being given: it must not be asked now. */
  #busy = false;
  #closed = false;

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
    const parts = this.#options.cursor.takeNow(this.#look);
    if (!parts) this.#askCursor(this.#asking);
    else if (parts.length > 0) this.#give(this.#asking, parts);
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
   * Hands over all parts. The server reads on, or finds that the other end has gone, while it is given
   * one: what it then asks for comes after the last.
   */
  #give(controller: ReadableStreamDefaultController<Uint8Array>, parts: Uint8Array[]): void {
    this.#asking = undefined;
    this.#busy = true;
    for (const bytes of parts) {
      if (!this.#closed) controller.enqueue(bytes);
    }
    this.#busy = false;
    this.chunkCame();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#asking = undefined;
    this.#options.ring.forget(this);
    this.#options.gone();
  }
}
