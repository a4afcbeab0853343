/**
 * The pixels of the area that is captured: what changed in them, and how they are read. While there is none, it
 * goes on showing what it read last.
 */
import { contains, type Rect, type RowRange, type Size } from "../../geometry.ts";
import { SourceLost } from "../../source.ts";
import { type Area, isReadAlike } from "./area.ts";
import type { XConnection } from "./connection.ts";
import { DamageWatch } from "./damage.ts";
import { type Grabber, ImageGrabber, readFormat } from "./image.ts";
import { copierFor } from "./pixels.ts";
import { SharedMemoryGrabber } from "./shared_memory.ts";

/** Of the black picture that is shown until there is an area. */
const NOTHING_YET: Size = { width: 640, height: 480 };

export class Picture {
  /** What changed is told, so that it need not be looked for. */
  readonly tells: boolean;
  readonly #connection: XConnection;
  readonly #damage: DamageWatch | undefined;
  #size = NOTHING_YET;
  #area: Area | undefined;
  /** For areas like `#readAlike`, and what was read of them. */
  #grabber: Grabber | undefined;
  #readAlike: Area | undefined;
  /** The next look says that anything may have changed. */
  #everythingChanged = true;

  constructor(connection: XConnection) {
    this.#connection = connection;
    this.#damage = DamageWatch.start(connection);
    this.tells = this.#damage !== undefined;
  }

  get size(): Size {
    return this.#size;
  }

  /**
   * From now on it shows `area`; `undefined`: what it showed last.
   * @returns whether the size is another
   * @throws {SourceLost} when the server does not show its pixels
   */
  show(area: Area | undefined): boolean {
    if (area === this.#area) return false;
    this.#damage?.watch(area?.damaged.window ?? 0n);
    this.#area = area;
    if (!area) return false;
    this.#everythingChanged = true;
    if (!this.#readAlike || !isReadAlike(area, this.#readAlike)) this.#openGrabber(area);
    const { width, height } = this.#size;
    if (area.width === width && area.height === height) return false;
    this.#size = { width: area.width, height: area.height };
    return true;
  }

  /** Forgets what it showed: it is black until there is another area. */
  forget(): void {
    this.show(undefined);
    this.#closeGrabber();
    this.#everythingChanged = true;
  }

  /**
   * Where it changed since the last look.
   * @param events the types of those since then
   */
  takeDamage(events: ReadonlySet<number>): readonly Rect[] | "unknown" {
    if (this.#everythingChanged) {
      this.#everythingChanged = false;
      if (this.#area) this.#damage?.discard();
      return "unknown";
    }
    if (!this.#area) return [];
    if (this.#damage === undefined) return "unknown";
    return events.has(this.#damage.eventType) ? this.#damage.take(this.#area) : [];
  }

  /**
   * Copies rows into `frame`.
   * @returns false when the server refused at first: the area may not be what it was, and then `frame` is as it was
   * @throws {SourceLost} when the server is gone or shows no pixels
   */
  grab(frame: Uint8Array, rows: RowRange): boolean {
    // Also where nothing has to be asked for.
    this.#connection.check();
    checkGrab(frame, rows, this.#size);
    if (!this.#area || !this.#grabber) {
      this.#repeat(frame, rows);
      return true;
    }
    if (this.#grabber.grab(this.#area, frame, rows)) return true;
    // Refused. Usually the screen has shrunk since the last look; the next one has to say that anything may be
    // another.
    this.#everythingChanged = true;
    if (!this.#isThere(this.#area) || this.#grabber.grab(this.#area, frame, rows)) return false;
    // Otherwise it is shared memory that stopped working: go on without.
    const copy = copierFor(
      readFormat(this.#connection, this.#area),
      this.#connection.libraries.read,
    );
    this.#grabber.close();
    this.#grabber = new ImageGrabber(this.#connection, this.#area, copy);
    if (this.#grabber.grab(this.#area, frame, rows)) return false;
    throw new SourceLost(`The X server of display ${this.#connection.name} shows no pixels`);
  }

  /** Releases the memory. May be called twice. */
  close(): void {
    this.#area = undefined;
    this.#closeGrabber();
  }

  #repeat(frame: Uint8Array, rows: RowRange): void {
    const rowBytes = this.#size.width * 4;
    if (this.#grabber) this.#grabber.repeat(frame, rows);
    else frame.fill(0, rows.top * rowBytes, rows.bottom * rowBytes);
  }

  /** The screen may have become too small for it; other drawables stay as long as they are held. */
  #isThere({ drawable, x, y, width: w, height: h }: Area): boolean {
    if (drawable !== this.#connection.root) return true;
    const screen = this.#connection.screen();
    return contains({ x: 0, y: 0, w: screen.width, h: screen.height }, { x, y, w, h });
  }

  #openGrabber(area: Area): void {
    this.#closeGrabber();
    const copy = copierFor(readFormat(this.#connection, area), this.#connection.libraries.read);
    this.#grabber = SharedMemoryGrabber.open(this.#connection, area, copy) ??
      new ImageGrabber(this.#connection, area, copy);
    this.#readAlike = area;
  }

  #closeGrabber(): void {
    this.#grabber?.close();
    this.#grabber = undefined;
    this.#readAlike = undefined;
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
