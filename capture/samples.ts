/** The measurements of one stage, and what they say. */
import { Histogram, type HistogramCounts } from "./histogram.ts";

const CAPACITY = 512;

/** Upper bounds, ms: from a look at a few rows to a frame that stalls everything. */
const STAGE_BOUNDS_MS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 1000] as const;

export class Samples {
  readonly #values = new Float64Array(CAPACITY);
  readonly #all = new Histogram(STAGE_BOUNDS_MS);
  #count = 0;

  /** @param value ms; the percentiles forget the oldest of 512, the histogram nothing */
  add(value: number): void {
    this.#values[this.#count++ % CAPACITY] = value;
    this.#all.observe(value);
  }

  /** All samples since the start, counted by range. */
  histogram(): HistogramCounts {
    return this.#all.counts();
  }

  /** The 50th and 95th percentile; 0 when there is no sample. */
  summary(): { p50: number; p95: number } {
    const sorted = this.#values.slice(0, Math.min(this.#count, CAPACITY)).sort();
    const at = (share: number) =>
      sorted.length === 0
        ? 0
        : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    return { p50: at(0.5), p95: at(0.95) };
  }
}

/** How often something happened per second, over the last two seconds. */
export class Rate {
  readonly #spanMs: number;
  #times: number[] = [];

  constructor(spanMs = 2000) {
    this.#spanMs = spanMs;
  }

  /** @param now ms, never going back; at most 1000 events a second are kept */
  add(now: number): void {
    this.#times.push(now);
    if (this.#times.length > this.#spanMs) this.#times.shift();
    this.#expire(now);
  }

  perSecond(now: number): number {
    this.#expire(now);
    return this.#times.length / (this.#spanMs / 1000);
  }

  #expire(now: number): void {
    let expired = 0;
    while (expired < this.#times.length && this.#times[expired] <= now - this.#spanMs) expired++;
    if (expired > 0) this.#times.splice(0, expired);
  }
}
