/**
 * What a source is: the one interface between "where pixels come from" and everything after it.
 *
 * The loop asks a source twice per tick: `poll()` tells what happened without touching a pixel, and
 * `grab()` copies the pixels, only when something may have changed. Both are synchronous: they run in
 * the capture Worker, where nobody else waits.
 *
 * Pixels are BGRX: four bytes a pixel in the order blue, green, red, unused, rows without padding, so
 * that a little-endian 32-bit load gives 0x??RRGGBB. The unused byte may hold anything; whoever reads
 * frames ignores it.
 */
import type { Rect, RowRange, Size } from "./geometry.ts";
import type { Target, Targets } from "./targets.ts";

/** The picture of the mouse pointer. */
export interface CursorShape {
  readonly width: number;
  readonly height: number;
  /** The pixel of the shape that stands at the pointer's position. */
  readonly hotX: number;
  readonly hotY: number;
  /** R, G, B, A bytes, straight (not premultiplied) alpha, `width * height * 4` of them. */
  readonly rgba: Uint8Array;
}

/** Where the pointer is. `shape` is present only when it differs from the one reported last. */
export interface CursorChange {
  readonly visible: boolean;
  readonly x: number;
  readonly y: number;
  readonly shape?: CursorShape;
}

/** What happened at the source since the last `poll()`. */
export interface SourceNews {
  /**
   * Rectangles outside which no pixel changed, clipped to the frame. Empty: nothing changed.
   * `"unknown"`: the source cannot tell, compare everything.
   */
  readonly damage: readonly Rect[] | "unknown";
  /** True when `size` is not what it was at the last poll; damage is then `"unknown"`. */
  readonly resized: boolean;
  /** True when `origin` is not what it was at the last poll. */
  readonly moved?: boolean;
  /** Present when the pointer moved or changed its shape. */
  readonly cursor?: CursorChange;
}

/** Thrown by `poll()` and `grab()` when the source went away; the loop closes it and opens anew. */
export class SourceLost extends Error {
  override name = "SourceLost";
}

export interface Source {
  /** For people: `x11 :99`, `demo`. */
  readonly label: string;
  /** The frame's size, as of the last `poll()`. */
  readonly size: Size;
  /** Why the picture may be old though the source is there, for people, as of the last `poll()`. */
  readonly silence?: string | undefined;
  /**
   * True for a source that can be waited for: `wait` resolves when something happened. Others are asked at
   * every tick. It stays what it is while the source is open.
   */
  readonly tells?: boolean;
  /**
   * Resolves once there is news, `interrupt` was called, or `maxMs` (0 or more) have passed; it may also
   * resolve for nothing. Never throws: that the source went away is news, which `poll()` tells.
   */
  wait?(maxMs: number): Promise<void>;
  /** Ends a `wait` that is under way. */
  interrupt?(): void;
  /**
   * Where on the display the picture's top left corner lies, as of the last `poll()`; left out: 0, 0. Masks stay
   * where they are on the display.
   */
  readonly origin?: { readonly x: number; readonly y: number };
  /** What there is to capture: asks the display. Throws `SourceLost` when it is gone. Left out: there is no choice. */
  targets?(): Targets;
  /** What is captured; left out: there is no choice. */
  readonly target?: Target;
  /**
   * Captures something else from the next poll on, which reports a resize; also when that is away now.
   * @throws {TargetUnknown} when there is no such thing, and it goes on with what it has
   */
  select?(target: Target): void;
  /** True: nobody watches, so what costs may rest; false: somebody does. Nothing is polled less often for it. */
  rest?(resting: boolean): void;
  /** Resolves once the picture is not older than this call, or none can be had soon. Left out: it always is new. */
  fresh?(): Promise<void>;
  /**
   * What happened since the last call. The first call after opening reports everything, cursor included.
   * @param thorough ask also for what the source is not told of by itself; default true
   */
  poll(thorough?: boolean): SourceNews;
  /**
   * Copies rows of the current picture into `frame`, a whole frame of `size` in BGRX
   * (`width * height * 4` bytes); rows outside `rows` are left alone.
   */
  grab(frame: Uint8Array, rows: RowRange): void;
  /** Releases everything, shared memory included. May be called twice. */
  close(): void;
}

/** Opens a source. Throws `SourceLost` with the reason when it is not there. */
export type OpenSource = () => Source;
