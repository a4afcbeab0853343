/**
 * The monitors of a display, as RandR 1.5 has them: the outputs that show something, and those that somebody put
 * together or cut up with `xrandr --setmonitor`.
 */
import { MAX_TITLE, type Monitor } from "../../targets.ts";
import type { XConnection } from "./connection.ts";
import { MONITOR_INFO, nativeBuffer, RANDR_EVENTS, RANDR_EVENTS_MASK } from "./layouts.ts";
import type { Properties } from "./properties.ts";

/** More monitors are left out. */
const MAX_MONITORS = 64;
const INACTIVE_TOO = 0;

export class MonitorList {
  /** The types of the events that say that there may be others. */
  readonly eventTypes: readonly number[];
  readonly #connection: XConnection;
  readonly #properties: Properties;
  /** Atoms keep their names as long as the server lives. */
  readonly #names = new Map<bigint, string>();
  readonly #count = nativeBuffer(4);

  private constructor(connection: XConnection, properties: Properties, firstEvent: number) {
    this.#connection = connection;
    this.#properties = properties;
    this.eventTypes = RANDR_EVENTS.map((offset) => firstEvent + offset);
  }

  /** Asks to be told of changes; `undefined` where libXrandr or the server's extension (1.5 or newer) are missing. */
  static start(connection: XConnection, properties: Properties): MonitorList | undefined {
    const { randr } = connection.libraries;
    if (randr === undefined) return undefined;
    const { display, root } = connection;
    const [firstEvent, firstError] = [nativeBuffer(4), nativeBuffer(4)];
    if (randr.XRRQueryExtension(display, firstEvent, firstError) === 0) return undefined;
    const [major, minor] = [nativeBuffer(4), nativeBuffer(4)];
    if (randr.XRRQueryVersion(display, major, minor) === 0) return undefined;
    if (major.getInt32(0, true) * 100 + minor.getInt32(0, true) < 105) return undefined;
    randr.XRRSelectInput(display, root, RANDR_EVENTS_MASK);
    connection.check();
    return new MonitorList(connection, properties, firstEvent.getInt32(0, true));
  }

  /** Those that there are now. Throws `SourceLost` when the server is gone. */
  list(): Monitor[] {
    const { randr, read } = this.#connection.libraries;
    const { display, root } = this.#connection;
    const address = randr?.XRRGetMonitors(display, root, INACTIVE_TOO, this.#count);
    try {
      this.#connection.check();
      const count = Math.min(this.#count.getInt32(0, true), MAX_MONITORS);
      if (!address || count <= 0) return [];
      const infos = nativeBuffer(count * MONITOR_INFO.size);
      read(address, infos);
      return Array.from({ length: count }, (_, i) => this.#monitorAt(infos, i * MONITOR_INFO.size))
        .filter(({ width, height }) => width > 0 && height > 0);
    } finally {
      if (address) randr?.XRRFreeMonitors(address);
    }
  }

  #monitorAt(infos: DataView, at: number): Monitor {
    return {
      name: this.#name(infos.getBigUint64(at + MONITOR_INFO.name, true)),
      x: infos.getInt32(at + MONITOR_INFO.x, true),
      y: infos.getInt32(at + MONITOR_INFO.y, true),
      width: infos.getInt32(at + MONITOR_INFO.width, true),
      height: infos.getInt32(at + MONITOR_INFO.height, true),
      primary: infos.getInt32(at + MONITOR_INFO.primary, true) !== 0,
    };
  }

  #name(atom: bigint): string {
    let name = this.#names.get(atom);
    if (name === undefined) {
      name = (this.#properties.nameOf(atom) ?? `monitor ${atom}`).slice(0, MAX_TITLE);
      this.#names.set(atom, name);
    }
    return name;
  }
}
