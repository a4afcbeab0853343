/** The few calls to the C library that a TUN device needs. */

const O_RDWR = 2;
const O_NONBLOCK = 0o4000;
const TUNSETIFF = 0x400454ca;
/** IP packets as they are, without a header of the device's own. */
const IFF_TUN_NO_PI = 0x1001;
const POLLIN = 1;
/** Size of `struct ifreq`; the name has its first 16 bytes. */
const IFREQ_BYTES = 40;
const NAME_BYTES = 15;
/** More than any packet of these devices, whose MTU is 1500. */
const MAX_PACKET_BYTES = 2048;

function load() {
  return Deno.dlopen("libc.so.6", {
    open: { parameters: ["buffer", "i32"], result: "i32" },
    ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
    read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
    write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
    close: { parameters: ["i32"], result: "i32" },
    poll: { parameters: ["buffer", "u64", "i32"], result: "i32" },
  });
}

export class Libc {
  readonly #c = load();
  readonly #buffer = new Uint8Array(MAX_PACKET_BYTES);

  /**
   * Makes a TUN device; it is gone when its file is closed, whatever namespace it was moved to.
   * @param name at most 15 characters
   * @returns the file's descriptor
   * @throws {Error} without root, or without /dev/net/tun
   */
  openTun(name: string): number {
    if (name.length > NAME_BYTES) throw new RangeError(`Cannot make ${name}: its name is too long`);
    const file = this.#c.symbols.open(cString("/dev/net/tun"), O_RDWR | O_NONBLOCK);
    if (file < 0) throw new Error("Cannot open /dev/net/tun: it is not there, or this is not root");
    const request = new Uint8Array(IFREQ_BYTES);
    request.set(cString(name));
    new DataView(request.buffer).setInt16(16, IFF_TUN_NO_PI, true);
    if (this.#c.symbols.ioctl(file, BigInt(TUNSETIFF), request) < 0) {
      this.close(file);
      throw new Error(`Cannot make the device ${name}: this needs root`);
    }
    return file;
  }

  /** The next packet; `undefined` when there is none now. */
  read(file: number): Uint8Array | undefined {
    const length = Number(this.#c.symbols.read(file, this.#buffer, BigInt(MAX_PACKET_BYTES)));
    return length > 0 ? this.#buffer.slice(0, length) : undefined;
  }

  /** Writes a packet; the device may refuse it, as links do. */
  write(file: number, packet: Uint8Array): void {
    this.#c.symbols.write(file, Uint8Array.from(packet), BigInt(packet.length));
  }

  /** Waits until one of `files` has a packet, or `ms` have passed. Blocks the thread. */
  wait(files: readonly number[], ms: number): void {
    const polled = new DataView(new ArrayBuffer(8 * files.length));
    files.forEach((file, i) => {
      polled.setInt32(8 * i, file, true);
      polled.setInt16(8 * i + 4, POLLIN, true);
    });
    this.#c.symbols.poll(new Uint8Array(polled.buffer), BigInt(files.length), ms);
  }

  close(file: number): void {
    this.#c.symbols.close(file);
  }
}

function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}
