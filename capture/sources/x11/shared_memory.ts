/**
 * Pixels through shared memory (MIT-SHM): the server writes them where this process can read them.
 *
 * One segment holds a whole picture; a grab of some rows writes those to their place, so it always holds what was
 * grabbed last.
 */
import type { RowRange } from "../../geometry.ts";
import type { Area } from "./area.ts";
import type { XConnection } from "./connection.ts";
import type { Grabber } from "./image.ts";
import { ALL_PLANES, IMAGE, nativeBuffer, SHM_SEGMENT, Z_PIXMAP } from "./layouts.ts";
import type { CopyRows } from "./pixels.ts";
import { SharedSegment } from "./segment.ts";

export class SharedMemoryGrabber implements Grabber {
  readonly #connection: XConnection;
  readonly #width: number;
  readonly #copy: CopyRows;
  /**
   * The `XImage`, of which Xlib reads the wanted height and, from the address of the data, where in the segment they
   * go. It points to the segment's description.
   */
  readonly #image: DataView<ArrayBuffer>;
  readonly #segment: SharedSegment;

  private constructor(
    connection: XConnection,
    area: Area,
    copy: CopyRows,
    image: DataView<ArrayBuffer>,
    segment: SharedSegment,
  ) {
    this.#connection = connection;
    this.#width = area.width;
    this.#copy = copy;
    this.#image = image;
    this.#segment = segment;
  }

  /**
   * Sets up shared memory for areas like `area`, or returns `undefined` where there can be none: libXext or the
   * server's extension is missing, or the server is on another machine or in another container.
   * Throws `SourceLost` when the server is gone.
   */
  static open(
    connection: XConnection,
    area: Area,
    copy: CopyRows,
  ): SharedMemoryGrabber | undefined {
    const { ext } = connection.libraries;
    if (ext === undefined || ext.XShmQueryExtension(connection.display) === 0) return undefined;
    const info = nativeBuffer(SHM_SEGMENT.size);
    const image = createImage(connection, area, info);
    if (image === undefined) return undefined;
    const bytes = image.getInt32(IMAGE.bytesPerLine, true) * area.height;
    const segment = SharedSegment.share(connection, bytes, info);
    return segment && new SharedMemoryGrabber(connection, area, copy, image, segment);
  }

  grab({ drawable, x, y }: Area, frame: Uint8Array, rows: RowRange): boolean {
    const { ext } = this.#connection.libraries;
    const { display } = this.#connection;
    const { top, bottom } = rows;
    this.#image.setInt32(IMAGE.height, bottom - top, true);
    this.#image.setBigUint64(IMAGE.data, this.#addressOf(top), true);
    const done = ext?.XShmGetImage(display, drawable, this.#image, x, y + top, ALL_PLANES);
    this.#connection.check();
    if (!done) return false;
    this.repeat(frame, rows);
    return true;
  }

  repeat(frame: Uint8Array, rows: RowRange): void {
    const from = { address: this.#addressOf(rows.top), bytesPerLine: this.#bytesPerLine };
    this.#copy(from, frame, this.#width, rows);
  }

  close(): void {
    this.#segment.release();
  }

  get #bytesPerLine(): number {
    return this.#image.getInt32(IMAGE.bytesPerLine, true);
  }

  #addressOf(row: number): bigint {
    return this.#segment.address + BigInt(row * this.#bytesPerLine);
  }
}

/**
 * An `XImage` for all of `area` whose `obdata` is `info`: the struct that Xlib makes, moved to memory of
 * ours so that its fields can be set. `undefined` when Xlib cannot.
 */
function createImage(
  connection: XConnection,
  area: Area,
  info: DataView<ArrayBuffer>,
): DataView<ArrayBuffer> | undefined {
  const { ext, x11, read } = connection.libraries;
  const address = ext?.XShmCreateImage(
    connection.display,
    area.visual,
    area.depth,
    Z_PIXMAP,
    0n,
    info,
    area.width,
    area.height,
  );
  if (!address) return undefined;
  const image = nativeBuffer(IMAGE.size);
  read(address, image);
  x11.XFree(address);
  return image;
}
