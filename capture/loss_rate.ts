/**
 * How good what is sent with losses is, and how hard the encoder tries: as the load allows.
 *
 * Two things can be too much: bytes a second, and the time that an update takes, compared with that between two
 * ticks. Once a second both are compared with what they may be; above it the quality falls quickly, well
 * below it rises slowly, so that it does not swing. Coarser pictures hardly take less time, so an
 * encoder that is late also looks less hard for where things were (`hurry`), at once: the next tick is waiting.
 */

/** Quality that is good enough: motion hides more. */
const BEST = 50;
/** Below this, faces and edges fall apart: only for loads above `HEAVY`. */
const GOOD = 35;
/** Below this, fewer bytes are not to be had. */
const WORST = 20;
/** Bytes a second that a moving picture may take. */
const BUDGET = 250_000;
/** Share of a tick that an update with losses may take; the source and the compressor need some, too. */
const WORK_SHARE = 0.7;
/** A load that is worth an ugly picture. */
const HEAVY = 1.6;
const WINDOW_MS = 1000;

/** What an update took. */
export interface Effort {
  /** Bytes of what was sent with losses; 0 for an update without. */
  readonly bytes: number;
  /** From the comparison to the end of encoding, ms. */
  readonly workMs: number;
  /** Time between two ticks, ms. */
  readonly tickMs: number;
}

export class LossRate {
  /** 1 (worst) to 100, for the next update. */
  quality = 42;
  /** The next update shall take less time, at the cost of some quality. */
  hurry = false;
  #bytes = 0;
  /** Sum of the shares of a tick that the window's updates took, and how many there were. */
  #work = 0;
  #updates = 0;
  #since = 0;

  /** @param now ms, steady */
  sent({ bytes, workMs, tickMs }: Effort, now: number): void {
    this.#bytes += bytes;
    if (bytes > 0) {
      const share = workMs / tickMs;
      if (share > WORK_SHARE) this.hurry = true;
      this.#work += share;
      this.#updates++;
    }
    const elapsed = now - this.#since;
    if (elapsed >= WINDOW_MS) this.#judge(elapsed, now);
  }

  #judge(elapsed: number, now: number): void {
    if (this.#updates > 0) {
      const work = this.#work / this.#updates / WORK_SHARE;
      const load = Math.max(this.#bytes / (elapsed / 1000) / BUDGET, work);
      const lowest = load > HEAVY ? WORST : GOOD;
      if (load > 1) this.quality = Math.max(Math.min(lowest, this.quality), this.quality - 8);
      else if (load < 0.7) this.quality = Math.min(BEST, this.quality + 2);
      // Trying harder takes up to twice as long.
      if (work < 0.45) this.hurry = false;
    }
    this.#bytes = 0;
    this.#work = 0;
    this.#updates = 0;
    this.#since = now;
  }
}
