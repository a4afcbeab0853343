/**
 * Notices that somebody is silent who promised to report: a still screen and a dead sender look the same otherwise.
 */

/** Beside two promised pauses, a sender is given this long for a slow line or a new attempt, ms. */
const GRACE_MS = 10_000;

/** What a promise may be, ms. */
export const PROMISE_LIMITS = { minMs: 1000, maxMs: 24 * 3600_000 } as const;

export interface SilenceWatchOptions {
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
  /** Calls `action` after `ms`; returns what cancels it. Default: a timer. */
  readonly after?: (ms: number, action: () => void) => () => void;
  /** @param since when it was heard last, ms since the Unix epoch; `undefined`: it was heard again */
  readonly changed: (since: number | undefined) => void;
}

export class SilenceWatch {
  readonly #options: Required<SilenceWatchOptions>;
  #heardAt = -Infinity;
  #promisedMs: number | undefined;
  #silentSince: number | undefined;
  #cancel = () => {};

  constructor(options: SilenceWatchOptions) {
    this.#options = { after: afterTimer, ...options };
  }

  /** How often it promised to report, ms; `undefined`: it did not. */
  get promisedMs(): number | undefined {
    return this.#promisedMs;
  }

  /** When it was heard last, ms since the Unix epoch, if that is too long ago. */
  get silentSince(): number | undefined {
    return this.#silentSince;
  }

  /**
   * It reported.
   * @param promisedMs the pause until it will do so again, at most; the newest promise holds. `undefined`: it
   * promises nothing any more, and is never silent
   */
  heard(promisedMs: number | undefined): void {
    const { now, after, changed } = this.#options;
    this.#heardAt = now();
    this.#promisedMs = promisedMs;
    this.#cancel();
    this.#cancel = promisedMs === undefined
      ? () => {}
      : after(2 * promisedMs + GRACE_MS, () => this.#missed());
    if (this.#silentSince === undefined) return;
    this.#silentSince = undefined;
    changed(undefined);
  }

  /** Nobody listens any more. */
  stop(): void {
    this.#cancel();
  }

  #missed(): void {
    this.#silentSince = this.#heardAt;
    this.#options.changed(this.#heardAt);
  }
}

function afterTimer(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
}
