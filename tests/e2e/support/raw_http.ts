/**
 * A viewer's socket without anything between it and the test: it asks for exactly the headers it is given, undoes
 * no compression, and stops reading when the test does.
 */

/** An open response. */
export interface RawResponse extends Disposable {
  readonly status: number;
  readonly headers: Headers;
  /** The body's next bytes; `undefined` at its end. Nothing is read ahead. */
  read(): Promise<Uint8Array | undefined>;
  /** Closes the socket, wherever the response is. May be called twice. */
  close(): void;
}

const READ_BYTES = 65536;
const MAX_LINE_BYTES = 8192;

/** Sends a GET request. The answer must have a chunked body, like any stream. */
export async function openRaw(
  url: URL,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawResponse> {
  const connection = await Deno.connect({ hostname: url.hostname, port: Number(url.port) });
  const lines = Object.entries({ host: url.host, ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("")}\r\n`;
  await connection.write(new TextEncoder().encode(head));
  const input = new Input(connection);
  const [, status] = (await input.line()).split(" ");
  const got = new Headers();
  for (let line = await input.line(); line !== ""; line = await input.line()) {
    const colon = line.indexOf(":");
    got.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  if (got.get("transfer-encoding") !== "chunked") throw new Error("wanted a chunked body");
  let left = 0;
  let closed = false;
  function close() {
    if (!closed) connection.close();
    closed = true;
  }
  return {
    status: Number(status),
    headers: got,
    async read() {
      if (left === 0) {
        left = parseInt(await input.line(), 16);
        if (left === 0) return undefined;
      }
      const bytes = await input.atMost(left);
      left -= bytes.length;
      if (left === 0) await input.line();
      return bytes;
    },
    close,
    [Symbol.dispose]: close,
  };
}

/** Bytes of a socket, by lines or by number. */
class Input {
  readonly #connection: Deno.Conn;
  #rest = new Uint8Array();

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** Up to the next CRLF, which is left out. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf(10);
      if (end >= 0) {
        const line = new TextDecoder().decode(this.#rest.subarray(0, end)).trimEnd();
        this.#rest = this.#rest.subarray(end + 1);
        return line;
      }
      if (this.#rest.length > MAX_LINE_BYTES) throw new Error("a line of HTTP is too long");
      const more = await this.#receive();
      const both = new Uint8Array(this.#rest.length + more.length);
      both.set(this.#rest);
      both.set(more, this.#rest.length);
      this.#rest = both;
    }
  }

  /** 1 to `max` bytes. */
  async atMost(max: number): Promise<Uint8Array> {
    if (this.#rest.length === 0) this.#rest = await this.#receive();
    const bytes = this.#rest.subarray(0, max);
    this.#rest = this.#rest.subarray(bytes.length);
    return bytes;
  }

  async #receive(): Promise<Uint8Array<ArrayBuffer>> {
    const buffer = new Uint8Array(READ_BYTES);
    const count = await this.#connection.read(buffer);
    if (count === null) throw new Error("the server closed the connection in mid-response");
    return buffer.subarray(0, count);
  }
}
