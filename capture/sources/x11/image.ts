/**
 * Pixels through the connection itself (`XGetImage`): slower, but works wherever X does.
 */
import type { RowRange } from "../../geometry.ts";
import { SourceLost } from "../../source.ts";
import type { Screen, XConnection } from "./connection.ts";
import { ALL_PLANES, IMAGE, nativeBuffer, Z_PIXMAP } from "./layouts.ts";
import { type CopyRows, formatOf, type PixelFormat } from "./pixels.ts";

/** A way to read the screen, for one size of it. */
export interface Grabber {
  /**
   * Copies `rows` of the screen into `frame`. False when the server refuses, as it does when the
   * screen has become smaller; `frame` is then as it was. Throws `SourceLost` when the server is gone.
   */
  grab(frame: Uint8Array, rows: RowRange): boolean;
  /** Releases the memory; may be called twice, and with the server gone. */
  close(): void;
}

/** Asks the server how it stores pixels. Throws `SourceLost` when it shows none. */
export function readFormat(connection: XConnection): PixelFormat {
  const format = withImage(connection, { top: 0, bottom: 1 }, 1, formatOf);
  if (format === undefined) {
    throw new SourceLost(`The X server of display ${connection.name} refuses to show its pixels`);
  }
  return format;
}

export class ImageGrabber implements Grabber {
  readonly #connection: XConnection;
  readonly #width: number;
  readonly #copy: CopyRows;

  constructor(connection: XConnection, screen: Screen, copy: CopyRows) {
    this.#connection = connection;
    this.#width = screen.width;
    this.#copy = copy;
  }

  grab(frame: Uint8Array, rows: RowRange): boolean {
    const copied = withImage(this.#connection, rows, this.#width, (image) => {
      const address = image.getBigUint64(IMAGE.data, true);
      const bytesPerLine = image.getInt32(IMAGE.bytesPerLine, true);
      this.#copy({ address, bytesPerLine }, frame, this.#width, rows);
      return true;
    });
    return copied ?? false;
  }

  close(): void {}
}

/** Fetches an `XImage`, lends it to `use` and frees it; `undefined` when the server refuses. */
function withImage<T>(
  connection: XConnection,
  rows: RowRange,
  width: number,
  use: (image: DataView) => T,
): T | undefined {
  const { x11, read } = connection.libraries;
  const address = x11.XGetImage(
    connection.display,
    connection.root,
    0,
    rows.top,
    width,
    rows.bottom - rows.top,
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
