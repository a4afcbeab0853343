/**
 * One connection to an X server that survives the server.
 *
 * Left alone, Xlib ends the whole process in two cases: on a protocol error (a request that the server
 * refused) and on an I/O error (the server went away). Its handlers for both are replaced, by functions
 * of libc rather than by JavaScript: callbacks need an `--allow-ffi` without paths, they would run inside
 * a foreign call, and the process-wide handlers would outlive the Worker that owns them.
 *
 * - Protocol errors: `abs`, which does nothing with its argument. All requests whose failure
 *   matters have a reply, and Xlib tells a refused one by returning 0 or NULL.
 * - I/O errors: `abs` again, then Xlib calls the connection's exit handler, and returns if that does.
 *   It is `strtod`: called as `strtod(display, &flag)` it reads a few bytes of the display and always
 *   stores an address in `flag`. A set flag means that the server is gone.
 *
 * The exit handler exists from libX11 1.7 (November 2020) on. With an older one a vanishing X server
 * still ends the process with exit code 1. The same holds, with any version, for a server that dies in
 * the about one millisecond between accepting a connection and `XOpenDisplay` returning.
 */
import { SourceLost } from "../../source.ts";
import {
  CONFIGURE_NOTIFY,
  DESTROY_NOTIFY,
  EVENT,
  GENERIC_EVENT,
  GENERIC_EVENT_TYPE,
  MAP_NOTIFY,
  nativeBuffer,
  PROPERTY_CHANGE_MASK,
  REPARENT_NOTIFY,
  STRUCTURE_EVENT,
  STRUCTURE_NOTIFY_MASK,
  SUBSTRUCTURE_NOTIFY_MASK,
  UNMAP_NOTIFY,
} from "./layouts.ts";
import { type Libraries, loadLibraries } from "./libraries.ts";
import { exclusively } from "./process_lock.ts";
import { attributesOf, type WindowAttributes } from "./window_queries.ts";

/** What the events since the last look say. */
export interface XEvents {
  /** Windows, the root among them, that were moved, resized, shown, hidden or put into another one. */
  readonly changed: ReadonlySet<bigint>;
  /** Windows that were shown. */
  readonly mapped: ReadonlySet<bigint>;
  /** Windows that there are no more. */
  readonly destroyed: ReadonlySet<bigint>;
  /** The types of all events but generic ones. */
  readonly types: ReadonlySet<number>;
  /** The extensions, by number, whose events come as X's "generic" ones. */
  readonly extensions: ReadonlySet<number>;
}

export class XConnection {
  readonly name: string;
  readonly libraries: Libraries;
  readonly root: bigint;
  #display: bigint | undefined;
  /** Written by Xlib's call of the exit handler. */
  readonly #lostFlag = nativeBuffer(8);
  readonly #event = nativeBuffer(EVENT.size);

  /**
   * Connects to the X display `name`, like ":0" or "host:0.0". Blocks until the server answers.
   * Throws `SourceLost` when it is no such name or there is no connection.
   */
  constructor(name: string) {
    // The empty name would mean $DISPLAY to Xlib; which display to show is the caller's choice.
    if (!/^[^\s\0]*:[^\s\0]+$/.test(name)) {
      throw new SourceLost(
        `Cannot open X display: got ${JSON.stringify(name)}, wanted a name like ":0" or "host:0"`,
      );
    }
    this.name = name;
    this.libraries = loadLibraries();
    const { x11, addressOf } = this.libraries;
    const ignore = addressOf("abs");
    x11.XSetErrorHandler(ignore);
    x11.XSetIOErrorHandler(ignore);
    const display = x11.XOpenDisplay(new TextEncoder().encode(`${name}\0`));
    if (display === 0n) {
      throw new SourceLost(
        `Cannot open X display ${name}: no X server answers there, or it refuses this user ` +
          "(is XAUTHORITY set?)",
      );
    }
    this.#display = display;
    x11.XSetIOErrorExitHandler?.(display, addressOf("strtod"), this.#lostFlag);
    this.root = x11.XDefaultRootWindow(display);
    exclusively(this.libraries, () => this.#enterLists(display));
    this.watchForWindows(false);
  }

  /** True: from now on events tell of windows that come, too; false: only of the root window itself, as at first. */
  watchForWindows(watch: boolean): void {
    const more = watch ? SUBSTRUCTURE_NOTIFY_MASK | PROPERTY_CHANGE_MASK : 0n;
    const { x11 } = this.libraries;
    x11.XSelectInput(this.display, this.root, STRUCTURE_NOTIFY_MASK | more);
  }

  /** True once the server is known to be gone. */
  get lost(): boolean {
    return this.#lostFlag.getBigUint64(0) !== 0n;
  }

  /** True while requests can be sent. */
  get open(): boolean {
    return this.#display !== undefined && !this.lost;
  }

  /** The `Display *` for a call. Throws `SourceLost` when the server is gone or this is closed. */
  get display(): bigint {
    this.check();
    return this.#display ?? 0n;
  }

  /** Throws `SourceLost` when the server went away during the calls before, or this is closed. */
  check(): void {
    if (this.#display === undefined) throw new SourceLost(`X display ${this.name} was closed`);
    if (this.lost) throw new SourceLost(`The X server of display ${this.name} went away`);
  }

  /** Asks the server for the root window's present size. Throws `SourceLost` when it does not tell. */
  screen(): WindowAttributes {
    const screen = attributesOf(this, this.root);
    if (screen) return screen;
    throw new SourceLost(
      `The X server of display ${this.name} does not describe its root window`,
    );
  }

  /** Takes the events that have arrived, without waiting. */
  takeEvents(): XEvents {
    const { XPending, XNextEvent } = this.libraries.x11;
    const types = new Set<number>();
    const extensions = new Set<number>();
    const [changed, mapped, destroyed] = [0, 0, 0].map(() => new Set<bigint>());
    // The count is taken once: events that arrive meanwhile are for the next look.
    for (let left = XPending(this.display); left > 0; left--) {
      XNextEvent(this.display, this.#event);
      const type = this.#event.getInt32(EVENT.type, true);
      // Xlib frees what belongs to a generic event by itself when nobody asks for it.
      if (type === GENERIC_EVENT_TYPE) {
        extensions.add(this.#event.getInt32(GENERIC_EVENT.extension, true));
        continue;
      }
      types.add(type);
      const window = this.#event.getBigUint64(STRUCTURE_EVENT.window, true);
      if (CHANGES.has(type)) changed.add(window);
      if (type === MAP_NOTIFY) mapped.add(window);
      if (type === DESTROY_NOTIFY) destroyed.add(window);
    }
    this.check();
    return { changed, mapped, destroyed, types, extensions };
  }

  /**
   * Whether `takeEvents` has something to tell, be it that the server is gone. Sends what is in Xlib's buffer,
   * without a round trip.
   */
  hasNews(): boolean {
    return !this.open || this.libraries.x11.XPending(this.display) > 0 || this.lost;
  }

  /**
   * Ends the connection; the server frees what it holds for it. May be called twice. With the server
   * gone, `XCloseDisplay` sends nothing, since Xlib remembers the I/O error; it closes the
   * socket and frees the memory.
   */
  close(): void {
    const display = this.#display;
    if (display === undefined) return;
    this.#display = undefined;
    exclusively(this.libraries, () => this.libraries.x11.XCloseDisplay(display));
  }

  /** The first use of these extensions enters the connection in libXext's lists: see process_lock.ts. */
  #enterLists(display: bigint): void {
    const { ext, randr } = this.libraries;
    ext?.XShmQueryExtension(display);
    randr?.XRRQueryExtension(display, nativeBuffer(4), nativeBuffer(4));
  }
}

const CHANGES: ReadonlySet<number> = new Set([
  CONFIGURE_NOTIFY,
  MAP_NOTIFY,
  UNMAP_NOTIFY,
  REPARENT_NOTIFY,
]);
