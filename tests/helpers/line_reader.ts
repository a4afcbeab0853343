/** Reads what a process writes, line by line. */
export class LineReader {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The next line, without its end. Throws when there is none. */
  async next(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      const { value, done } = await this.#reader.read();
      if (done) throw new Error(`the process ended after ${JSON.stringify(this.#text)}`);
      this.#text += value;
    }
  }

  /** Reads no more. */
  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }
}
