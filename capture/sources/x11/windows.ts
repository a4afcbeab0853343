/**
 * The windows of a display that a person would call one: those that the window manager lists, or without one what
 * lies on the root window.
 */
import { MAX_TITLE, MAX_WINDOWS, type WindowInfo } from "../../targets.ts";
import type { XConnection } from "./connection.ts";
import type { Properties } from "./properties.ts";
import { attributesOf, familyOf, placeOf, type WindowAttributes } from "./window_queries.ts";

/** At most so many are asked about: a program can make any number of them. */
const MAX_ASKED = 1000;
/** Window managers put a program's window into one of their own, some into two. */
const MAX_FRAMES = 2;
/** ICCCM 4.1.3.1. */
const WITHDRAWN_STATE = 0n;

/** A window with its XID. */
export interface ListedWindow extends WindowInfo {
  readonly xid: bigint;
}

export class WindowList {
  readonly #connection: XConnection;
  readonly #properties: Properties;

  constructor(connection: XConnection, properties: Properties) {
    this.#connection = connection;
    this.#properties = properties;
  }

  /** Those that are shown now, the front one first, at most `MAX_WINDOWS`. Throws `SourceLost` when the server is gone. */
  list(): ListedWindow[] {
    const managed = this.#managed();
    const found: ListedWindow[] = [];
    for (const xid of managed ?? this.#topLevels()) {
      if (found.length === MAX_WINDOWS) break;
      const attributes = attributesOf(this.#connection, xid);
      if (!attributes?.viewable || attributes.overrideRedirect) continue;
      if (attributes.width === 1 && attributes.height === 1) continue;
      const window = this.#describe(xid, attributes);
      if (window) found.push(window);
    }
    return found;
  }

  /** One window, be it shown or not; `undefined`: there is no such window, or it has no pixels. */
  get(xid: bigint): ListedWindow | undefined {
    const attributes = attributesOf(this.#connection, xid);
    return attributes && this.#describe(xid, attributes);
  }

  /** The window manager has it, though it may not be shown: minimised, or on another of its desktops. */
  isManaged(xid: bigint): boolean {
    const [state] = this.#properties.numbers(xid, "WM_STATE", 2);
    return state !== undefined && state !== WITHDRAWN_STATE;
  }

  #describe(xid: bigint, { width, height }: WindowAttributes): ListedWindow | undefined {
    const place = placeOf(this.#connection, xid);
    if (place === undefined) return undefined;
    const title = this.#properties.text(xid, "_NET_WM_NAME") ??
      this.#properties.text(xid, "WM_NAME") ?? "";
    // Two texts: the name of this one, and the program's.
    const [, app = ""] = this.#properties.text(xid, "WM_CLASS")?.split("\0") ?? [];
    const id = `0x${xid.toString(16)}`;
    return { xid, id, title: tidy(title), app: tidy(app), ...place, width, height };
  }

  /** What a window manager that follows the EWMH lists, the front one first; `undefined`: there is none. */
  #managed(): bigint[] | undefined {
    const { root } = this.#connection;
    const numbers = (window: bigint, name: string, max: number) =>
      this.#properties.numbers(window, name, max);
    // One that ended leaves its lists behind, but not this window.
    const check = "_NET_SUPPORTING_WM_CHECK";
    const [manager] = numbers(root, check, 1);
    if (manager === undefined || numbers(manager, check, 1)[0] !== manager) return undefined;
    const stacking = numbers(root, "_NET_CLIENT_LIST_STACKING", MAX_ASKED);
    const list = stacking.length > 0 ? stacking : numbers(root, "_NET_CLIENT_LIST", MAX_ASKED);
    return list.reverse();
  }

  /** The windows on the root window, the front one first; of those that are frames, what they frame. */
  #topLevels(): bigint[] {
    const { root } = this.#connection;
    const children = familyOf(this.#connection, root)?.children ?? [];
    return children.slice(-MAX_ASKED).reverse().map((xid) => this.#framed(xid, MAX_FRAMES) ?? xid);
  }

  /** The program's window in a frame: the one that the window manager has marked as such. */
  #framed(xid: bigint, depth: number): bigint | undefined {
    if (this.isManaged(xid)) return xid;
    if (depth === 0) return undefined;
    const children = familyOf(this.#connection, xid)?.children ?? [];
    for (const child of children.slice(0, MAX_CHILDREN)) {
      const framed = this.#framed(child, depth - 1);
      if (framed !== undefined) return framed;
    }
    return undefined;
  }
}

/** A frame has few windows in it: title, buttons, and what it frames. */
const MAX_CHILDREN = 16;

/** One line that is not too long: titles are whatever a program says. */
function tidy(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
  return line.length <= MAX_TITLE ? line : [...line].slice(0, MAX_TITLE).join("");
}
