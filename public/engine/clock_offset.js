/**
 * How far this machine's steady clock is ahead of the server's wall clock.
 *
 * Every message with a time in it says: at most (now − its time), since it took some time to come. The least of
 * these over the last minutes is the message that came fastest, which is the truth but for that way. When
 * somebody sets the server's clock, or this machine has slept, the estimate follows: at once where messages
 * suddenly come from the "future", else when the old minimum is forgotten or has become absurd.
 */

/** A minimum is forgotten after one to two of these, ms. */
const WINDOW_MS = 60_000;
/** No message takes this much longer than another: a clock was set. */
const STEP_MS = 60_000;

export class ClockOffset {
  #windowStart = -Infinity;
  #newest = Infinity;
  #before = Infinity;

  /** ms; null before the first message. */
  get value() {
    const least = Math.min(this.#newest, this.#before);
    return least === Infinity ? null : least;
  }

  /**
   * @param {number} now  ms by the steady clock
   * @param {number} offsetMs  now − the time that the server told
   */
  note(now, offsetMs) {
    const { value } = this;
    if (value !== null && offsetMs - value > STEP_MS) this.reset();
    if (now - this.#windowStart >= WINDOW_MS) {
      this.#before = now - this.#windowStart >= 2 * WINDOW_MS ? Infinity : this.#newest;
      this.#newest = Infinity;
      this.#windowStart = now;
    }
    this.#newest = Math.min(this.#newest, offsetMs);
  }

  /**
   * @param {number} now  ms by the steady clock
   * @param {number} time  that the server told
   * @returns {number | null} ms since then, never negative; null when nothing is known of its clock
   */
  since(now, time) {
    return this.value === null ? null : Math.max(0, now - time - this.value);
  }

  /** Forgets everything: another server may have another clock. */
  reset() {
    this.#windowStart = -Infinity;
    this.#newest = Infinity;
    this.#before = Infinity;
  }
}
