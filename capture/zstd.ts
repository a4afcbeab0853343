/**
 * The stream's compression: zstd frames (RFC 8878) that carry the messages.
 *
 * All updates of an epoch go through one compressor, flushed after each: the history of earlier updates
 * makes the next one smaller, and all viewers in sync get the same bytes. A viewer can leave such a frame
 * at any flush: `END_OF_FRAME` ends it there, and another frame may follow.
 */
import { Buffer } from "node:buffer";
import { constants, createZstdCompress, zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** Level 3 is where more effort stops paying on screens; 2^22 is what every decoder takes (browsers allow 2^23). */
const PARAMS = {
  [constants.ZSTD_c_compressionLevel]: 3,
  [constants.ZSTD_c_windowLog]: 22,
};

/**
 * An empty raw block with the last-block bit, RFC 8878 section 3.1.1.2: ends a frame that was flushed
 * but not finished. The frames here have no checksum behind the last block.
 */
export const END_OF_FRAME: Uint8Array<ArrayBuffer> = new Uint8Array([0x01, 0x00, 0x00]);

/** Magic number; no content size, checksum or dictionary; a window of 2^22 bytes: section 3.1.1.1. */
const FRAME_HEADER = [0x28, 0xb5, 0x2f, 0xfd, 0x00, (22 - 10) << 3];

/** One whole frame of its own, for what a single viewer gets. */
export function compressFrame(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(zstdCompressSync(bytes, { params: PARAMS }));
}

/** Content of a raw block, RFC 8878 section 3.1.1.2.3: at most 128 KiB. */
const MAX_RAW_BYTES = 128 * 1024;
/** Frames with less content get further blocks. */
const MIN_RAW_BYTES = 18 - FRAME_HEADER.length - 3;

/**
 * One whole frame that holds `bytes` as they are. For a hello, which is short and every viewer's own: a
 * compressor takes longer to set up than it saves, and its memory stays for a while.
 */
export function storeFrame(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = bytes;
  if (length > MAX_RAW_BYTES) {
    throw new RangeError(`Cannot store a frame: got ${length} bytes, wanted 0 to ${MAX_RAW_BYTES}`);
  }
  // fzstd, the page's decoder where the browser has none, does not begin a frame of less than 18 bytes before it has
  // bytes of another one, and behind a bye there is none: empty blocks of three bytes fill it up.
  const empty = Math.ceil(Math.max(0, MIN_RAW_BYTES - length) / 3);
  const tail = new Uint8Array(3 * empty);
  if (empty > 0) tail.set(END_OF_FRAME, tail.length - 3);
  const frame = new Uint8Array(FRAME_HEADER.length + 3 + length + tail.length);
  frame.set(FRAME_HEADER);
  // Block header: whether it is the last one, raw, its size from bit 3 on.
  const header = (tail.length > 0 ? 0 : 1) | length << 3;
  frame.set([header & 255, header >> 8 & 255, header >> 16], FRAME_HEADER.length);
  frame.set(bytes, FRAME_HEADER.length + 3);
  frame.set(tail, frame.length - tail.length);
  return frame;
}

/** Undoes `compressFrame`. For frames of our own making only: there is no bound on what comes out. */
export function expandFrame(frame: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(zstdDecompressSync(frame));
}

/** Longer first pieces are looked at. */
const MIN_LOOK_BYTES = 32 * 1024;
/** So much from their middle. */
const SAMPLE_BYTES = 8 * 1024;

/**
 * Noise has nothing that comes again: there the fastest level is no worse, since it looks for less of what only seems
 * to, and takes a quarter of the time.
 */
function paramsFor(first: Uint8Array): typeof PARAMS {
  if (first.length < MIN_LOOK_BYTES) return PARAMS;
  const start = (first.length - SAMPLE_BYTES) >> 1;
  const sample = first.subarray(start, start + SAMPLE_BYTES);
  const fast = { ...PARAMS, [constants.ZSTD_c_compressionLevel]: 1 };
  const sizeWith = (params: typeof PARAMS) => zstdCompressSync(sample, { params }).length;
  return sizeWith(fast) <= sizeWith(PARAMS) ? fast : PARAMS;
}

/** One epoch's frame, in pieces. */
export class EpochCompressor {
  #stream: ReturnType<typeof createZstdCompress> | undefined;
  #pieces: Uint8Array[] = [];
  #failed: Error | undefined;

  #open(first: Uint8Array): ReturnType<typeof createZstdCompress> {
    const stream = createZstdCompress({ params: paramsFor(first) });
    stream.on("data", (piece: Uint8Array) => this.#pieces.push(piece));
    stream.on("error", (error: Error) => this.#failed = error);
    return stream;
  }

  /**
   * What `bytes` become, complete: a decoder that has all pieces up to this one has all bytes. One call at
   * a time.
   */
  async compress(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const stream = this.#stream ??= this.#open(bytes);
    await new Promise<void>((resolve) => {
      stream.write(bytes);
      stream.flush(constants.ZSTD_e_flush, () => resolve());
    });
    if (this.#failed) throw this.#failed;
    const out = new Uint8Array(Buffer.concat(this.#pieces));
    this.#pieces = [];
    return out;
  }

  /** Frees the compressor's memory. The frame stays open: readers end it with `END_OF_FRAME`. */
  close(): void {
    this.#stream?.destroy();
  }
}
