/** What an archive is opened with. */
import type { DatabaseSync } from "node:sqlite";

export interface StoreOptions {
  /** Made where it does not exist, with mode 0700. */
  readonly dir: string;
  /** Pictures older than this go, ms. */
  readonly maxAgeMs: number;
  /** What the files may take; 0 for no limit, else `MIN_BYTES` or more. */
  readonly maxBytes: number;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
  /** Measures steps: ms, never jumps. */
  readonly steady: () => number;
  /** Opens the file in `dir`; for tests of what goes wrong. */
  readonly openFile?: (dir: string) => DatabaseSync;
}

/** A smaller budget would hardly hold its own log. */
export const MIN_BYTES = 16 * 1024 * 1024;

/** @throws {RangeError} when a limit is out of its range */
export function checkLimits({ maxAgeMs, maxBytes }: StoreOptions): void {
  if (!(maxAgeMs > 0)) {
    throw new RangeError(`Cannot set maxAgeMs: got ${maxAgeMs}, wanted more than 0`);
  }
  if (maxBytes !== 0 && !(maxBytes >= MIN_BYTES)) {
    throw new RangeError(
      `Cannot set maxBytes: got ${maxBytes}, wanted 0 (no limit) or at least ${MIN_BYTES}`,
    );
  }
}

/** What was recorded is written at the latest after this, ms. A crash loses no more. */
export const WRITE_AFTER_MS = 1000;
/** That a picture stands still is written this often, ms: an idle screen should cost next to nothing. */
export const WRITE_STILL_AFTER_MS = 5000;
/** What waits to be written, at most: tiles (a few hundred bytes each, coded). */
export const MAX_WAITING_TILES = 256;
