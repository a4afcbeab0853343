/**
 * The contents of a series of zstd frames (RFC 8878), for thousands of viewers at little cost.
 *
 * What cannot be compressed travels in raw blocks, which every viewer reads for itself. Compressed blocks can
 * only be decoded with all of their frame before them. All viewers in sync get the same frames, so each
 * frame is decoded once, by whichever viewer comes first, and the contents of its compressed blocks are kept for
 * the others. Frames are the same if their first blocks are, byte for byte: these hold the epoch's id, seq and time.
 */
import { zstdDecompressSync } from "node:zlib";
import { Decompress } from "fzstd";

const MAGIC = 0xfd2fb528;
const RAW = 0;
const RLE = 1;
/** RFC 8878, section 3.1.1.2.3: a block's content is never larger. */
const MAX_BLOCK_BYTES = 128 * 1024;
/** Frames that are remembered for viewers that have not begun with them. */
const MAX_FRAMES = 24;
/** Frames of one block below this are decoded each time: hellos, of which no two are the same. */
const MIN_SHARED_BYTES = 1024;

const NOTHING = new Uint8Array(0);

/** A frame as far as any viewer has come. */
class SharedFrame {
  readonly first: Uint8Array;
  /** Holds a window of several MB. */
  readonly #decoder = new Decompress((content) => this.#newest = content);
  #newest: Uint8Array = NOTHING;
  #blocks = 0;
  /** Contents of the compressed blocks, by their number. */
  readonly #contents = new Map<number, Uint8Array>();

  constructor(header: Uint8Array, first: Uint8Array) {
    this.first = first.slice();
    this.#decoder.push(header.slice());
  }

  /** Takes a viewer's next block, which is new to the frame if that viewer is ahead of all others. */
  take(number: number, block: Uint8Array): void {
    if (number < this.#blocks) return;
    this.#newest = NOTHING;
    this.#decoder.push(block.slice());
    this.#blocks++;
    const type = typeOf(block);
    if (type !== RAW && type !== RLE) this.#contents.set(number, this.#newest.slice());
  }

  /** What a compressed block holds that was taken. */
  contentOf(number: number): Uint8Array {
    return this.#contents.get(number)!;
  }
}

/** What the viewers have decoded for each other. */
export class FrameStore {
  readonly #frames: SharedFrame[] = [];

  /** The frame that begins with this header and block. */
  frameOf(header: Uint8Array, first: Uint8Array): SharedFrame {
    const known = this.#frames.findLast((frame) => equal(frame.first, first));
    if (known) return known;
    const frame = new SharedFrame(header, first);
    this.#frames.push(frame);
    if (this.#frames.length > MAX_FRAMES) this.#frames.shift();
    return frame;
  }
}

/** One viewer's way through its frames. */
export class ZstdBlocks {
  readonly #store: FrameStore;
  readonly #content: (bytes: Uint8Array) => void;
  /** Half a block, or half a header. */
  #pending: Uint8Array = NOTHING;
  /** The header of the frame that is being read; `undefined` between frames. */
  #header: Uint8Array | undefined;
  #frame: SharedFrame | undefined;
  #number = 0;

  /** @param content takes what the frames hold, valid during the call only */
  constructor(store: FrameStore, content: (bytes: Uint8Array) => void) {
    this.#store = store;
    this.#content = content;
  }

  /**
   * Takes the next bytes, cut anywhere.
   * @throws {RangeError} when they are no zstd frames
   */
  push(bytes: Uint8Array): void {
    const all = this.#pending.length > 0 ? join(this.#pending, bytes) : bytes;
    let at = 0;
    for (;;) {
      const length = this.#header ? blockLength(all, at) : headerLength(all, at);
      if (length === undefined || at + length > all.length) break;
      const part = all.subarray(at, at + length);
      if (this.#header) this.#readBlock(part);
      else this.#header = part.slice();
      at += length;
    }
    this.#pending = at === all.length ? NOTHING : all.slice(at);
  }

  #readBlock(block: Uint8Array): void {
    this.#content(this.#contentOf(block));
    this.#number++;
    if (!isLast(block)) return;
    this.#header = undefined;
    this.#frame = undefined;
    this.#number = 0;
  }

  #contentOf(block: Uint8Array): Uint8Array {
    if (this.#number === 0) {
      if (isLast(block) && block.length < MIN_SHARED_BYTES) {
        return zstdDecompressSync(join(this.#header!, block));
      }
      this.#frame = this.#store.frameOf(this.#header!, block);
    }
    // A viewer may leave a frame at any point by an empty last block, which is not the others' business.
    if (block.length === 3) return NOTHING;
    this.#frame!.take(this.#number, block);
    switch (typeOf(block)) {
      case RAW:
        return block.subarray(3);
      case RLE:
        return new Uint8Array(sizeField(block, 0)).fill(block[3]);
      default:
        return this.#frame!.contentOf(this.#number);
    }
  }
}

function isLast(block: Uint8Array): boolean {
  return (block[0] & 1) === 1;
}

function typeOf(block: Uint8Array): number {
  return (block[0] >> 1) & 3;
}

function sizeField(bytes: Uint8Array, at: number): number {
  return (bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16) >>> 3;
}

/** Length of the block at `at`, header included; `undefined` while that is not there. */
function blockLength(bytes: Uint8Array, at: number): number | undefined {
  if (bytes.length - at < 3) return undefined;
  const size = sizeField(bytes, at);
  if (size > MAX_BLOCK_BYTES) throw new RangeError(`A zstd block has ${size} bytes`);
  return 3 + (((bytes[at] >> 1) & 3) === RLE ? 1 : size);
}

/** Length of the frame header at `at`, section 3.1.1.1; `undefined` while its first bytes are not there. */
function headerLength(bytes: Uint8Array, at: number): number | undefined {
  if (bytes.length - at < 5) return undefined;
  const magic = bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24;
  if (magic >>> 0 !== MAGIC) throw new RangeError("A zstd frame does not begin as one");
  const descriptor = bytes[at + 4];
  const single = (descriptor >> 5) & 1;
  const sizeBytes = [single, 2, 4, 8][descriptor >> 6];
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3];
  return 4 + 1 + (1 - single) + dictionaryBytes + sizeBytes;
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
