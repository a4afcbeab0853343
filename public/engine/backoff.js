/** How long to wait before the next attempt to connect. */

/** The first wait, before jitter. */
export const FIRST_DELAY_MS = 250;
/** No wait is longer, unless the server itself asks for one (Retry-After). */
export const MAX_DELAY_MS = 10_000;

/**
 * Exponential backoff with jitter: the wait doubles from 250 ms to 10 s, and each one is drawn from the
 * upper half of its range, so that a thousand viewers of a restarted server do not all come back at once.
 *
 * @param {number} failures  failures in a row before this wait, 1 or more
 * @param {() => number} random  0 <= r < 1
 * @returns {number} milliseconds, 125 to 10,000
 */
export function backoffMs(failures, random) {
  // 2^6 × 250 ms is above the maximum already; the bound keeps 2^n finite after days of failures.
  const doublings = Math.min(Math.max(failures - 1, 0), 6);
  const ceiling = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** doublings);
  return Math.round(ceiling / 2 + random() * (ceiling / 2));
}
