/** What of the display is captured: all of it, a monitor, or a window, wherever that is now. */
import type { XEvents } from "./connection.ts";
import type { Area } from "./area.ts";
import type { Point } from "./window_queries.ts";

export interface Part {
  /** Where it is now; another object once that has changed. `undefined`: it is away. */
  readonly area: Area | undefined;
  /** Where its top left corner lies on the display; it stays when it is away. */
  readonly origin: Point;
  /** For people, why it is away. */
  readonly awayReason: string | undefined;
  /**
   * Brings all this up to date.
   * @param inDoubt look even if no event says that something has changed
   */
  follow(events: XEvents, inDoubt: boolean): void;
  /** Undoes what it asked the server for. May be called twice. */
  close(): void;
}
