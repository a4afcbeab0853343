/** How long to wait before the next attempt to reach the server. */

/** The first wait, before jitter. */
const FIRST_DELAY_MS = 1000;
/** No wait is longer, unless the server asks for one. */
export const MAX_DELAY_MS = 60_000;
/** What a server may ask for with Retry-After. */
export const MAX_RETRY_AFTER_MS = 3600_000;

/**
 * Doubles from 1 s to 60 s; each wait is drawn from the upper half of its range, so that the agents of a hundred
 * machines do not come back at once when the server does.
 * @param failures failures in a row before this wait, 1 or more
 * @param random 0 <= r < 1
 * @param retryAfterMs what the server asked for: the least that is waited
 */
export function backoffMs(
  failures: number,
  random: () => number,
  retryAfterMs: number | undefined,
): number {
  const doublings = Math.min(Math.max(failures - 1, 0), 10);
  const ceiling = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** doublings);
  const own = Math.round(ceiling / 2 + random() * (ceiling / 2));
  if (retryAfterMs === undefined) return own;
  return Math.min(MAX_RETRY_AFTER_MS, Math.max(own, retryAfterMs));
}

/**
 * Reads a `Retry-After` header: seconds or an HTTP date.
 * @param now wall clock, ms since the Unix epoch
 * @returns ms, 0 or more; `undefined` where it is missing or neither
 */
export function readRetryAfter(text: string | null, now: number): number | undefined {
  if (text === null) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // Date.parse takes nearly anything; an HTTP date ends in GMT.
  const time = /^[A-Z][a-z]{2,8},? .+ GMT$/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? undefined : Math.max(0, time - now);
}
