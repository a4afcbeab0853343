/**
 * The `x11` source: a whole X display, its pointer and its size, as it is now.
 */
import type { Rect, RowRange, Size } from "../../geometry.ts";
import { type CursorChange, type Source, SourceLost, type SourceNews } from "../../source.ts";
import { type Screen, XConnection, type XEvents } from "./connection.ts";
import { CursorWatch } from "./cursor.ts";
import { DamageWatch } from "./damage.ts";
import { EventWait } from "./event_wait.ts";
import { type Grabber, ImageGrabber, readFormat } from "./image.ts";
import { copierFor, type CopyRows } from "./pixels.ts";
import { PointerMotion } from "./pointer_motion.ts";
import { SharedMemoryGrabber } from "./shared_memory.ts";

/** Without XInput nothing tells that the pointer moved: it is asked for this often, ms. */
const POINTER_POLL_MS = 33;

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
  readonly #motion: PointerMotion | undefined;
  readonly #wait: EventWait | undefined;
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
    this.#motion = this.#cursor && PointerMotion.start(connection);
    // Without damage there is nothing to wait for: only looking tells what changed.
    this.#wait = this.#damage && EventWait.create(connection);
    // After the events are asked for, so that a change from here on is told.
    this.#screen = connection.screen();
    this.#grabber = this.#openGrabber();
  }

  get size(): Size {
    return { width: this.#screen.width, height: this.#screen.height };
  }

  get tells(): boolean {
    return this.#wait !== undefined;
  }

  async wait(maxMs: number): Promise<void> {
    const mustAsk = this.#cursor !== undefined && this.#motion === undefined;
    await this.#wait?.wait(mustAsk ? Math.min(POINTER_POLL_MS, maxMs) : maxMs);
  }

  interrupt(): void {
    this.#wait?.interrupt();
  }

  poll(thorough = true): SourceNews {
    const events = this.#connection.takeEvents();
    const resized = (events.configured || this.#sizeInDoubt) && this.#followSize();
    this.#sizeInDoubt = false;
    const damage = this.#takeDamage(events.types);
    const cursor = this.#lookAtCursor(events, thorough || damage.length > 0);
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
    this.#wait?.close();
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

  /** Asks where the pointer is if it may have moved; `anyway` for reasons other than `events`. */
  #lookAtCursor(events: XEvents, anyway: boolean): CursorChange | undefined {
    if (this.#cursor === undefined) return undefined;
    const shapeChanged = events.types.has(this.#cursor.eventType);
    const moved = this.#motion === undefined || events.extensions.has(this.#motion.extension);
    return anyway || shapeChanged || moved ? this.#cursor.look(shapeChanged) : undefined;
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
