/** The value that a share of a sample does not exceed. */

/**
 * @param values at least one finite number, in any order; not changed
 * @param share 0 to 1: 0.5 for the median, 1 for the largest
 * @throws {RangeError} when there is no value, or one that is no finite number: figures out of those would mean nothing
 */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError("Cannot tell a percentile: got no values");
  const odd = values.find((value) => !Number.isFinite(value));
  if (odd !== undefined) throw new RangeError(`Cannot tell a percentile: got the value ${odd}`);
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
