/**
 * The server's signs of life: how long ago the last one was, when that is too long, and whether this machine
 * slept in between, in which case nothing that seems to be connected can be believed.
 *
 * Sleep shows as a timer that fires late (where the steady clock runs on) or as a wall clock that is suddenly
 * ahead of the steady one (where that stands still, as in most browsers). Setting the clock forward looks
 * like the latter; what follows from it must therefore be harmless.
 *
 * @typedef {Object} PulseOptions
 * @property {import("./clock.js").Clock} clock
 * @property {() => void} faint  nothing came for a while: what is shown may be old
 * @property {() => void} back   something came after `faint`
 * @property {(quietMs: number) => void} dead  nothing came for so long that nothing will
 * @property {() => void} woke   the machine slept
 */
import { Timer } from "./clock.js";

/** How often to compare the clocks, while nothing else is due. */
const LOOK_MS = 1000;
/** Clocks that differ by this much since the last look: the machine slept. No timer is ever that late. */
const SLEEP_MS = 3000;

export class Pulse {
  /** @type {PulseOptions} */
  #options;
  /** @type {Timer} */
  #timer;
  #faintMs = Infinity;
  #deadMs = Infinity;
  /** When something came last, or the watch began; by the steady clock. */
  #since = 0;
  #faint = false;
  /** When the next look is due, by both clocks. */
  #due = { steady: 0, wall: 0 };
  /** Of the last sign of life ever, over all connections; by both clocks. @type {{ steady: number, wall: number } | null} */
  #last = null;

  /** @param {PulseOptions} options */
  constructor(options) {
    this.#options = options;
    this.#timer = new Timer(options.clock);
  }

  /**
   * ms since the last sign of life on any connection, sleep included; null before the first. Never negative,
   * and off by as much as somebody set the wall clock forward since.
   */
  get quietMs() {
    if (!this.#last) return null;
    const { steady, wall } = this.#read();
    return Math.max(0, steady - this.#last.steady, wall - this.#last.wall);
  }

  /**
   * Watches from now on, anew.
   *
   * @param {{ faintMs: number, deadMs: number }} limits  ms without a sign of life; Infinity: any time
   */
  watch({ faintMs, deadMs }) {
    this.#faintMs = faintMs;
    this.#deadMs = deadMs;
    this.#since = this.#options.clock.now();
    this.#faint = false;
    this.#plan();
  }

  /** Something came from the server. */
  beat() {
    this.#last = this.#read();
    this.#since = this.#last.steady;
    if (!this.#faint) return;
    this.#faint = false;
    this.#plan();
    this.#options.back();
  }

  /** Watches no more. */
  stop() {
    this.#faint = false;
    this.#timer.clear();
  }

  #read() {
    const { clock } = this.#options;
    return { steady: clock.now(), wall: clock.wall() };
  }

  #plan() {
    const { steady, wall } = this.#read();
    const next = this.#since + (this.#faint ? this.#deadMs : Math.min(this.#faintMs, this.#deadMs));
    const delayMs = Math.max(0, Math.min(LOOK_MS, next - steady));
    this.#due = { steady: steady + delayMs, wall: wall + delayMs };
    this.#timer.set(() => this.#look(), delayMs);
  }

  #look() {
    const { steady, wall } = this.#read();
    const slept = Math.max(steady - this.#due.steady, wall - this.#due.wall) >= SLEEP_MS;
    const quietMs = steady - this.#since;
    const wasFaint = this.#faint;
    if (slept) this.#since = steady;
    else this.#faint = quietMs >= this.#faintMs;
    this.#plan();
    // Last, since each of these may end or restart the watch.
    if (slept) this.#options.woke();
    else if (quietMs >= this.#deadMs) this.#options.dead(quietMs);
    else if (this.#faint && !wasFaint) this.#options.faint();
  }
}
