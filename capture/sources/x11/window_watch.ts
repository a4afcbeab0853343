/**
 * Being told what happens to a window: that it, or a window that it lies in, is moved, resized, shown, hidden or
 * destroyed. Where there is a window manager, what moves is the frame.
 */
import type { XConnection, XEvents } from "./connection.ts";
import { STRUCTURE_NOTIFY_MASK } from "./layouts.ts";
import { familyOf } from "./window_queries.ts";

/** No window manager nests deeper. */
const MAX_DEPTH = 16;

export class WindowWatch {
  readonly #connection: XConnection;
  /** The window, and those that it lies in up to the root, which is watched anyway. */
  #watched: ReadonlySet<bigint> = new Set();

  constructor(connection: XConnection, readonly window: bigint) {
    this.#connection = connection;
    this.renew();
  }

  /** Whether something happened to it. */
  concerns({ changed }: XEvents): boolean {
    return !this.#watched.isDisjointFrom(changed);
  }

  /** Whether it may have been hidden and shown again. */
  reshown({ mapped }: XEvents): boolean {
    return !this.#watched.isDisjointFrom(mapped);
  }

  /** It may lie in another window than before. */
  renew(): void {
    const found = new Set<bigint>();
    const { root } = this.#connection;
    for (let window = this.window; window !== root && window !== 0n;) {
      found.add(window);
      // Asked before its parent is: whatever happens from here on is told.
      if (!this.#watched.has(window)) this.#select(window, STRUCTURE_NOTIFY_MASK);
      if (found.size === MAX_DEPTH) break;
      window = familyOf(this.#connection, window)?.parent ?? 0n;
    }
    for (const window of this.#watched.difference(found)) this.#select(window, 0n);
    this.#watched = found;
  }

  /** Ends it. May be called twice, and with the server gone. */
  close(): void {
    if (this.#connection.open) {
      for (const window of this.#watched) this.#select(window, 0n);
    }
    this.#watched = new Set();
  }

  /** Refused, and that without a word, where the window has ended. */
  #select(window: bigint, mask: bigint): void {
    this.#connection.libraries.x11.XSelectInput(this.#connection.display, window, mask);
  }
}
