/**
 * A window's own pixels, whatever covers it and wherever it lies: the server's Composite extension keeps them in a
 * pixmap of their own and puts the screen together from that, as it looked before.
 */
import type { Size } from "../../geometry.ts";
import type { XConnection } from "./connection.ts";
import { COMPOSITE_REDIRECT_AUTOMATIC, nativeBuffer } from "./layouts.ts";

/** A picture that the server keeps for as long as it is not freed, whatever becomes of its window. */
export interface Pixmap extends Size {
  readonly id: bigint;
  readonly depth: number;
}

export class Composite {
  readonly #connection: XConnection;
  /** What `XGetGeometry` answers: root, x, y, width, height, border, depth. */
  readonly #answers = Array.from({ length: 7 }, () => nativeBuffer(8));

  private constructor(connection: XConnection) {
    this.#connection = connection;
  }

  /** `undefined` where libXcomposite or the server's extension (0.2 or newer) are missing. */
  static start(connection: XConnection): Composite | undefined {
    const { composite } = connection.libraries;
    if (composite === undefined) return undefined;
    const { display } = connection;
    const [major, minor] = [nativeBuffer(4), nativeBuffer(4)];
    if (composite.XCompositeQueryExtension(display, major, minor) === 0) return undefined;
    if (composite.XCompositeQueryVersion(display, major, minor) === 0) return undefined;
    if (major.getInt32(0, true) === 0 && minor.getInt32(0, true) < 2) return undefined;
    connection.check();
    return new Composite(connection);
  }

  /** Has the server keep the window's pixels apart from now on. */
  redirect(window: bigint): void {
    const { composite } = this.#connection.libraries;
    composite?.XCompositeRedirectWindow(
      this.#connection.display,
      window,
      COMPOSITE_REDIRECT_AUTOMATIC,
    );
  }

  /** Ends `redirect`. The window may have ended. */
  release(window: bigint): void {
    if (!this.#connection.open) return;
    const { composite } = this.#connection.libraries;
    composite?.XCompositeUnredirectWindow(
      this.#connection.display,
      window,
      COMPOSITE_REDIRECT_AUTOMATIC,
    );
  }

  /**
   * The pixels of a redirected window with its border, until it gets another size or is hidden: then the server
   * makes new ones. `undefined`: the window is not shown.
   */
  pixmapOf(window: bigint): Pixmap | undefined {
    const { composite, x11 } = this.#connection.libraries;
    const { display } = this.#connection;
    const id = composite?.XCompositeNameWindowPixmap(display, window) ?? 0n;
    const [root, x, y, width, height, border, depth] = this.#answers;
    // Refused, it leaves a number that means nothing, as this one will say.
    const named = x11.XGetGeometry(display, id, root, x, y, width, height, border, depth);
    this.#connection.check();
    if (named === 0) return undefined;
    return {
      id,
      width: width.getUint32(0, true),
      height: height.getUint32(0, true),
      depth: depth.getUint32(0, true),
    };
  }

  /** Ends what `pixmapOf` gave. */
  free({ id }: Pixmap): void {
    if (this.#connection.open) {
      this.#connection.libraries.x11.XFreePixmap(this.#connection.display, id);
    }
  }
}
