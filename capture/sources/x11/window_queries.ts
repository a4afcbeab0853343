/**
 * What the server tells of one window. Windows belong to other programs and end when they like: each answer may be
 * that there is none (any more).
 */
import type { Size } from "../../geometry.ts";
import type { XConnection } from "./connection.ts";
import { INPUT_ONLY, IS_VIEWABLE, nativeBuffer, WINDOW_ATTRIBUTES } from "./layouts.ts";

/** A window without its border. */
export interface WindowAttributes extends Size {
  readonly borderWidth: number;
  readonly depth: number;
  /** Address of Xlib's `Visual`. */
  readonly visual: bigint;
  /** It and all windows that it lies in are mapped. */
  readonly viewable: boolean;
  /** It is a menu, a tooltip or the like, which window managers leave alone. */
  readonly overrideRedirect: boolean;
}

/** A point of the whole display. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

const attributes = nativeBuffer(WINDOW_ATTRIBUTES.size);
const answers = Array.from({ length: 4 }, () => nativeBuffer(8));

/** A window with pixels; `undefined`: there is none. Throws `SourceLost` when the server is gone. */
export function attributesOf(
  connection: XConnection,
  window: bigint,
): WindowAttributes | undefined {
  const { x11 } = connection.libraries;
  const answered = x11.XGetWindowAttributes(connection.display, window, attributes);
  connection.check();
  const { width, height, borderWidth, depth, visual, mapState, overrideRedirect } =
    WINDOW_ATTRIBUTES;
  const visualAt = attributes.getBigUint64(visual, true);
  const hasPixels = attributes.getInt32(WINDOW_ATTRIBUTES.class, true) !== INPUT_ONLY;
  if (answered === 0 || visualAt === 0n || !hasPixels) return undefined;
  return {
    width: attributes.getInt32(width, true),
    height: attributes.getInt32(height, true),
    borderWidth: attributes.getInt32(borderWidth, true),
    depth: attributes.getInt32(depth, true),
    visual: visualAt,
    viewable: attributes.getInt32(mapState, true) === IS_VIEWABLE,
    overrideRedirect: attributes.getInt32(overrideRedirect, true) !== 0,
  };
}

/** Where the window's top left pixel inside the border lies; `undefined`: there is no such window. */
export function placeOf(connection: XConnection, window: bigint): Point | undefined {
  const { x11 } = connection.libraries;
  const [x, y, child] = answers;
  const { display, root } = connection;
  const answered = x11.XTranslateCoordinates(display, window, root, 0, 0, x, y, child);
  connection.check();
  if (answered === 0) return undefined;
  return { x: x.getInt32(0, true), y: y.getInt32(0, true) };
}

/** The window around it (0 for the root) and those in it, the front one last; `undefined`: there is no such window. */
export function familyOf(
  connection: XConnection,
  window: bigint,
): { readonly parent: bigint; readonly children: readonly bigint[] } | undefined {
  const { x11, read } = connection.libraries;
  const [root, parent, list, count] = answers;
  list.setBigUint64(0, 0n);
  const answered = x11.XQueryTree(connection.display, window, root, parent, list, count);
  const address = list.getBigUint64(0, true);
  try {
    connection.check();
    if (answered === 0) return undefined;
    const children = nativeBuffer(address === 0n ? 0 : count.getUint32(0, true) * 8);
    if (children.byteLength > 0) read(address, children);
    return {
      parent: parent.getBigUint64(0, true),
      children: Array.from(
        { length: children.byteLength / 8 },
        (_, i) => children.getBigUint64(i * 8, true),
      ),
    };
  } finally {
    if (address !== 0n) x11.XFree(address);
  }
}
