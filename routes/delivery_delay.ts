/**
 * How old updates are when they are handed to a connection, over all viewers. What a viewer sees later than
 * that is its network's and its browser's doing.
 */
import { Histogram, type HistogramCounts } from "../capture/histogram.ts";

/** Upper bounds, ms. Whole numbers, since capture times are. */
const BOUNDS_MS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000] as const;

/** Counts hand-overs by their delay. One object for all connections: it is told 90,000 times a second. */
export class DeliveryDelay {
  readonly #histogram = new Histogram(BOUNDS_MS);

  /**
   * Notes that one update was handed to one connection. No allocation, a few comparisons.
   * @param ms since its capture; below 0, after the clock was set back, it counts as 0
   */
  observe(ms: number): void {
    this.#histogram.observe(ms > 0 ? ms : 0);
  }

  /** All hand-overs since the start, ms, by range. */
  counts(): HistogramCounts {
    return this.#histogram.counts();
  }
}
