/**
 * JPEG files, one after the other, also with the lines of multipart/x-mixed-replace in between. Where one ends is found
 * by going from segment to segment (FF, marker, length u16 that counts itself, content) and through the data of its
 * scans up to the marker FF D9: in comments and thumbnails these bytes may stand as well.
 *
 * A file that is cut off by the beginning of the next is left out, as cameras on bad cables write them.
 */
import { BadFrames, type FrameParser, MAX_FILE_BYTES, quote, type TakePicture } from "./parser.ts";
import { FileBytes } from "./file_bytes.ts";

/** Header lines of a part, or zeros up to the size of a camera's buffer. */
const MAX_BETWEEN_BYTES = 2 ** 16;
/** With as many in a row cut off, they are no glitches. */
const MAX_CUT_OFF = 10;
const [START_OF_IMAGE, END_OF_IMAGE, START_OF_SCAN] = [0xd8, 0xd9, 0xda];

/** What comes next: a file's first bytes, a marker, data of a scan. */
type State = "between" | "segment" | "scan";

export class JpegSequenceParser implements FrameParser {
  readonly #bytes = new FileBytes();
  readonly #take: TakePicture;
  #state: State = "between";
  /** How far the bytes were looked at. */
  #at = 0;
  /** Bytes since the last picture that belong to none. */
  #skipped = 0;
  #cutOff = 0;

  constructor(take: TakePicture) {
    this.#take = take;
  }

  get isBetween(): boolean {
    return this.#state === "between";
  }

  feed(bytes: Uint8Array): void {
    this.#bytes.append(bytes);
    while (this.#step());
    if (this.#at > MAX_FILE_BYTES || this.#bytes.length > MAX_FILE_BYTES + 2 ** 16) {
      throw new BadFrames(`got a JPEG of more than ${MAX_FILE_BYTES} bytes`);
    }
  }

  /** @returns false where more bytes are needed */
  #step(): boolean {
    switch (this.#state) {
      case "between":
        return this.#findStart();
      case "segment":
        return this.#readSegment();
      case "scan":
        return this.#skipScan();
    }
  }

  /** Drops everything before FF D8 FF. */
  #findStart(): boolean {
    const { view } = this.#bytes;
    let at = view.indexOf(0xff);
    while (at >= 0 && !startsFile(view, at)) at = view.indexOf(0xff, at + 1);
    const dropped = at < 0 ? view.length : at;
    this.#skipped += dropped;
    if (this.#skipped > MAX_BETWEEN_BYTES) {
      const got = quote(view.subarray(0, dropped));
      throw new BadFrames(`got ${MAX_BETWEEN_BYTES} bytes like ${got}, wanted a JPEG`);
    }
    this.#bytes.drop(dropped);
    if (this.#bytes.length < 3) return false;
    this.#skipped = 0;
    this.#state = "segment";
    this.#at = 2;
    return true;
  }

  #readSegment(): boolean {
    const { view } = this.#bytes;
    let at = this.#at;
    if (at >= view.length) return false;
    if (view[at] !== 0xff) {
      throw new BadFrames(`got ${quote(view.subarray(at))} at byte ${at} of a JPEG, wanted FF`);
    }
    // Any number of FF may stand before a marker.
    while (view[at] === 0xff) at++;
    if (at >= view.length) return false;
    const marker = view[at++];
    if (marker === START_OF_IMAGE) return this.#startAnew(at - 2);
    if (marker === END_OF_IMAGE) return this.#finish(at);
    // TEM and RST0 to RST7 have no content.
    if (marker === 0x01 || isRestart(marker)) {
      this.#at = at;
      return true;
    }
    if (at + 2 > view.length) return false;
    const length = view[at] << 8 | view[at + 1];
    if (length < 2) throw new BadFrames(`got a JPEG segment of ${length} bytes, wanted 2 or more`);
    if (at + length > view.length) return false;
    this.#at = at + length;
    if (marker === START_OF_SCAN) this.#state = "scan";
    return true;
  }

  /** To the next marker. FF 00 is a byte of the data, FF FF a longer way to say FF. */
  #skipScan(): boolean {
    const { view } = this.#bytes;
    for (;;) {
      const at = view.indexOf(0xff, this.#at);
      this.#at = at < 0 ? view.length : at;
      if (this.#at + 1 >= view.length) return false;
      const marker = view[at + 1];
      if (marker === 0xff) {
        this.#at = at + 1;
      } else if (marker === 0 || isRestart(marker)) {
        this.#at = at + 2;
      } else {
        this.#state = "segment";
        return true;
      }
    }
  }

  #finish(end: number): boolean {
    this.#state = "between";
    this.#cutOff = 0;
    this.#take({ kind: "file", type: "jpeg", bytes: this.#bytes.cut(end) });
    return true;
  }

  /** The next file begins before this one's end. */
  #startAnew(at: number): boolean {
    if (++this.#cutOff >= MAX_CUT_OFF) {
      throw new BadFrames(`got ${MAX_CUT_OFF} JPEGs in a row without an end`);
    }
    this.#bytes.drop(at);
    this.#state = "between";
    return true;
  }
}

/** True where a file begins, or may begin with what is there so far. */
function startsFile(view: Uint8Array, at: number): boolean {
  return (view[at + 1] ?? START_OF_IMAGE) === START_OF_IMAGE && (view[at + 2] ?? 0xff) === 0xff;
}

function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7;
}
