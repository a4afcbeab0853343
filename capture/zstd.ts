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

/** One whole frame of its own, for what a single viewer gets. */
export function compressFrame(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(zstdCompressSync(bytes, { params: PARAMS }));
}

/** Undoes `compressFrame`. For frames of our own making only: there is no bound on what comes out. */
export function expandFrame(frame: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(zstdDecompressSync(frame));
}

/** One epoch's frame, in pieces. */
export class EpochCompressor {
  readonly #stream = createZstdCompress({ params: PARAMS });
  #pieces: Uint8Array[] = [];
  #failed: Error | undefined;

  constructor() {
    this.#stream.on("data", (piece: Uint8Array) => this.#pieces.push(piece));
    this.#stream.on("error", (error: Error) => this.#failed = error);
  }

  /**
   * What `bytes` become, complete: a decoder that has all pieces up to this one has all bytes. One call at
   * a time.
   */
  async compress(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    await new Promise<void>((resolve) => {
      this.#stream.write(bytes);
      this.#stream.flush(constants.ZSTD_e_flush, () => resolve());
    });
    if (this.#failed) throw this.#failed;
    const out = new Uint8Array(Buffer.concat(this.#pieces));
    this.#pieces = [];
    return out;
  }

  /** Frees the compressor's memory. The frame stays open: readers end it with `END_OF_FRAME`. */
  close(): void {
    this.#stream.destroy();
  }
}
