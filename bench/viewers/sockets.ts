/**
 * Thousands of TCP sockets in one thread: libc's non-blocking sockets and epoll, called directly. Sockets of
 * Deno cost several times as much CPU, which the server under test needs. Linux only, IPv4.
 */

const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOL_SOCKET = 1;
const SO_ERROR = 4;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
const EPOLLIN = 1;
const EPOLLOUT = 4;

/** `struct epoll_event`: packed on x86-64 only. */
const EVENT_BYTES = Deno.build.arch === "x86_64" ? 12 : 16;
const EVENT_DATA = EVENT_BYTES - 8;
const MAX_EVENTS = 1024;
const READ_BYTES = 256 * 1024;

function openLibc() {
  return Deno.dlopen("libc.so.6", {
    socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
    connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
    getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
    epoll_create1: { parameters: ["i32"], result: "i32" },
    epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
    epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
    send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
    recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
    close: { parameters: ["i32"], result: "i32" },
  });
}

/** What a socket has to say, by the number that it was opened with. */
export interface SocketHandler {
  /** It is connected; @returns what to send. */
  connected(id: number): Uint8Array<ArrayBuffer>;
  /** Bytes have come; valid during the call only. */
  received(id: number, bytes: Uint8Array): void;
  /** It is closed or broken, and gone. */
  lost(id: number, why: string): void;
}

export class Sockets implements Disposable {
  readonly #libc = openLibc();
  readonly #epoll = this.#libc.symbols.epoll_create1(0);
  readonly #fds = new Map<number, number>();
  readonly #connecting = new Set<number>();
  readonly #events = new Uint8Array(MAX_EVENTS * EVENT_BYTES);
  readonly #eventView = new DataView(this.#events.buffer);
  readonly #buffer = new Uint8Array(READ_BYTES);
  readonly #handler: SocketHandler;

  constructor(handler: SocketHandler) {
    this.#handler = handler;
  }

  /**
   * Begins to connect; the handler hears of the rest.
   * @param id for the handler
   * @param address IPv4, four numbers
   */
  open(id: number, address: readonly number[], port: number): void {
    const { symbols } = this.#libc;
    const fd = symbols.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0) {
      throw new Error(`Cannot open socket ${id}: raise the limit of open files (ulimit -n)`);
    }
    this.#fds.set(id, fd);
    this.#connecting.add(id);
    this.#watch(EPOLL_CTL_ADD, id, EPOLLIN | EPOLLOUT);
    const to = [AF_INET, 0, port >> 8, port & 255, ...address, 0, 0, 0, 0, 0, 0, 0, 0];
    // It cannot be ready yet; what became of it, epoll tells.
    symbols.connect(fd, new Uint8Array(to), to.length);
  }

  /** Waits for something to happen, at most `maxMs`, and lets the handler hear of it. */
  poll(maxMs: number): void {
    const { symbols } = this.#libc;
    const count = symbols.epoll_wait(this.#epoll, this.#events, MAX_EVENTS, maxMs);
    for (let i = 0; i < count; i++) {
      const id = this.#eventView.getUint32(i * EVENT_BYTES + EVENT_DATA, true);
      const fd = this.#fds.get(id);
      if (fd === undefined) continue;
      if (this.#connecting.has(id)) this.#connected(id, fd);
      else this.#receive(id, fd);
    }
  }

  [Symbol.dispose](): void {
    for (const fd of this.#fds.values()) this.#libc.symbols.close(fd);
    this.#libc.symbols.close(this.#epoll);
    this.#fds.clear();
    this.#libc.close();
  }

  #connected(id: number, fd: number): void {
    this.#connecting.delete(id);
    const error = this.#errorOf(fd);
    if (error !== 0) return this.#lose(id, fd, `errno ${error} while connecting`);
    const request = this.#handler.connected(id);
    const sent = this.#libc.symbols.send(fd, request, BigInt(request.length), 0);
    if (Number(sent) !== request.length) return this.#lose(id, fd, "the request cannot be sent");
    this.#watch(EPOLL_CTL_MOD, id, EPOLLIN);
  }

  #receive(id: number, fd: number): void {
    const { recv } = this.#libc.symbols;
    const length = Number(recv(fd, this.#buffer, BigInt(READ_BYTES), 0));
    if (length > 0) return this.#handler.received(id, this.#buffer.subarray(0, length));
    if (length === 0) return this.#lose(id, fd, "closed by the server");
    const error = this.#errorOf(fd);
    // Without an error there was just nothing to read.
    if (error !== 0) this.#lose(id, fd, `errno ${error}`);
  }

  #lose(id: number, fd: number, why: string): void {
    this.#libc.symbols.epoll_ctl(this.#epoll, EPOLL_CTL_DEL, fd, new Uint8Array(EVENT_BYTES));
    this.#libc.symbols.close(fd);
    this.#fds.delete(id);
    this.#handler.lost(id, why);
  }

  #errorOf(fd: number): number {
    const value = new Int32Array(1);
    const { getsockopt } = this.#libc.symbols;
    const failed = getsockopt(fd, SOL_SOCKET, SO_ERROR, value, new Uint32Array([4]));
    return failed ? -1 : value[0];
  }

  #watch(how: number, id: number, events: number): void {
    const event = new Uint8Array(EVENT_BYTES);
    const view = new DataView(event.buffer);
    view.setUint32(0, events, true);
    view.setUint32(EVENT_DATA, id, true);
    if (this.#libc.symbols.epoll_ctl(this.#epoll, how, this.#fds.get(id)!, event) !== 0) {
      throw new Error(`Cannot watch socket ${id}`);
    }
  }
}
