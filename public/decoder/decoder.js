/**
 * The decoder of the Patchcast stream (docs/PROTOCOL.md): message bytes in, a picture and events out.
 *
 * It needs nothing from a browser, so the same file serves the page, the tests and the server's own
 * consumers. Input is hostile: any error is a ProtocolError, after which the decoder refuses more input
 * until `restart()` or `reset()`.
 */
import { readCursor } from "./cursor.js";
import { checkSize, parseHello } from "./hello.js";
import { isCount, maxBodyBytes } from "./limits.js";
import { MessageBuffer } from "./message_buffer.js";
import { PackDecoder } from "./pack_decoder.js";
import { Palette } from "./palette.js";
import { Picture } from "./picture.js";
import { ProtocolError, Reader } from "./reader.js";
import { readHashes, tileCount } from "./tile_hash.js";
import { TileSlots } from "./tile_slots.js";
import { applyTiles, readTilesHeader } from "./tiles_message.js";
import { applyUpdate, readUpdateHeader } from "./update.js";

export { ProtocolError };

/** @typedef {import("./picture.js").Rect} Rect */
/** @typedef {import("./cursor.js").Cursor} Cursor */
/** @typedef {import("./hello.js").Hello} Hello */
/**
 * @typedef {object} AppliedUpdate
 * @property {number} seq
 * @property {number} time of capture, ms since the Unix epoch by the server's clock
 * @property {boolean} keyframe
 * @property {Rect[]} rects what was written, in order; may overlap
 * @property {number} patchCount
 * @property {number} copyCount
 * @property {number} messageBytes the message's length without compression, header included
 */
/** @typedef {"live" | "lost" | "paused"} SourceState */
/**
 * @typedef {object} Handlers
 * @property {(hello: Hello) => void} hello
 * @property {(update: AppliedUpdate) => void} update after the picture has changed
 * @property {(size: { width: number, height: number }) => void} resize the picture was replaced by a black one
 * @property {(cursor: Cursor) => void} cursor
 * @property {(heartbeat: { time: number }) => void} heartbeat
 * @property {(state: { code: number, state: SourceState, text: string }) => void} state
 * @property {(check: { hashes: Uint32Array }) => void} check what each tile of the picture should look like now
 * @property {(bye: { code: number, text: string }) => void} bye
 */

export const VERSION = 1;
/** @type {readonly SourceState[]} */
const STATES = ["live", "lost", "paused"];

export class Decoder {
  /** The whole canvas; `null` before the first hello. @type {Picture | null} */
  picture = null;
  /** Seq of the last update applied. @type {number | null} */
  seq = null;
  /** Id of the epoch that `seq` belongs to. @type {number | null} */
  epoch = null;

  #handlers;
  #buffer = new MessageBuffer(maxBodyBytes(0));
  #palette = new Palette();
  #slots = new TileSlots();
  /** Made when the first pack comes. @type {PackDecoder | undefined} */
  #packs;
  #keptTiles;
  /** The archive that the last hello named. @type {unknown} */
  #archive;
  /** Counts updates in the current epoch; becomes `seq` with the next update. */
  #epochSeq = 0;
  #time = 0;
  #needsKeyframe = true;
  #needsHello = true;
  #failed = false;

  /**
   * @param {Partial<Handlers>} [handlers] called synchronously from `push`
   * @param {object} [options]
   * @param {number} [options.keptTiles] tiles of the history, of 16 KiB each, to be kept for when they come again
   */
  constructor(handlers = {}, { keptTiles = 0 } = {}) {
    this.#handlers = handlers;
    this.#keptTiles = keptTiles;
  }

  /**
   * Takes the next bytes of the message stream, split anywhere.
   * @param {Uint8Array} chunk not kept
   * @throws {ProtocolError} when the bytes break the protocol
   */
  push(chunk) {
    if (this.#failed) throw new ProtocolError("Cannot go on behind damaged bytes");
    try {
      this.#buffer.push(chunk, (kind, body, size) => this.#message(kind, body, size));
    } catch (error) {
      this.#failed = true;
      throw error;
    }
  }

  /** A new connection begins: a half-received message is forgotten; the picture and its seq stay. */
  restart() {
    this.#buffer.clear();
    this.#needsHello = true;
    // A failed update may have left half of itself on the picture.
    if (this.#failed) this.reset();
  }

  /** Forgets everything. */
  reset() {
    this.#buffer = new MessageBuffer(maxBodyBytes(0));
    this.picture = null;
    this.seq = null;
    this.epoch = null;
    this.#palette.clear();
    this.#slots.clear();
    this.#needsKeyframe = true;
    this.#needsHello = true;
    this.#failed = false;
  }

  /**
   * Says that the canvas shows what the server calls `seq`: the same picture has several names where nothing
   * changed from one instant to another.
   * @param {number} seq
   * @throws {RangeError} when the canvas shows no picture
   */
  assume(seq) {
    if (this.seq === null || this.#needsKeyframe) {
      throw new RangeError(`Cannot assume seq ${seq}: the canvas waits for a keyframe`);
    }
    this.seq = seq;
  }

  /**
   * @param {number} kind
   * @param {Uint8Array} body
   * @param {number} size
   */
  #message(kind, body, size) {
    const reader = new Reader(body);
    if (this.#needsHello && kind !== 0x01) {
      throw new ProtocolError(`Cannot begin with message kind ${kind}: a hello comes first`);
    }
    switch (kind) {
      case 0x01:
        return this.#hello(reader);
      case 0x02:
        return this.#startEpoch(reader);
      case 0x03:
        return this.#update(reader, size);
      case 0x04: {
        const width = reader.varint();
        const height = reader.varint();
        reader.end("a resize");
        return this.#resize(width, height);
      }
      case 0x05:
        return this.#handlers.cursor?.(readCursor(reader));
      case 0x06: {
        const time = reader.varint();
        reader.end("a heartbeat");
        return this.#handlers.heartbeat?.({ time });
      }
      case 0x07: {
        const code = reader.u8();
        const state = STATES[code];
        if (!state) throw new ProtocolError(`Cannot read source state ${code}`);
        return this.#handlers.state?.({ code, state, text: reader.text() });
      }
      case 0x08: {
        const code = reader.u8();
        return this.#handlers.bye?.({ code, text: reader.text() });
      }
      case 0x09:
        return this.#tiles(reader, size);
      case 0x80:
        return this.#check(body);
      default:
        if (kind < 0x80) throw new ProtocolError(`Cannot read message kind ${kind}`);
    }
  }

  /** @param {Reader} reader */
  #hello(reader) {
    const magic = reader.bytes(4);
    if (magic[0] !== 0x50 || magic[1] !== 0x43 || magic[2] !== 0x53 || magic[3] !== 0x54) {
      throw new ProtocolError("Cannot read the hello: it does not begin with PCST");
    }
    const version = reader.u8();
    if (version !== VERSION) {
      throw new ProtocolError(
        `The server speaks version ${version} of the stream, this client version ${VERSION}`,
        "version",
      );
    }
    const hello = parseHello(reader.text());
    this.#needsHello = false;
    this.#archive = hello.archive;
    const { picture } = this;
    if (!picture || picture.width !== hello.width || picture.height !== hello.height) {
      this.#resize(hello.width, hello.height);
    }
    this.#handlers.hello?.(hello);
  }

  /** @param {Reader} reader */
  #startEpoch(reader) {
    const id = reader.varint();
    const seq = reader.varint();
    this.#time = reader.varint();
    reader.end("an epoch");
    this.epoch = id;
    this.#epochSeq = seq;
    this.#palette.clear();
    this.picture?.forgetContext();
    this.#slots.clear();
    if (seq !== this.seq) this.#needsKeyframe = true;
  }

  /**
   * @param {Reader} reader
   * @param {number} messageBytes
   */
  #update(reader, messageBytes) {
    const { picture } = this;
    if (!picture || this.epoch === null) {
      throw new ProtocolError("Cannot apply an update before an epoch");
    }
    const { keyframe, seqDelta, timeDelta } = readUpdateHeader(reader);
    if (!keyframe && this.#needsKeyframe) {
      throw new ProtocolError("Cannot apply an update: a keyframe has to come first");
    }
    const applied = applyUpdate(reader, keyframe, picture, this.#palette, this.#slots);
    this.#needsKeyframe = false;
    this.#epochSeq += seqDelta;
    this.#time += timeDelta;
    this.seq = this.#epochSeq;
    const { seq } = this;
    this.#handlers.update?.({ seq, time: this.#time, keyframe, ...applied, messageBytes });
  }

  /**
   * @param {Reader} reader
   * @param {number} messageBytes
   */
  #tiles(reader, messageBytes) {
    const { picture } = this;
    if (!picture || this.epoch === null) {
      throw new ProtocolError("Cannot apply tiles before an epoch");
    }
    const { keyframe, seqDelta, timeDelta } = readTilesHeader(reader);
    if (!keyframe && this.#needsKeyframe) {
      throw new ProtocolError("Cannot apply tiles: a keyframe has to come first");
    }
    const seq = this.#epochSeq + seqDelta;
    const time = this.#time + timeDelta;
    if (!isCount(seq) || !isCount(time)) {
      throw new ProtocolError(`Cannot go to seq ${seq}, time ${time}: wanted 0 to 2^53 - 1`);
    }
    const applied = applyTiles(reader, keyframe, picture, () => this.#packDecoder());
    this.#needsKeyframe = false;
    this.#epochSeq = this.seq = seq;
    this.#time = time;
    this.#handlers.update?.({ seq, time, keyframe, ...applied, messageBytes });
  }

  #packDecoder() {
    this.#packs ??= new PackDecoder(this.#keptTiles);
    this.#packs.archive = this.#archive;
    return this.#packs;
  }

  /** @param {Uint8Array} body */
  #check(body) {
    const { picture } = this;
    // A canvas that waits for its keyframe shows nothing that could be right.
    if (!picture || this.#needsKeyframe) return;
    const expected = tileCount(picture) * 4;
    if (body.length !== expected) {
      throw new ProtocolError(`Cannot read a check of ${body.length} bytes: wanted ${expected}`);
    }
    this.#handlers.check?.({ hashes: readHashes(body) });
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  #resize(width, height) {
    checkSize(width, height);
    this.picture = new Picture(width, height);
    this.#slots.clear();
    this.#needsKeyframe = true;
    this.#buffer.maxBodyBytes = maxBodyBytes(width * height);
    this.#handlers.resize?.({ width, height });
  }
}
