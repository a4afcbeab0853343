/**
 * The mouse pointer: where it is, and what it looks like. X leaves it out of the pixels that it hands
 * out, so frames never contain it.
 */
import type { Rect } from "../../geometry.ts";
import type { CursorChange, CursorShape } from "../../source.ts";
import type { XConnection } from "./connection.ts";
import { shapeOf } from "./cursor_shape.ts";
import {
  CURSOR_IMAGE,
  FIXES_CURSOR_NOTIFY,
  FIXES_DISPLAY_CURSOR_NOTIFY_MASK,
  nativeBuffer,
} from "./layouts.ts";

interface Position {
  readonly visible: boolean;
  readonly x: number;
  readonly y: number;
}

export class CursorWatch {
  /** The type of the event that says that the shape may be another. */
  readonly eventType: number;
  readonly #connection: XConnection;
  /** The results of `XQueryPointer`: two windows, then root x and y, window x and y, buttons. */
  readonly #answer: readonly DataView<ArrayBuffer>[];
  #last: Position | undefined;
  #lastSerial: bigint | undefined;

  private constructor(connection: XConnection, eventType: number) {
    this.#connection = connection;
    this.eventType = eventType;
    this.#answer = Array.from({ length: 7 }, () => nativeBuffer(8));
  }

  /** Starts watching; `undefined` where libXfixes or the server's extension are missing. */
  static start(connection: XConnection): CursorWatch | undefined {
    const { fixes } = connection.libraries;
    if (fixes === undefined) return undefined;
    const firstEvent = nativeBuffer(4);
    const { display, root } = connection;
    if (fixes.XFixesQueryExtension(display, firstEvent, nativeBuffer(4)) === 0) return undefined;
    fixes.XFixesSelectCursorInput(display, root, FIXES_DISPLAY_CURSOR_NOTIFY_MASK);
    return new CursorWatch(connection, firstEvent.getInt32(0, true) + FIXES_CURSOR_NOTIFY);
  }

  /**
   * What changed since the last call; `undefined` for nothing. The first call reports all.
   * @param shapeChanged whether an event of `eventType` came
   * @param shown the part of the display that is captured: places are told as seen from there, and outside it the
   * pointer is not visible. `undefined`: nothing is.
   */
  look(shapeChanged: boolean, shown: Rect | undefined): CursorChange | undefined {
    const shape = shapeChanged || this.#last === undefined ? this.#newShape() : undefined;
    const position = this.#position(shown);
    const last = this.#last;
    this.#last = position;
    const moved = last === undefined || last.x !== position.x || last.y !== position.y ||
      last.visible !== position.visible;
    if (shape !== undefined) return { ...position, shape };
    return moved ? position : undefined;
  }

  #position(shown: Rect | undefined): Position {
    const { x11 } = this.#connection.libraries;
    const [root, child, rootX, rootY, windowX, windowY, buttons] = this.#answer;
    const { display, root: window } = this.#connection;
    const here = x11.XQueryPointer(
      display,
      window,
      root,
      child,
      rootX,
      rootY,
      windowX,
      windowY,
      buttons,
    );
    this.#connection.check();
    // Not here: the pointer is on another X screen, so its coordinates mean nothing on this one.
    const x = rootX.getInt32(0, true) - (shown?.x ?? 0);
    const y = rootY.getInt32(0, true) - (shown?.y ?? 0);
    const inside = shown !== undefined && x >= 0 && y >= 0 && x < shown.w && y < shown.h;
    if (here !== 0 && inside) return { visible: true, x, y };
    return { visible: false, x: this.#last?.x ?? 0, y: this.#last?.y ?? 0 };
  }

  /** The present shape, unless it is the one reported last. */
  #newShape(): CursorShape | undefined {
    const { fixes, x11, read } = this.#connection.libraries;
    const address = fixes?.XFixesGetCursorImage(this.#connection.display);
    this.#connection.check();
    // Refused, as with the SECURITY extension for the pointer of a client that has ended: the last
    // shape stays.
    if (!address) return undefined;
    try {
      const image = nativeBuffer(CURSOR_IMAGE.size);
      read(address, image);
      const serial = image.getBigUint64(CURSOR_IMAGE.serial, true);
      if (serial === this.#lastSerial) return undefined;
      this.#lastSerial = serial;
      const area = image.getUint16(CURSOR_IMAGE.width, true) *
        image.getUint16(CURSOR_IMAGE.height, true);
      if (area === 0) return undefined;
      const pixels = nativeBuffer(area * CURSOR_IMAGE.bytesPerPixel);
      read(image.getBigUint64(CURSOR_IMAGE.pixels, true), pixels);
      return shapeOf(image, pixels);
    } finally {
      x11.XFree(address);
    }
  }
}
