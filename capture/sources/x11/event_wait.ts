/**
 * Sleeps until the X server has something to say: `poll` of libc on the connection's socket, on a thread of
 * its own, so that the Worker hears commands meanwhile.
 *
 * A second descriptor, an eventfd, ends the sleep from our side. Only one `poll` is under way at a time:
 * whoever waits again before it has ended gets the same one. Nothing in here takes an X round trip.
 */
import type { XConnection } from "./connection.ts";
import { EFD_CLOEXEC, EFD_NONBLOCK, nativeBuffer, POLLFD, POLLIN } from "./layouts.ts";

export class EventWait {
  readonly #connection: XConnection;
  readonly #bell: number;
  /** Two `struct pollfd`: the connection's socket, and the bell. */
  readonly #descriptors = nativeBuffer(2 * POLLFD.size);
  readonly #drained = nativeBuffer(8);
  /** The `poll` under way. */
  #polling: Promise<void> | undefined;
  #closed = false;

  private constructor(connection: XConnection, bell: number) {
    this.#connection = connection;
    this.#bell = bell;
    const fds = this.#descriptors;
    const socket = connection.libraries.x11.XConnectionNumber(connection.display);
    [socket, bell].forEach((fd, i) => {
      fds.setInt32(i * POLLFD.size + POLLFD.fd, fd, true);
      fds.setInt16(i * POLLFD.size + POLLFD.events, POLLIN, true);
    });
  }

  /** `undefined` where the C library has no eventfd, or the process has no descriptor left. */
  static create(connection: XConnection): EventWait | undefined {
    const { c } = connection.libraries;
    if (c.eventfd === null || c.eventfd_read === null || c.eventfd_write === null) return undefined;
    const bell = c.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return bell === -1 ? undefined : new EventWait(connection, bell);
  }

  /**
   * Resolves once there are events to take, the server is gone, `interrupt` was called, or `maxMs` have
   * passed, and never without giving way to other tasks.
   */
  async wait(maxMs: number): Promise<void> {
    if (this.#polling) return await this.#polling;
    // Xlib may have read events while it waited for a reply: the socket would never tell of those. This
    // also sends what is still in Xlib's buffer.
    if (this.#closed) return;
    this.#polling = this.#poll(this.#connection.hasNews() ? 0 : maxMs);
    await this.#polling;
  }

  /** Ends a wait that is under way. */
  interrupt(): void {
    if (this.#polling) this.#connection.libraries.c.eventfd_write?.(this.#bell, 1n);
  }

  /** Ends a wait that is under way and frees the descriptor. May be called twice. */
  close(): void {
    if (this.#closed) return;
    this.interrupt();
    this.#closed = true;
    const free = () => this.#connection.libraries.c.close(this.#bell);
    // Not under the feet of the thread: the number could belong to another file by the time it looks.
    if (this.#polling) this.#polling.then(free);
    else free();
  }

  async #poll(maxMs: number): Promise<void> {
    const { c } = this.#connection.libraries;
    // Rounded up: a wait that ends too early would find nothing due, again and again.
    const timeoutMs = Math.min(Math.ceil(Math.max(0, maxMs)), 2 ** 31 - 1);
    await c.poll(this.#descriptors, 2n, timeoutMs);
    c.eventfd_read?.(this.#bell, this.#drained);
    this.#polling = undefined;
  }
}
