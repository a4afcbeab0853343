/** The end of what a child writes to stderr; it has to be read, or the child would wait for somebody to do so. */

const MAX_BYTES = 4096;

export class StderrTail {
  #tail = new Uint8Array();
  /** Resolves at its end. */
  readonly ended: Promise<void>;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.ended = this.#drain(stream);
  }

  /** The last 4 KiB as text. */
  get text(): string {
    return new TextDecoder().decode(this.#tail);
  }

  async #drain(stream: ReadableStream<Uint8Array>): Promise<void> {
    try {
      for await (const piece of stream) {
        const all = new Uint8Array(this.#tail.length + piece.length);
        all.set(this.#tail);
        all.set(piece, this.#tail.length);
        this.#tail = all.slice(-MAX_BYTES);
      }
    } catch {
      // The pipe is gone: nothing more is said.
    }
  }
}
