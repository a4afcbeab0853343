/**
 * The `x11` source: a whole X display, its pointer and its size, as it is now.
 */
import type { Rect, RowRange, Size } from "../../geometry.ts";
import { type CursorChange, type Source, SourceLost, type SourceNews } from "../../source.ts";
import { type Screen, XConnection } from "./connection.ts";
import { CursorWatch } from "./cursor.ts";
import { DamageWatch } from "./damage.ts";
import { type Grabber, ImageGrabber, readFormat } from "./image.ts";
import { copierFor, type CopyRows } from "./pixels.ts";
import { SharedMemoryGrabber } from "./shared_memory.ts";

/**
 * Opens the X display `display`, like ":0" or "host:0.0". Blocks until the server answers.
 * Throws `SourceLost` with the reason when it cannot be captured.
 */
export function openX11Source(display: string): Source {
  const connection = new XConnection(display);
  try {
    return new X11Source(connection);
  } catch (error) {
    connection.close();
    throw error;
  }
}

class X11Source implements Source {
  readonly label: string;
  readonly #connection: XConnection;
  readonly #copy: CopyRows;
  readonly #damage: DamageWatch | undefined;
  readonly #cursor: CursorWatch | undefined;
  #screen: Screen;
  #grabber: Grabber;
  /** The next poll says that anything may have changed. */
  #everythingChanged = true;
  /** The next poll asks for the screen's size even without an event. */
  #sizeInDoubt = false;

  constructor(connection: XConnection) {
    this.label = `x11 ${connection.name}`;
    this.#connection = connection;
    this.#copy = copierFor(readFormat(connection), connection.libraries.read);
    this.#damage = DamageWatch.start(connection);
    this.#cursor = CursorWatch.start(connection);
    // After the events are asked for, so that a change from here on is told.
    this.#screen = connection.screen();
    this.#grabber = this.#openGrabber();
  }

  get size(): Size {
    return { width: this.#screen.width, height: this.#screen.height };
  }

  poll(): SourceNews {
    const events = this.#connection.takeEvents();
    const resized = (events.configured || this.#sizeInDoubt) && this.#followSize();
    this.#sizeInDoubt = false;
    const damage = this.#takeDamage(events.types);
    const cursor = this.#lookAtCursor(events.types);
    this.#connection.check();
    return cursor === undefined ? { damage, resized } : { damage, resized, cursor };
  }

  grab(frame: Uint8Array, rows: RowRange): void {
    const { width, height } = this.#screen;
    checkGrab(frame, rows, this.#screen);
    if (this.#grabber.grab(frame, rows)) return;
    // Refused. Usually the screen has shrunk since the poll; the next poll will say so, and that all
    // must be read again.
    this.#everythingChanged = true;
    this.#sizeInDoubt = true;
    const now = this.#connection.screen();
    if (now.width !== width || now.height !== height || this.#grabber.grab(frame, rows)) return;
    // Otherwise it is shared memory that stopped working: go on without.
    this.#grabber.close();
    this.#grabber = new ImageGrabber(this.#connection, this.#screen, this.#copy);
    if (this.#grabber.grab(frame, rows)) return;
    throw new SourceLost(`The X server of display ${this.#connection.name} shows no pixels`);
  }

  close(): void {
    this.#grabber.close();
    this.#connection.close();
  }

  /** Adapts to the screen's present size; true when it is a new one. */
  #followSize(): boolean {
    const now = this.#connection.screen();
    const { width, height } = this.#screen;
    if (now.width === width && now.height === height) return false;
    this.#screen = now;
    this.#grabber.close();
    this.#grabber = this.#openGrabber();
    this.#everythingChanged = true;
    return true;
  }

  #openGrabber(): Grabber {
    return SharedMemoryGrabber.open(this.#connection, this.#screen, this.#copy) ??
      new ImageGrabber(this.#connection, this.#screen, this.#copy);
  }

  #takeDamage(events: ReadonlySet<number>): readonly Rect[] | "unknown" {
    if (this.#everythingChanged) {
      this.#everythingChanged = false;
      this.#damage?.discard();
      return "unknown";
    }
    if (this.#damage === undefined) return "unknown";
    return events.has(this.#damage.eventType) ? this.#damage.take(this.#screen) : [];
  }

  #lookAtCursor(events: ReadonlySet<number>): CursorChange | undefined {
    return this.#cursor?.look(events.has(this.#cursor.eventType));
  }
}

function checkGrab(frame: Uint8Array, rows: RowRange, { width, height }: Size): void {
  if (frame.length !== width * height * 4) {
    throw new RangeError(
      `Cannot grab into frame: got ${frame.length} bytes, wanted ${width * height * 4} ` +
        `(${width}x${height})`,
    );
  }
  const { top, bottom } = rows;
  if (!Number.isInteger(top) || !Number.isInteger(bottom) || top < 0 || bottom > height) {
    throw new RangeError(`Cannot grab rows: got ${top} to ${bottom}, wanted 0 to ${height}`);
  }
  if (top >= bottom) {
    throw new RangeError(`Cannot grab rows: got ${top} to ${bottom}, wanted at least one row`);
  }
}
