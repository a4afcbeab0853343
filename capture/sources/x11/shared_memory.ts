/**
 * Pixels through shared memory (MIT-SHM): the server writes them where this process can read them.
 *
 * One segment holds a whole frame; a grab of some rows writes those to its beginning.
 */
import type { RowRange } from "../../geometry.ts";
import type { Screen, XConnection } from "./connection.ts";
import type { Grabber } from "./image.ts";
import { ALL_PLANES, IMAGE, nativeBuffer, SHM_SEGMENT, Z_PIXMAP } from "./layouts.ts";
import type { CopyRows } from "./pixels.ts";
import { SharedSegment } from "./segment.ts";

export class SharedMemoryGrabber implements Grabber {
  readonly #connection: XConnection;
  readonly #width: number;
  readonly #copy: CopyRows;
  /** The `XImage`, of which Xlib reads the wanted height. It points to the segment's description. */
  readonly #image: DataView<ArrayBuffer>;
  readonly #segment: SharedSegment;

  private constructor(
    connection: XConnection,
    screen: Screen,
    copy: CopyRows,
    image: DataView<ArrayBuffer>,
    segment: SharedSegment,
  ) {
    this.#connection = connection;
    this.#width = screen.width;
    this.#copy = copy;
    this.#image = image;
    this.#segment = segment;
    image.setBigUint64(IMAGE.data, segment.address, true);
  }

  /**
   * Sets up shared memory for a screen, or returns `undefined` where there can be none: libXext or the
   * server's extension is missing, or the server is on another machine or in another container.
   * Throws `SourceLost` when the server is gone.
   */
  static open(
    connection: XConnection,
    screen: Screen,
    copy: CopyRows,
  ): SharedMemoryGrabber | undefined {
    const { ext } = connection.libraries;
    if (ext === undefined || ext.XShmQueryExtension(connection.display) === 0) return undefined;
    const info = nativeBuffer(SHM_SEGMENT.size);
    const image = createImage(connection, screen, info);
    if (image === undefined) return undefined;
    const bytes = image.getInt32(IMAGE.bytesPerLine, true) * screen.height;
    const segment = SharedSegment.share(connection, bytes, info);
    return segment && new SharedMemoryGrabber(connection, screen, copy, image, segment);
  }

  grab(frame: Uint8Array, rows: RowRange): boolean {
    const { ext } = this.#connection.libraries;
    const { display, root } = this.#connection;
    this.#image.setInt32(IMAGE.height, rows.bottom - rows.top, true);
    const done = ext?.XShmGetImage(display, root, this.#image, 0, rows.top, ALL_PLANES);
    this.#connection.check();
    if (!done) return false;
    const bytesPerLine = this.#image.getInt32(IMAGE.bytesPerLine, true);
    this.#copy({ address: this.#segment.address, bytesPerLine }, frame, this.#width, rows);
    return true;
  }

  close(): void {
    this.#segment.release();
  }
}

/**
 * An `XImage` for the whole screen whose `obdata` is `info`: the struct that Xlib makes, moved to memory of
 * ours so that its fields can be set. `undefined` when Xlib cannot.
 */
function createImage(
  connection: XConnection,
  screen: Screen,
  info: DataView<ArrayBuffer>,
): DataView<ArrayBuffer> | undefined {
  const { ext, x11, read } = connection.libraries;
  const address = ext?.XShmCreateImage(
    connection.display,
    screen.visual,
    screen.depth,
    Z_PIXMAP,
    0n,
    info,
    screen.width,
    screen.height,
  );
  if (!address) return undefined;
  const image = nativeBuffer(IMAGE.size);
  read(address, image);
  x11.XFree(address);
  return image;
}
