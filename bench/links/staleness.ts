/**
 * How stale what a viewer shows is: for how long there has been a change that it does not show, 0 when it shows all.
 */
import type { Diary } from "./viewer.ts";

/** All times in ms. */
export interface Staleness {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** What is measured every so often, ms. */
const SAMPLE_MS = 10;

export class StalenessOf {
  readonly #updates: readonly { seq: number; time: number }[];
  readonly #shown: readonly { seq: number; at: number }[];

  /**
   * @param updates every update there was, in order
   * @param shown what the viewer showed when, in order
   */
  constructor(updates: Diary["updates"], shown: Diary["shown"]) {
    this.#updates = updates;
    this.#shown = shown;
  }

  /** At one moment; since the first update if nothing is shown yet. */
  at(now: number): number {
    const newest = lastUpTo(this.#shown, now, ({ at }) => at);
    const has = newest < 0 ? -Infinity : this.#shown[newest].seq;
    const lacking = this.#updates[lastUpTo(this.#updates, has, ({ seq }) => seq) + 1];
    return lacking === undefined ? 0 : Math.max(0, now - lacking.time);
  }

  /** From `from` to `to`. */
  between(from: number, to: number): Staleness {
    const samples: number[] = [];
    for (let now = from; now < to; now += SAMPLE_MS) samples.push(this.at(now));
    samples.sort((a, b) => a - b);
    const share = (part: number) =>
      samples[Math.min(samples.length - 1, Math.floor(samples.length * part))];
    return { p50: share(0.5), p95: share(0.95), max: share(1) };
  }

  /**
   * How long after `from` the viewer is back: not staler than `withinMs` for half a second on end; `undefined`
   * when it is not by `to`.
   */
  recovery(from: number, to: number, withinMs: number): number | undefined {
    let since: number | undefined;
    for (let now = from; now < to; now += SAMPLE_MS) {
      if (this.at(now) > withinMs) since = undefined;
      else since ??= now;
      if (since !== undefined && now - since >= 500) return since - from;
    }
    return undefined;
  }
}

/** Index of the last of `items` whose number is at most `limit`; −1: none. Numbers must not fall. */
function lastUpTo<T>(items: readonly T[], limit: number, numberOf: (item: T) => number): number {
  let [from, to] = [0, items.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (numberOf(items[middle]) <= limit) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}
