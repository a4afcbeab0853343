/**
 * The body of one HTTP/1.1 response in chunked transfer coding (RFC 9112, section 7.1), as it arrives.
 */

/** The response is not what was asked for; its connection is lost. */
export class BadResponse extends Error {
  override name = "BadResponse";
}

const MAX_HEAD_BYTES = 16 * 1024;
const CR = 13;
const LF = 10;

export class HttpBody {
  /** Status line and headers so far; `undefined` once they are complete. */
  #head: string | undefined = "";
  /** Bytes that the running chunk still has. */
  #left = 0;
  /** The length that is being read, and whether it has digits yet. */
  #size = 0;
  #hasDigits = false;
  #inSizeLine = true;
  #ended = false;
  readonly #content: (bytes: Uint8Array) => void;

  /** @param content takes the body's bytes, valid during the call only */
  constructor(content: (bytes: Uint8Array) => void) {
    this.#content = content;
  }

  /** The last chunk has come. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Takes what came from the socket.
   * @throws {BadResponse} for another status than 200, or a body that is not chunked
   */
  push(bytes: Uint8Array): void {
    let at = this.#head === undefined ? 0 : this.#readHead(bytes);
    while (at < bytes.length && !this.#ended) {
      if (this.#inSizeLine) {
        at = this.#readSizeLine(bytes, at);
        continue;
      }
      const end = Math.min(bytes.length, at + this.#left);
      this.#content(bytes.subarray(at, end));
      this.#left -= end - at;
      at = end;
      if (this.#left === 0) this.#inSizeLine = true;
    }
  }

  /** @returns where the body begins in `bytes` */
  #readHead(bytes: Uint8Array): number {
    const before = this.#head!.length;
    const head = this.#head + new TextDecoder("latin1").decode(bytes);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) {
      if (head.length > MAX_HEAD_BYTES) throw new BadResponse("The response's head has no end");
      this.#head = head;
      return bytes.length;
    }
    const lines = head.slice(0, end).toLowerCase().split("\r\n");
    if (!/^http\/1\.1 200 /.test(lines[0])) throw new BadResponse(`The server says ${lines[0]}`);
    if (!lines.includes("transfer-encoding: chunked")) {
      throw new BadResponse("The response is not chunked");
    }
    this.#head = undefined;
    return end + 4 - before;
  }

  /** Reads a length in hexadecimal up to its line's end, and the line end before it if there is one. */
  #readSizeLine(bytes: Uint8Array, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === CR) continue;
      if (byte === LF) {
        // The line end after a chunk's content stands before any digit.
        if (!this.#hasDigits) continue;
        this.#left = this.#size;
        this.#ended = this.#size === 0;
        this.#size = 0;
        this.#hasDigits = false;
        this.#inSizeLine = false;
        return at + 1;
      }
      const digit = hexDigit(byte);
      if (digit < 0) throw new BadResponse(`A chunk's length has the byte ${byte}`);
      this.#size = this.#size * 16 + digit;
      this.#hasDigits = true;
    }
    return bytes.length;
  }
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  if (byte >= 97 && byte <= 102) return byte - 87;
  if (byte >= 65 && byte <= 70) return byte - 55;
  return -1;
}
