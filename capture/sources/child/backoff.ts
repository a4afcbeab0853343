/** How long to wait before a child that failed is started again. */

const FIRST_MS = 250;
const MAX_MS = 10_000;

/** @param failures in a row, 1 or more */
export function backoffMs(failures: number): number {
  return Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20));
}
