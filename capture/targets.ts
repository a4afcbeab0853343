/**
 * What there is to capture of a source that shows more than one thing, and which of it is captured.
 *
 * Places and sizes are pixels of the whole display. A picture that is a part of it says with `Source.origin` where
 * it lies, since masks stay where they are on the display whatever is captured.
 */
import type { Size } from "./geometry.ts";

/** A monitor of a display. */
export interface Monitor extends Size {
  /** What the display calls it: `HDMI-1`. */
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly primary: boolean;
}

/** A window that can be captured by itself. */
export interface WindowInfo extends Size {
  /** What the display calls it: `0x1e00007`. */
  readonly id: string;
  readonly title: string;
  /** Name of its program; empty: not known. */
  readonly app: string;
  readonly x: number;
  readonly y: number;
}

/** What there is. */
export interface Targets {
  readonly monitors: readonly Monitor[];
  /** The front one first, at most `MAX_WINDOWS`. */
  readonly windows: readonly WindowInfo[];
}

/** What is captured. */
export type Target =
  /** The whole display. */
  | { readonly kind: "all" }
  /** One monitor, by its name; where it is gone, the source is away until it is back. */
  | { readonly kind: "monitor"; readonly name: string }
  /**
   * One window: by its id, or the front one whose title contains this text, whatever its case. Where it is gone, the
   * source is away until one like it is there.
   */
  | { readonly kind: "window"; readonly window: string };

export const WHOLE_DISPLAY: Target = { kind: "all" };

/** Longer lists of windows are cut. */
export const MAX_WINDOWS = 200;
/** Longer titles and names are cut, characters. */
export const MAX_TITLE = 200;

/** Thrown by `Source.select()`: there is no such monitor or window; the message says what there is. */
export class TargetUnknown extends Error {
  override name = "TargetUnknown";
}
