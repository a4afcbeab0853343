/**
 * PNG files, one after the other. Where one ends is found by going from chunk to chunk (length u32, name of four
 * letters, content, check sum u32) up to IEND: its letters may stand in the pixels, too.
 */
import { BadFrames, type FrameParser, MAX_FILE_BYTES, quote, type TakePicture } from "./parser.ts";
import { FileBytes } from "./file_bytes.ts";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** What becomes of the signature where line ends are changed on the way. */
const CHANGED_LINE_ENDS = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0d, 0x0a];
const IEND = 0x49454e44;
/** Length and name before a chunk's content, check sum after it. */
const CHUNK_BYTES = 12;

export class PngSequenceParser implements FrameParser {
  readonly #bytes = new FileBytes();
  readonly #take: TakePicture;
  /** Where the next chunk begins; 0: the signature has not been seen. */
  #at = 0;

  constructor(take: TakePicture) {
    this.#take = take;
  }

  get isBetween(): boolean {
    return this.#bytes.length === 0;
  }

  feed(bytes: Uint8Array): void {
    this.#bytes.append(bytes);
    while (this.#step());
  }

  /** @returns false where more bytes are needed */
  #step(): boolean {
    const { view } = this.#bytes;
    if (this.#at === 0) return this.#checkSignature(view);
    if (view.length < this.#at + CHUNK_BYTES) return false;
    const chunk = new DataView(view.buffer, view.byteOffset + this.#at);
    const [length, name] = [chunk.getUint32(0), chunk.getUint32(4)];
    const end = this.#at + CHUNK_BYTES + length;
    if (end > MAX_FILE_BYTES) {
      throw new BadFrames(`got a PNG of at least ${end} bytes, wanted at most ${MAX_FILE_BYTES}`);
    }
    if (view.length < end) return false;
    this.#at = end;
    if (name === IEND) {
      this.#take({ kind: "file", type: "png", bytes: this.#bytes.cut(end) });
      this.#at = 0;
    }
    return true;
  }

  #checkSignature(view: Uint8Array): boolean {
    const start = view.subarray(0, SIGNATURE.length);
    if (start.every((byte, i) => byte === SIGNATURE[i])) {
      if (start.length < SIGNATURE.length) return false;
      this.#at = SIGNATURE.length;
      return true;
    }
    if (CHANGED_LINE_ENDS.every((byte, i) => byte === view[i])) {
      throw new BadFrames(
        "got a PNG whose line ends were changed (adb shell does that, adb exec-out does not)",
      );
    }
    throw new BadFrames(`got ${quote(view)}, wanted a PNG`);
  }
}
