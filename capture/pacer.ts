/**
 * When the next tick may run. A tick that comes late does not make up for those that were missed: a slow
 * machine captures less often instead of racing.
 *
 * A source that is polled is asked once an interval. One that tells of news by itself is looked at when it
 * does: at once after quiet, and then a second time, since a change rarely comes alone (the letter, then
 * the prompt after it); from there on once an interval. So in any second there are at most `fps` ticks and two more.
 */

/** How far ahead of its pace a tick may run after quiet; with a low `fps`, less than an interval. */
const BURST_MS = 50;

export class Pacer {
  #next = -Infinity;
  /** Ticks that fell out because the one before took too long. */
  missed = 0;

  /** ms until the next tick may run, 0 when it is due. */
  delay(now: number): number {
    return Math.max(0, this.#next - now);
  }

  /**
   * A tick of a polled source runs at `now`; the next is due `1000 / fps` ms after it should have run, or after
   * `now` where it came a whole interval late, or before its time.
   */
  ran(now: number, fps: number): void {
    const interval = 1000 / fps;
    const late = now - this.#next;
    if (late >= 0 && late <= interval) {
      this.#next += interval;
    } else {
      if (late > 0 && Number.isFinite(late)) this.missed += Math.floor(late / interval);
      this.#next = now + interval;
    }
  }

  /** A tick runs at `now` for news that the source told of. */
  answered(now: number, fps: number): void {
    const interval = 1000 / fps;
    const spared = Math.min(interval, BURST_MS);
    // Asked before its time, it does not push the next one away.
    const from = now < this.#next ? now : Math.max(this.#next, now - spared);
    this.#next = from + interval;
  }

  /** A tick for news took from `from` to `to`: what else could have been told meanwhile was missed. */
  took(from: number, to: number, fps: number): void {
    this.missed += Math.floor((to - from) * fps / 1000);
  }

  /** The next tick is due at once and counts as on time: after sleep, or when `fps` changed. */
  reset(): void {
    this.#next = -Infinity;
  }
}
