/**
 * Time as the engine sees it. Tests pass their own and need no sleeping.
 *
 * @typedef {Object} Clock
 * @property {() => number} now  ms, never jumps; about the time since the Unix epoch, as it was believed to
 *   be when the page was loaded. May stand still while the machine sleeps
 * @property {() => number} wall  ms since the Unix epoch; jumps when somebody sets the clock
 * @property {(run: () => void, delayMs: number) => () => void} later  runs once; returns what cancels it
 */

/**
 * The time of page and Worker alike, on a clock that nobody can set.
 *
 * @returns {number} ms
 */
export function steadyNow() {
  return performance.timeOrigin + performance.now();
}

/**
 * The real clock.
 *
 * @returns {Clock}
 */
export function systemClock() {
  return {
    now: steadyNow,
    wall: () => Date.now(),
    later: (run, delayMs) => {
      const handle = setTimeout(run, delayMs);
      return () => clearTimeout(handle);
    },
  };
}

/** A timer that can be set again and again; at most one run is pending. */
export class Timer {
  /** @type {Clock} */
  #clock;
  /** @type {(() => void) | null} */
  #cancel = null;

  /** @param {Clock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /**
   * Runs `run` once after `delayMs`, instead of whatever was pending.
   *
   * @param {() => void} run
   * @param {number} delayMs
   */
  set(run, delayMs) {
    this.clear();
    this.#cancel = this.#clock.later(() => {
      this.#cancel = null;
      run();
    }, Math.max(0, delayMs));
  }

  /** Forgets the pending run, if there is one. */
  clear() {
    this.#cancel?.();
    this.#cancel = null;
  }

  /** True while a run is pending. */
  get pending() {
    return this.#cancel !== null;
  }
}
