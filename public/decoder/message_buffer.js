/**
 * Cuts a byte stream that arrives in any pieces into messages: kind `u8`, length `varint`, body.
 *
 * A message that lies whole in one chunk is handed on without a copy. Memory grows with the bytes that
 * have arrived, never with the length that a header claims.
 */
import { ProtocolError } from "./reader.js";

/** Kind and the longest length there can be: 1 + 8 bytes. */
const MAX_HEADER_BYTES = 9;
/** Held back for the next half message; above this the memory is given back once it is used up. */
const KEPT_BYTES = 2 ** 16;

export class MessageBuffer {
  /** The longest body accepted, in bytes; may be changed between messages. */
  maxBodyBytes;
  #pending = new Uint8Array(0);
  #length = 0;

  /** @param {number} maxBodyBytes */
  constructor(maxBodyBytes) {
    this.maxBodyBytes = maxBodyBytes;
  }

  clear() {
    this.#pending = new Uint8Array(0);
    this.#length = 0;
  }

  /**
   * @param {Uint8Array} chunk
   * @param {(kind: number, body: Uint8Array, size: number) => void} handle called for each whole message;
   *   `body` is only valid during the call; `size` counts the header too
   */
  push(chunk, handle) {
    let rest = chunk;
    // First complete the message that began in earlier chunks, taking no more than it needs.
    while (this.#length > 0 && rest.length > 0) {
      const missing = this.#missing();
      const take = rest.subarray(0, missing);
      this.#append(take);
      rest = rest.subarray(take.length);
      const bytes = this.#pending.subarray(0, this.#length);
      const header = parseHeader(bytes, this.maxBodyBytes);
      if (header && header.size === bytes.length) {
        this.#length = 0;
        handle(bytes[0], bytes.subarray(header.bodyStart), header.size);
        if (this.#pending.length > KEPT_BYTES) this.#pending = new Uint8Array(0);
      }
    }
    while (rest.length > 0) {
      const header = parseHeader(rest, this.maxBodyBytes);
      if (!header || header.size > rest.length) {
        this.#append(rest);
        return;
      }
      handle(rest[0], rest.subarray(header.bodyStart, header.size), header.size);
      rest = rest.subarray(header.size);
    }
  }

  /** How many bytes the pending message can take for sure without running into the next one. */
  #missing() {
    const header = parseHeader(this.#pending.subarray(0, this.#length), this.maxBodyBytes);
    return header ? header.size - this.#length : 1;
  }

  /** @param {Uint8Array} bytes */
  #append(bytes) {
    const needed = this.#length + bytes.length;
    if (needed > this.#pending.length) {
      const grown = new Uint8Array(Math.max(256, needed, this.#pending.length * 2));
      grown.set(this.#pending.subarray(0, this.#length));
      this.#pending = grown;
    }
    this.#pending.set(bytes, this.#length);
    this.#length = needed;
  }
}

/**
 * @param {Uint8Array} bytes from the message's first byte
 * @param {number} maxBodyBytes
 * @returns {{ bodyStart: number, size: number } | undefined} `undefined` while the header is incomplete
 */
function parseHeader(bytes, maxBodyBytes) {
  let length = 0;
  let scale = 1;
  for (let i = 1; i < bytes.length && i < MAX_HEADER_BYTES; i++) {
    length += (bytes[i] & 0x7f) * scale;
    if (bytes[i] < 0x80) {
      if (length > maxBodyBytes) {
        throw new ProtocolError(
          `Cannot take a message of ${length} bytes: at most ${maxBodyBytes} are allowed`,
        );
      }
      return { bodyStart: i + 1, size: i + 1 + length };
    }
    scale *= 128;
  }
  if (bytes.length >= MAX_HEADER_BYTES) {
    throw new ProtocolError("Cannot read a message length of more than 8 bytes");
  }
  return undefined;
}
