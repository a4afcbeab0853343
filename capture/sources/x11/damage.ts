/**
 * Which parts of what is captured changed, as the server's DAMAGE extension tells.
 *
 * The server collects damage in a region and sends one event when the region stops being empty. Taking
 * the region empties it, so what is drawn afterwards raises the next event. Pixels are read after taking
 * it: a change in between is seen twice, never missed.
 */
import { boundsOf, clip, type Rect } from "../../geometry.ts";
import type { Area } from "./area.ts";
import type { XConnection } from "./connection.ts";
import { DAMAGE_NOTIFY, DAMAGE_REPORT_NON_EMPTY, nativeBuffer, RECTANGLE } from "./layouts.ts";

/** Above this many rectangles, their bounding box is reported: a scattered region is no use. */
const MAX_RECTS = 256;
/** Of a region of more rectangles in all the window, only the bounding box is looked at. */
const MAX_FETCHED = 4096;

export class DamageWatch {
  /** The type of the event that says that there is damage. */
  readonly eventType: number;
  readonly #connection: XConnection;
  /** Collects damage of the window that is watched; 0 for none. */
  #damage = 0n;
  readonly #region: bigint;
  readonly #count = nativeBuffer(4);
  readonly #bounds = nativeBuffer(RECTANGLE.size);

  private constructor(connection: XConnection, eventType: number, region: bigint) {
    this.#connection = connection;
    this.eventType = eventType;
    this.#region = region;
  }

  /** Watches nothing yet; `undefined` where library or extension are missing. */
  static start(connection: XConnection): DamageWatch | undefined {
    const { damage, fixes } = connection.libraries;
    if (damage === undefined || fixes === undefined) return undefined;
    const firstEvent = nativeBuffer(4);
    const firstError = nativeBuffer(4);
    const { display } = connection;
    if (fixes.XFixesQueryExtension(display, firstEvent, firstError) === 0) return undefined;
    if (damage.XDamageQueryExtension(display, firstEvent, firstError) === 0) return undefined;
    const eventType = firstEvent.getInt32(0, true) + DAMAGE_NOTIFY;
    const region = fixes.XFixesCreateRegion(display, 0n, 0);
    connection.check();
    return new DamageWatch(connection, eventType, region);
  }

  /**
   * From here on it is `window` that is watched, with all in it, and nothing else; 0 for nothing. The number may be
   * that of the window before and yet mean another, which came after it.
   */
  watch(window: bigint): void {
    const { damage } = this.#connection.libraries;
    if (damage === undefined) return;
    const { display } = this.#connection;
    // Refused where its window has ended, and it with it, which is as good.
    if (this.#damage !== 0n) damage.XDamageDestroy(display, this.#damage);
    this.#damage = window === 0n
      ? 0n
      : damage.XDamageCreate(display, window, DAMAGE_REPORT_NON_EMPTY);
  }

  /** Forgets the damage up to now, for a caller who looks at everything anyway. */
  discard(): void {
    this.#subtractInto(0n);
  }

  /** Takes the damage up to now of the window that is watched, as rectangles of the part of it that `area` is. */
  take(area: Area): Rect[] {
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
      if (!list) return [{ x: 0, y: 0, w: area.width, h: area.height }];
      const count = this.#count.getInt32(0, true);
      if (count > MAX_FETCHED) return inArea([rectAt(this.#bounds, 0)], area);
      const memory = nativeBuffer(count * RECTANGLE.size);
      read(list, memory);
      const rects = Array.from({ length: count }, (_, i) => rectAt(memory, i * RECTANGLE.size));
      const inside = inArea(rects, area);
      return inside.length <= MAX_RECTS ? inside : [boundsOf(inside)];
    } finally {
      if (list) x11.XFree(list);
    }
  }

  #subtractInto(region: bigint): void {
    const { damage } = this.#connection.libraries;
    damage?.XDamageSubtract(this.#connection.display, this.#damage, 0n, region);
  }
}

/** The parts of rectangles of the watched window that lie in `area`, seen from there. */
function inArea(rects: readonly Rect[], area: Area): Rect[] {
  const { damaged } = area;
  return rects.flatMap(({ x, y, w, h }) => {
    return clip({ x: x - damaged.x, y: y - damaged.y, w, h }, area) ?? [];
  });
}

function rectAt(view: DataView, offset: number): Rect {
  return {
    x: view.getInt16(offset + RECTANGLE.x, true),
    y: view.getInt16(offset + RECTANGLE.y, true),
    w: view.getUint16(offset + RECTANGLE.width, true),
    h: view.getUint16(offset + RECTANGLE.height, true),
  };
}
