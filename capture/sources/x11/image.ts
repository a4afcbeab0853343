/**
 * Pixels through the connection itself (`XGetImage`): slower, but works wherever X does.
 */
import type { RowRange } from "../../geometry.ts";
import { SourceLost } from "../../source.ts";
import { type Area, masksOf } from "./area.ts";
import type { XConnection } from "./connection.ts";
import { ALL_PLANES, IMAGE, nativeBuffer, Z_PIXMAP } from "./layouts.ts";
import { type CopyRows, formatOf, type PixelFormat } from "./pixels.ts";

/** A way to read areas that are alike (`isReadAlike`), and what it read last. */
export interface Grabber {
  /**
   * Copies `rows` of `area` into `frame`. False when the server refuses, as it does when the
   * screen has become smaller; `frame` is then as it was. Throws `SourceLost` when the server is gone.
   */
  grab(area: Area, frame: Uint8Array, rows: RowRange): boolean;
  /** Copies `rows` as they were when they were grabbed last into `frame`; black for those that never were. */
  repeat(frame: Uint8Array, rows: RowRange): void;
  /** Releases the memory; may be called twice, and with the server gone. Nothing is grabbed or repeated after it. */
  close(): void;
}

/** Asks the server how it stores pixels. Throws `SourceLost` when it shows none. */
export function readFormat(connection: XConnection, area: Area): PixelFormat {
  const pixel = { ...area, width: 1 };
  const masks = masksOf(connection, area);
  const format = withImage(connection, pixel, { top: 0, bottom: 1 }, (image) => {
    return formatOf(image, masks);
  });
  if (format === undefined) {
    throw new SourceLost(`The X server of display ${connection.name} refuses to show its pixels`);
  }
  return format;
}

export class ImageGrabber implements Grabber {
  readonly #connection: XConnection;
  readonly #copy: CopyRows;
  readonly #width: number;
  readonly #last: Uint8Array;

  constructor(connection: XConnection, { width, height }: Area, copy: CopyRows) {
    this.#connection = connection;
    this.#copy = copy;
    this.#width = width;
    this.#last = new Uint8Array(width * height * 4);
  }

  grab(area: Area, frame: Uint8Array, rows: RowRange): boolean {
    const copied = withImage(this.#connection, area, rows, (image) => {
      const address = image.getBigUint64(IMAGE.data, true);
      const bytesPerLine = image.getInt32(IMAGE.bytesPerLine, true);
      this.#copy({ address, bytesPerLine }, this.#last, area.width, rows);
      this.repeat(frame, rows);
      return true;
    });
    return copied ?? false;
  }

  repeat(frame: Uint8Array, { top, bottom }: RowRange): void {
    const rowBytes = this.#width * 4;
    frame.set(this.#last.subarray(top * rowBytes, bottom * rowBytes), top * rowBytes);
  }

  close(): void {}
}

/** Fetches rows of `area` as an `XImage`, lends it to `use` and frees it; `undefined` when the server refuses. */
function withImage<T>(
  connection: XConnection,
  { drawable, x, y, width }: Area,
  { top, bottom }: RowRange,
  use: (image: DataView) => T,
): T | undefined {
  const { x11, read } = connection.libraries;
  const address = x11.XGetImage(
    connection.display,
    drawable,
    x,
    y + top,
    width,
    bottom - top,
    ALL_PLANES,
    Z_PIXMAP,
  );
  connection.check();
  if (address === 0n) return undefined;
  const image = nativeBuffer(IMAGE.size);
  read(address, image);
  try {
    return use(image);
  } finally {
    // What the macro XDestroyImage does for an image that XGetImage made.
    x11.XFree(image.getBigUint64(IMAGE.data, true));
    x11.XFree(address);
  }
}
