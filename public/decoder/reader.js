/**
 * Reads the primitive values of docs/PROTOCOL.md from one message body. The bytes come from outside:
 * every read is checked against the end before it happens, and a bad value is a ProtocolError.
 */

/** The stream breaks the protocol; nothing after this point can be trusted. */
export class ProtocolError extends Error {
  /**
   * @param {string} message what was found and what was allowed
   * @param {"damaged" | "version"} [code] `version`: the server speaks another version of the protocol
   */
  constructor(message, code = "damaged") {
    super(message);
    this.name = "ProtocolError";
    this.code = code;
  }
}

export class Reader {
  #bytes;
  #position = 0;

  /** @param {Uint8Array} bytes one message body; kept, not copied */
  constructor(bytes) {
    this.#bytes = bytes;
  }

  /** Bytes not read yet. */
  get left() {
    return this.#bytes.length - this.#position;
  }

  /** @returns {number} 0 to 255 */
  u8() {
    if (this.#position >= this.#bytes.length) throw truncated(1, 0);
    return this.#bytes[this.#position++];
  }

  /** @returns {number} 0 to 2^53 - 1 */
  varint() {
    let value = 0;
    let scale = 1;
    for (let count = 1; count <= 8; count++) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      scale *= 128;
    }
    throw new ProtocolError("Cannot read a varint: it is longer than 8 bytes or above 2^53 - 1");
  }

  /** @returns {number} a signed integer: zigzag over a varint */
  svarint() {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /**
   * A view of the next bytes, not a copy.
   * @param {number} length
   * @returns {Uint8Array}
   */
  bytes(length) {
    if (length > this.left) throw truncated(length, this.left);
    const start = this.#position;
    this.#position += length;
    return this.#bytes.subarray(start, this.#position);
  }

  /** The rest of the body as UTF-8; malformed sequences become U+FFFD. */
  text() {
    return new TextDecoder().decode(this.bytes(this.left));
  }

  /**
   * Refuses bytes behind the last field.
   * @param {string} what the message's name
   */
  end(what) {
    if (this.left > 0) {
      throw new ProtocolError(`Cannot read ${what}: ${this.left} bytes behind its end`);
    }
  }
}

/**
 * @param {number} wanted
 * @param {number} left
 */
function truncated(wanted, left) {
  return new ProtocolError(`Cannot read ${wanted} bytes: the message ends after ${left}`);
}
