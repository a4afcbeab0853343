/**
 * When the next tick is due. A tick that comes late does not make up for those that were missed: the next
 * one is a whole interval after it, so that a slow machine captures less often instead of racing.
 */

export class Pacer {
  #next = -Infinity;
  /** Ticks that fell out because the one before took too long. */
  missed = 0;

  /** ms until the next tick may run, 0 when it is due. */
  delay(now: number): number {
    return Math.max(0, this.#next - now);
  }

  /**
   * A tick runs at `now`; the next is due `1000 / fps` ms after it should have run, or after `now` where it came
   * a whole interval late, or before its time.
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

  /** The next tick is due at once and counts as on time: after sleep, or when `fps` changed. */
  reset(): void {
    this.#next = -Infinity;
  }
}
