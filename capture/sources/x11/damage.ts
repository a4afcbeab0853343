/**
 * Which parts of the screen changed, as the server's DAMAGE extension tells.
 *
 * The server collects damage in a region and sends one event when the region stops being empty. Taking
 * the region empties it, so what is drawn afterwards raises the next event. Pixels are read after taking
 * it: a change in between is seen twice, never missed.
 */
import { clip, type Rect, type Size } from "../../geometry.ts";
import type { XConnection } from "./connection.ts";
import { DAMAGE_NOTIFY, DAMAGE_REPORT_NON_EMPTY, nativeBuffer, RECTANGLE } from "./layouts.ts";

/** Above this many rectangles, their bounding box is reported: a scattered region is no use. */
const MAX_RECTS = 256;

export class DamageWatch {
  /** The type of the event that says that there is damage. */
  readonly eventType: number;
  readonly #connection: XConnection;
  readonly #damage: bigint;
  readonly #region: bigint;
  readonly #count = nativeBuffer(4);
  readonly #bounds = nativeBuffer(RECTANGLE.size);

  private constructor(connection: XConnection, eventType: number, damage: bigint, region: bigint) {
    this.#connection = connection;
    this.eventType = eventType;
    this.#damage = damage;
    this.#region = region;
  }

  /** Starts watching the root window with all in it; `undefined` where library or extension are missing. */
  static start(connection: XConnection): DamageWatch | undefined {
    const { damage, fixes } = connection.libraries;
    if (damage === undefined || fixes === undefined) return undefined;
    const firstEvent = nativeBuffer(4);
    const firstError = nativeBuffer(4);
    const { display, root } = connection;
    if (fixes.XFixesQueryExtension(display, firstEvent, firstError) === 0) return undefined;
    if (damage.XDamageQueryExtension(display, firstEvent, firstError) === 0) return undefined;
    const eventType = firstEvent.getInt32(0, true) + DAMAGE_NOTIFY;
    const region = fixes.XFixesCreateRegion(display, 0n, 0);
    const watched = damage.XDamageCreate(display, root, DAMAGE_REPORT_NON_EMPTY);
    connection.check();
    return new DamageWatch(connection, eventType, watched, region);
  }

  /** Forgets the damage up to now, for a caller who looks at everything anyway. */
  discard(): void {
    this.#subtractInto(0n);
  }

  /** Takes the damage up to now, clipped to a screen of `size`. */
  take(size: Size): Rect[] {
    const { fixes, x11, read } = this.#connection.libraries;
    this.#subtractInto(this.#region);
    const list = fixes?.XFixesFetchRegionAndBounds(
      this.#connection.display,
      this.#region,
      this.#count,
      this.#bounds,
    );
    try {
      this.#connection.check();
      // Refused, for want of memory say: anything may have changed.
      if (!list) return [{ x: 0, y: 0, w: size.width, h: size.height }];
      const count = this.#count.getInt32(0, true);
      if (count > MAX_RECTS) return clipAll([rectAt(this.#bounds, 0)], size);
      const rects = nativeBuffer(count * RECTANGLE.size);
      read(list, rects);
      return clipAll(
        Array.from({ length: count }, (_, i) => rectAt(rects, i * RECTANGLE.size)),
        size,
      );
    } finally {
      if (list) x11.XFree(list);
    }
  }

  #subtractInto(region: bigint): void {
    const { damage } = this.#connection.libraries;
    damage?.XDamageSubtract(this.#connection.display, this.#damage, 0n, region);
  }
}

function clipAll(rects: readonly Rect[], size: Size): Rect[] {
  return rects.map((rect) => clip(rect, size)).filter((rect) => rect !== undefined);
}

function rectAt(view: DataView, offset: number): Rect {
  return {
    x: view.getInt16(offset + RECTANGLE.x, true),
    y: view.getInt16(offset + RECTANGLE.y, true),
    w: view.getUint16(offset + RECTANGLE.width, true),
    h: view.getUint16(offset + RECTANGLE.height, true),
  };
}
