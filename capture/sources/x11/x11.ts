/**
 * The `x11` source: an X display, a monitor or a window of it, the pointer and the size, as they are now.
 */
import type { RowRange, Size } from "../../geometry.ts";
import type { CursorChange, Source, SourceNews } from "../../source.ts";
import { type Target, type Targets, WHOLE_DISPLAY } from "../../targets.ts";
import { XConnection, type XEvents } from "./connection.ts";
import { CursorWatch } from "./cursor.ts";
import { Desktop } from "./desktop.ts";
import { EventWait } from "./event_wait.ts";
import type { Part } from "./part.ts";
import { Picture } from "./picture.ts";
import { PointerMotion } from "./pointer_motion.ts";
import type { Point } from "./window_queries.ts";

/** Without XInput nothing tells that the pointer moved: it is asked for this often, ms. */
const POINTER_POLL_MS = 33;
/** What is away may come back without an event, as a window that gets another title: it is looked for this often, ms. */
const AWAY_POLL_MS = 500;

/**
 * Opens the X display `display`, like ":0" or "host:0.0". Blocks until the server answers.
 * @param target what of it to capture. Where that is not there, the source shows nothing and says so (`silence`) until
 * it is.
 * @throws {SourceLost} with the reason when the display cannot be captured
 */
export function openX11Source(display: string, target: Target = WHOLE_DISPLAY): Source {
  const connection = new XConnection(display);
  try {
    return new X11Source(connection, target);
  } catch (error) {
    connection.close();
    throw error;
  }
}

class X11Source implements Source {
  readonly label: string;
  readonly #connection: XConnection;
  readonly #desktop: Desktop;
  readonly #picture: Picture;
  readonly #cursor: CursorWatch | undefined;
  readonly #motion: PointerMotion | undefined;
  readonly #wait: EventWait | undefined;
  #part: Part;
  #target: Target;
  /** The next poll captures `#target`, and no longer what `#part` is. */
  #selected = false;
  /** As of the last poll. */
  #origin: Point;
  #silence: string | undefined;
  /** The next poll asks where the part is even without an event. */
  #inDoubt = false;

  constructor(connection: XConnection, target: Target) {
    this.label = `x11 ${connection.name}`;
    this.#connection = connection;
    this.#desktop = new Desktop(connection);
    this.#picture = new Picture(connection);
    this.#cursor = CursorWatch.start(connection);
    this.#motion = this.#cursor && PointerMotion.start(connection);
    // Without damage there is nothing to wait for: only looking tells what changed.
    this.#wait = this.#picture.tells ? EventWait.create(connection) : undefined;
    // After the events are asked for, so that a change from here on is told.
    this.#target = target;
    this.#part = this.#desktop.open(target);
    try {
      this.#picture.show(this.#part.area);
    } catch (error) {
      this.#wait?.close();
      throw error;
    }
    this.#origin = this.#part.origin;
    this.#silence = this.#part.awayReason;
  }

  get size(): Size {
    return this.#picture.size;
  }

  get origin(): Point {
    return this.#origin;
  }

  get silence(): string | undefined {
    return this.#silence;
  }

  get target(): Target {
    return this.#target;
  }

  get tells(): boolean {
    return this.#wait !== undefined;
  }

  async wait(maxMs: number): Promise<void> {
    const mustAsk = this.#cursor !== undefined && this.#motion === undefined;
    const ownMs = !this.#part.area ? AWAY_POLL_MS : mustAsk ? POINTER_POLL_MS : Infinity;
    await this.#wait?.wait(Math.min(ownMs, maxMs));
  }

  interrupt(): void {
    this.#wait?.interrupt();
  }

  targets(): Targets {
    return this.#desktop.targets();
  }

  select(target: Target): void {
    this.#desktop.check(target);
    this.#target = target;
    this.#selected = true;
    this.interrupt();
  }

  poll(thorough = true): SourceNews {
    const events = this.#connection.takeEvents();
    const { x, y } = this.#origin;
    const selected = this.#selected;
    if (selected) this.#switch();
    else this.#part.follow(events, thorough || this.#inDoubt || this.#isIdle(events));
    this.#inDoubt = false;
    const resized = this.#picture.show(this.#part.area) || selected;
    this.#origin = this.#part.origin;
    this.#silence = this.#part.awayReason;
    const moved = x !== this.#origin.x || y !== this.#origin.y;
    const damage = this.#picture.takeDamage(events.types);
    const cursor = this.#lookAtCursor(events, thorough || moved || resized || damage.length > 0);
    this.#connection.check();
    return {
      damage,
      resized,
      ...moved ? { moved } : {},
      ...cursor === undefined ? {} : { cursor },
    };
  }

  grab(frame: Uint8Array, rows: RowRange): void {
    if (!this.#picture.grab(frame, rows)) this.#inDoubt = true;
  }

  close(): void {
    this.#wait?.close();
    this.#part.close();
    this.#picture.close();
    this.#connection.close();
  }

  #switch(): void {
    this.#selected = false;
    this.#part.close();
    this.#picture.forget();
    this.#part = this.#desktop.open(this.#target);
  }

  /** It was time to look for a part that is away: it is not that something else woke us. */
  #isIdle({ types, extensions }: XEvents): boolean {
    return !this.#part.area && this.tells && types.size === 0 && extensions.size === 0;
  }

  /** Asks where the pointer is if it may have moved; `anyway` for reasons other than `events`. */
  #lookAtCursor(events: XEvents, anyway: boolean): CursorChange | undefined {
    if (this.#cursor === undefined) return undefined;
    const shapeChanged = events.types.has(this.#cursor.eventType);
    const moved = this.#motion === undefined || events.extensions.has(this.#motion.extension);
    if (!anyway && !shapeChanged && !moved) return undefined;
    const { area, origin } = this.#part;
    const { width: w, height: h } = this.#picture.size;
    return this.#cursor.look(shapeChanged, area && { ...origin, w, h });
  }
}
