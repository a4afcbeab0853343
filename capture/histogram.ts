/** How often values fell into which range, for Prometheus: exact counts that never forget, in constant memory. */

/** What a `Histogram` has counted. Survives `postMessage`. */
export interface HistogramCounts {
  /** Upper bounds of the ranges, each included, rising. */
  readonly bounds: readonly number[];
  /** Values in each range (not cumulative), and as the last those above all bounds. */
  readonly counts: readonly number[];
  /** Sum of all values. */
  readonly sum: number;
}

export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;

  /** @param bounds upper bounds of the ranges, each included, rising; few, since they are searched in order */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  /** Counts one value. Allocates nothing; takes as many comparisons as there are bounds below the value. */
  observe(value: number): void {
    const bounds = this.#bounds;
    let range = 0;
    while (range < bounds.length && value > bounds[range]) range++;
    this.#counts[range]++;
    this.#sum += value;
  }

  counts(): HistogramCounts {
    return { bounds: this.#bounds, counts: [...this.#counts], sum: this.#sum };
  }
}
