/**
 * Being told that the pointer moved, instead of asking where it is: XInput 2's raw motion events.
 *
 * They say that some pointing device moved, not where the pointer is now, and come whatever window has the
 * pointer or has grabbed it (from version 2.1 of the extension on). A client that moves the pointer itself
 * (`XWarpPointer`, xdotool's `mousemove`) raises none, so the source also looks when anything else happens.
 */
import type { XConnection } from "./connection.ts";
import { nativeBuffer, XI_ALL_MASTER_DEVICES, XI_EVENT_MASK, XI_RAW_MOTION } from "./layouts.ts";
import { exclusively } from "./process_lock.ts";

export class PointerMotion {
  /** The extension's number: its events carry it. */
  readonly extension: number;

  private constructor(extension: number) {
    this.extension = extension;
  }

  /** Asks for the events; `undefined` where libXi or the server's extension (2.1 or newer) are missing. */
  static start(connection: XConnection): PointerMotion | undefined {
    const { xi, x11, c, write } = connection.libraries;
    if (xi === undefined) return undefined;
    const { display, root } = connection;
    const [opcode, event, error] = [nativeBuffer(4), nativeBuffer(4), nativeBuffer(4)];
    const name = new TextEncoder().encode("XInputExtension\0");
    if (x11.XQueryExtension(display, name, opcode, event, error) === 0) return undefined;
    const [major, minor] = [nativeBuffer(4), nativeBuffer(4)];
    major.setInt32(0, 2, true);
    minor.setInt32(0, 2, true);
    const answered = exclusively(connection.libraries, () => {
      return xi.XIQueryVersion(display, major, minor);
    });
    if (answered !== 0) return undefined;
    if (major.getInt32(0, true) === 2 && minor.getInt32(0, true) < 1) return undefined;
    // The struct points to the bits, so both are put into memory whose address C told us.
    const { size, deviceid, maskLength, mask } = XI_EVENT_MASK;
    const memory = c.malloc(BigInt(size + 4));
    if (memory === 0n) return undefined;
    const wanted = nativeBuffer(size + 4);
    wanted.setInt32(deviceid, XI_ALL_MASTER_DEVICES, true);
    wanted.setInt32(maskLength, 4, true);
    wanted.setBigUint64(mask, memory + BigInt(size), true);
    wanted.setUint32(size, 1 << XI_RAW_MOTION, true);
    write(memory, wanted);
    const refused = xi.XISelectEvents(display, root, memory, 1);
    c.free(memory);
    connection.check();
    return refused === 0 ? new PointerMotion(opcode.getInt32(0, true)) : undefined;
  }
}
