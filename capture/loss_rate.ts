/**
 * How good what is sent with losses is: as good as the load allows.
 *
 * Each second's worth of lossy bytes is compared with a budget; above it the quality falls quickly, well
 * below it rises slowly, so that it does not swing.
 */

/** Quality that is good enough: motion hides more. */
const BEST = 50;
/** Below this, faces and edges fall apart; then bytes win no more. */
const WORST = 35;
/** Bytes a second that a moving picture may take. */
const BUDGET = 250_000;
const WINDOW_MS = 1000;

export class LossRate {
  /** 1 (worst) to 100, for the next update. */
  quality = 42;
  #bytes = 0;
  #since = 0;

  /**
   * @param bytes that an update with losses took; 0 for others
   * @param now ms, steady
   */
  sent(bytes: number, now: number): void {
    this.#bytes += bytes;
    const elapsed = now - this.#since;
    if (elapsed < WINDOW_MS) return;
    const rate = this.#bytes / (elapsed / 1000);
    if (rate > BUDGET) this.quality = Math.max(WORST, this.quality - 8);
    else if (rate < BUDGET * 0.7 && rate > 0) this.quality = Math.min(BEST, this.quality + 2);
    this.#bytes = 0;
    this.#since = now;
  }
}
