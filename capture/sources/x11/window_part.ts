/**
 * One window, wherever it is. With Composite its own pixels, whatever covers it; without, the part of the screen
 * that it takes up, with what lies on top.
 *
 * It is away while it is not shown, and when it has been closed, until one like it is there: with the title that was
 * asked for, or, where it was a certain window, of the same program and with the same title.
 */
import type { Area } from "./area.ts";
import type { Composite, Pixmap } from "./composite.ts";
import type { XConnection, XEvents } from "./connection.ts";
import { isSame, partOf } from "./display_part.ts";
import { PROPERTY_NOTIFY } from "./layouts.ts";
import type { Part } from "./part.ts";
import { alike, titled, xidIn } from "./window_choice.ts";
import { attributesOf, placeOf, type Point, type WindowAttributes } from "./window_queries.ts";
import { WindowWatch } from "./window_watch.ts";
import type { ListedWindow, WindowList } from "./windows.ts";

export class WindowPart implements Part {
  area: Area | undefined;
  origin: Point = { x: 0, y: 0 };
  awayReason: string | undefined;
  readonly #connection: XConnection;
  readonly #windows: WindowList;
  readonly #composite: Composite | undefined;
  readonly #wanted: string;
  /** The window that is or was captured last. */
  #info: ListedWindow | undefined;
  /** It, while there is such a window. */
  #watch: WindowWatch | undefined;
  #pixmap: Pixmap | undefined;
  /** Size and border that the window had when `#pixmap` was made. */
  #shape = "";
  #searching = false;

  /** The window that `wanted` names, see `Target`; where there is no such one, it is away until there is. */
  constructor(
    connection: XConnection,
    windows: WindowList,
    composite: Composite | undefined,
    wanted: string,
  ) {
    this.#connection = connection;
    this.#windows = windows;
    this.#composite = composite;
    this.#wanted = wanted;
    this.#leave("is not there");
    this.#search();
  }

  follow(events: XEvents, inDoubt: boolean): void {
    const watch = this.#watch;
    if (watch && events.destroyed.has(watch.window)) {
      this.#lose();
    } else if (watch && (inDoubt || watch.concerns(events))) {
      watch.renew();
      this.#examine(watch.window, watch.reshown(events));
    }
    const mayBeBack = inDoubt || events.mapped.size > 0 || events.types.has(PROPERTY_NOTIFY);
    if (!this.area && (mayBeBack || !this.#searching)) this.#search();
  }

  close(): void {
    this.#lose();
    if (this.#searching && this.#connection.open) this.#connection.watchForWindows(false);
    this.#searching = false;
  }

  /** Looks for the window, and begins or ends being told of those that come. */
  #search(): void {
    const found = this.#find();
    if (found && found.xid !== this.#watch?.window) this.#take(found);
    else if (this.#watch) this.#examine(this.#watch.window, true);
    const searching = this.area === undefined;
    if (searching === this.#searching) return;
    this.#searching = searching;
    this.#connection.watchForWindows(searching);
    // What came before events told of it would be missed.
    if (searching) this.#search();
  }

  /** The window to capture; `undefined`: none but the one that it has, if it has one. */
  #find(): ListedWindow | undefined {
    const xid = xidIn(this.#wanted);
    if (this.#watch && (xid !== undefined || this.#windows.isManaged(this.#watch.window))) {
      return undefined;
    }
    if (xid === undefined) return titled(this.#windows.list(), this.#wanted);
    // A window's number may be another program's window once it is closed.
    return this.#info ? alike(this.#windows.list(), this.#info) : this.#windows.get(xid);
  }

  #take(window: ListedWindow): void {
    this.#lose();
    this.#info = window;
    this.#watch = new WindowWatch(this.#connection, window.xid);
    this.#composite?.redirect(window.xid);
    this.#examine(window.xid, true);
  }

  /** Brings its place and its picture up to date. */
  #examine(xid: bigint, reshown: boolean): void {
    const attributes = attributesOf(this.#connection, xid);
    const place = placeOf(this.#connection, xid);
    if (!attributes || !place) return this.#lose();
    if (!attributes.viewable) return this.#leave("is minimised, hidden or on another desktop");
    if (this.#composite) this.#showPixmap(xid, attributes, place, this.#composite, reshown);
    else this.#showScreen(attributes, place);
  }

  #showPixmap(
    xid: bigint,
    { width, height, borderWidth: border, visual }: WindowAttributes,
    place: Point,
    composite: Composite,
    reshown: boolean,
  ): void {
    const shape = `${width}x${height}+${border}`;
    if (!this.area || reshown || shape !== this.#shape) {
      const pixmap = composite.pixmapOf(xid);
      // What it is now, as opposed to a moment ago.
      const inner = pixmap &&
        { width: pixmap.width - 2 * border, height: pixmap.height - 2 * border };
      if (this.#pixmap) composite.free(this.#pixmap);
      this.#pixmap = pixmap;
      if (!pixmap || !inner || inner.width < 1 || inner.height < 1) {
        return this.#leave("is not shown");
      }
      this.#shape = shape;
      const damaged = { window: xid, x: 0, y: 0 };
      const { id: drawable, depth } = pixmap;
      this.area = { ...inner, drawable, x: border, y: border, depth, visual, damaged };
    }
    this.origin = place;
    this.awayReason = undefined;
  }

  #showScreen({ width: w, height: h }: WindowAttributes, { x, y }: Point): void {
    const area = partOf(this.#connection, { x, y, w, h });
    if (!area) return this.#leave("lies outside the screen");
    if (!this.area || !isSame(area, this.area)) this.area = area;
    this.origin = { x: area.x, y: area.y };
    this.awayReason = undefined;
  }

  /** There is no such window any more. */
  #lose(): void {
    const window = this.#watch?.window;
    this.#watch?.close();
    this.#watch = undefined;
    if (window !== undefined) this.#composite?.release(window);
    if (this.#info) this.#leave("was closed");
    else this.#leave("is not there");
  }

  /** Nothing of the window is shown. */
  #leave(why: string): void {
    this.area = undefined;
    if (this.#pixmap) this.#composite?.free(this.#pixmap);
    this.#pixmap = undefined;
    this.awayReason = `window “${this.#wanted}” ${why}`;
  }
}
