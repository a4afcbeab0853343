/**
 * One picture after the other as JPEG files, of which only the rows that have changed are coded anew.
 *
 * Each row of MCUs is a restart interval, and so depends on nothing else in the file: what was coded for the picture
 * before is put into the next file as it is. A line of text typed at 1080p costs one or two of 68 rows.
 */
import type { Rect, Size } from "../../capture/geometry.ts";
import { JpegCoder, mcuSide } from "./coder.ts";
import { jpegFile, jpegHeader } from "./file.ts";
import { quantisationFor } from "./tables.ts";

/** From this quality on, colours have the full resolution: below, red text on black is blurred a little. */
const FULL_COLOUR_QUALITY = 90;
/** Of the format, pixels. */
export const MAX_JPEG_SIDE = 65535;

/** Files of one quality. */
export class JpegFilm {
  readonly #size: Size;
  readonly #side: 8 | 16;
  readonly #coder: JpegCoder;
  readonly #header: Uint8Array;
  /** What each row of MCUs was coded as; `undefined`: it has changed since. */
  readonly #rows: (Uint8Array | undefined)[];

  private constructor(size: Size, averaged: boolean, coder: JpegCoder, header: Uint8Array) {
    this.#size = size;
    this.#side = mcuSide({ averaged });
    this.#coder = coder;
    this.#header = header;
    this.#rows = Array<undefined>(Math.ceil(size.height / this.#side)).fill(undefined);
  }

  /**
   * A film that has no picture yet.
   * @param size of the pictures, each side 1 to 65535 pixels
   * @param quality 1 to 100
   * @throws {RangeError}
   */
  static async open(size: Size, quality: number): Promise<JpegFilm> {
    const { width, height } = size;
    if (Math.max(width, height) > MAX_JPEG_SIDE) {
      throw new RangeError(
        `Cannot make a JPEG: got ${width}×${height}, wanted each side 1 to ${MAX_JPEG_SIDE}`,
      );
    }
    const averaged = quality < FULL_COLOUR_QUALITY;
    const tables = quantisationFor(quality);
    const coder = await JpegCoder.load({ width, averaged, tables });
    const interval = Math.ceil(width / mcuSide({ averaged }));
    const header = jpegHeader({ width, height, averaged, tables, interval });
    return new JpegFilm(size, averaged, coder, header);
  }

  /** The pictures from now on differ from the one coded last in these rectangles, too. */
  changed(rects: readonly Rect[]): void {
    for (const { y, h } of rects) {
      const end = Math.min(this.#rows.length, Math.ceil((y + h) / this.#side));
      this.#rows.fill(undefined, Math.floor(y / this.#side), end);
    }
  }

  /** The picture's file. @param rgba R, G, B, X bytes; what differs from the last one was said to be `changed` */
  encode(rgba: Uint8Array | Uint8ClampedArray): Uint8Array<ArrayBuffer> {
    const { height } = this.#size;
    const rows = this.#rows.map((row, index) => {
      return row ?? this.#coder.row(rgba, height, index * this.#side);
    });
    this.#rows.splice(0, rows.length, ...rows);
    return jpegFile(this.#header, rows);
  }
}
