/** The whole display, or one monitor of it: a part of the root window. */
import { clip, type Rect } from "../../geometry.ts";
import type { Monitor } from "../../targets.ts";
import type { Area } from "./area.ts";
import type { XConnection, XEvents } from "./connection.ts";
import type { MonitorList } from "./monitors.ts";
import type { Part } from "./part.ts";
import type { Point, WindowAttributes } from "./window_queries.ts";

export class DisplayPart implements Part {
  area: Area;
  readonly origin = { x: 0, y: 0 };
  readonly awayReason = undefined;
  readonly #connection: XConnection;

  constructor(connection: XConnection) {
    this.#connection = connection;
    this.area = wholeOf(connection);
  }

  follow(events: XEvents, inDoubt: boolean): void {
    // RandR resizes the root window, and the server tells this as a plain ConfigureNotify too.
    if (!inDoubt && !events.changed.has(this.#connection.root)) return;
    const now = wholeOf(this.#connection);
    if (!isSame(now, this.area)) this.area = now;
  }

  close(): void {}
}

export class MonitorPart implements Part {
  area: Area | undefined;
  origin: Point = { x: 0, y: 0 };
  awayReason: string | undefined;
  readonly #connection: XConnection;
  readonly #monitors: MonitorList | undefined;
  readonly #name: string;

  /** The monitor called `name`; where there is no such one, it is away until there is. */
  constructor(connection: XConnection, monitors: MonitorList | undefined, name: string) {
    this.#connection = connection;
    this.#monitors = monitors;
    this.#name = name;
    this.#look();
  }

  follow({ changed, types }: XEvents, inDoubt: boolean): void {
    const told = this.#monitors?.eventTypes.some((type) => types.has(type));
    // Another size of the screen, or monitors made by `xrandr --setmonitor`: of these RandR itself tells nothing.
    if (inDoubt || told || changed.has(this.#connection.root)) this.#look();
  }

  close(): void {}

  #look(): void {
    const monitors = this.#monitors?.list() ?? [];
    const monitor = monitors.find(({ name }) => name === this.#name);
    const area = monitor && partOf(this.#connection, rectOf(monitor));
    this.awayReason = area
      ? undefined
      : `monitor “${this.#name}” is not connected; ${there(monitors)}`;
    if (area) this.origin = { x: area.x, y: area.y };
    if (!area || !this.area || !isSame(area, this.area)) this.area = area;
  }
}

/** The part of the root window that lies in `rect`; `undefined`: there is none. */
export function partOf(connection: XConnection, rect: Rect): Area | undefined {
  const screen = connection.screen();
  const part = clip(rect, screen);
  return part && areaOf(connection, screen, part);
}

function wholeOf(connection: XConnection): Area {
  const screen = connection.screen();
  return areaOf(connection, screen, { x: 0, y: 0, w: screen.width, h: screen.height });
}

function areaOf(
  { root }: XConnection,
  { depth, visual }: WindowAttributes,
  { x, y, w, h }: Rect,
): Area {
  const damaged = { window: root, x, y };
  return { drawable: root, x, y, width: w, height: h, depth, visual, damaged };
}

/** Whether two parts of the root window are the same. */
export function isSame(one: Area, other: Area): boolean {
  return one.drawable === other.drawable && one.x === other.x && one.y === other.y &&
    one.width === other.width && one.height === other.height;
}

function rectOf({ x, y, width, height }: Monitor): Rect {
  return { x, y, w: width, h: height };
}

/** What there is, in words. */
function there(monitors: readonly Monitor[]): string {
  if (monitors.length === 0) return "this display lists none";
  return `there are: ${monitors.map(({ name }) => name).join(", ")}`;
}
