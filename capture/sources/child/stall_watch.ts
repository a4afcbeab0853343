/**
 * Notices that a child has stopped to write pictures, by the pace that it had: one that writes a picture a minute is
 * not stalled after ten seconds.
 */
import type { Clock } from "./clock.ts";

/** Without a picture for this long, what is shown counts as old, ms. */
export const SILENT_MS = 10_000;
/** And after this long the child is started anew, ms. */
export const STALLED_MS = 30_000;
/** A child may take as many of its usual intervals, where that is longer. */
const USUAL_INTERVALS = 10;
/** What counts as usual has a limit, so that no child is waited for without end. */
const MAX_USUAL_MS = 60_000;
/** Weight of the newest interval. */
const NEWEST = 0.25;

export interface StallWatchOptions {
  readonly clock: Clock;
  /** No picture for `forMs`: what is shown is old. */
  readonly silent: (forMs: number) => void;
  /** Still none: nothing is to be hoped for. */
  readonly stalled: (forMs: number) => void;
}

export class StallWatch {
  readonly #options: StallWatchOptions;
  #usualMs = 0;
  #last = 0;
  #cancel: (() => void) | undefined;

  constructor(options: StallWatchOptions) {
    this.#options = options;
  }

  /** Pictures are to be expected from now on. */
  begin(): void {
    this.#last = this.#options.clock.now();
    this.#arm();
  }

  /** Here is one. */
  picture(): void {
    if (!this.#cancel) return;
    const now = this.#options.clock.now();
    const interval = Math.min(MAX_USUAL_MS, now - this.#last);
    this.#usualMs += (interval - this.#usualMs) * NEWEST;
    this.#last = now;
    this.#arm();
  }

  /** None are to be expected. */
  end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(): void {
    this.end();
    const { clock, silent, stalled } = this.#options;
    const silentMs = Math.max(SILENT_MS, this.#usualMs * USUAL_INTERVALS);
    const stalledMs = silentMs + STALLED_MS - SILENT_MS;
    this.#cancel = clock.after(silentMs, () => {
      this.#cancel = clock.after(stalledMs - silentMs, () => {
        this.#cancel = undefined;
        stalled(stalledMs);
      });
      silent(silentMs);
    });
  }
}
