/**
 * What is measured of the live stream, for the statistics over the picture: rates, how old the picture is, how long
 * the way to the server takes. Told twice a second while somebody looks at the numbers.
 *
 * @typedef {import("./messages.js").Stats} Stats
 */
import { Timer } from "./clock.js";
import { ClockOffset } from "./clock_offset.js";
import { Meter } from "./meter.js";

const TELL_MS = 500;

export class Measures {
  /** @type {import("./clock.js").Clock} */
  #clock;
  /** @type {(stats: Stats) => void} */
  #tell;
  #meter = new Meter();
  #offset = new ClockOffset();
  /** @type {Timer} */
  #timer;
  #compressed = false;
  /** What the last acknowledgement took, there and back; null before the first. @type {number | null} */
  #roundTripMs = null;
  /** The first update of a connection may be as old as the last change: it says nothing about the lag. */
  #fresh = true;

  /**
   * @param {import("./clock.js").Clock} clock
   * @param {(stats: Stats) => void} tell
   */
  constructor(clock, tell) {
    this.#clock = clock;
    this.#tell = tell;
    this.#timer = new Timer(clock);
  }

  /** A new connection begins. */
  begin() {
    this.#meter.reset();
    // Another server may answer now, with another clock.
    this.#offset.reset();
    this.#roundTripMs = null;
    this.#fresh = true;
  }

  /** @param {boolean} on  somebody looks at the numbers */
  watch(on) {
    if (!on) this.#timer.clear();
    else if (!this.#timer.pending) this.#report();
  }

  /** @param {number} offsetMs  the server's clock minus this machine's steady one */
  offset(offsetMs) {
    this.#offset.note(this.#clock.now(), -offsetMs);
  }

  /** @param {number} time  ms since the Unix epoch by the server's clock, as a message just said */
  serverTime(time) {
    const now = this.#clock.now();
    this.#offset.note(now, now - time);
  }

  /**
   * @param {number} count
   * @param {boolean} compressed  as they came over the wire
   */
  bytes(count, compressed) {
    this.#compressed = compressed;
    this.#meter.addBytes(this.#clock.now(), count);
  }

  /** @param {number} ms  of an acknowledgement, there and back */
  roundTrip(ms) {
    this.#roundTripMs = ms;
  }

  /**
   * An update has been decoded.
   *
   * @param {number} time  of its capture, by the server's clock
   * @param {number} patches
   */
  updated(time, patches) {
    if (!this.#fresh) this.serverTime(time);
    this.#meter.addUpdate(this.#clock.now(), patches);
  }

  /** @param {number} time  of the capture of what is on the canvas since now, by the server's clock */
  painted(time) {
    const now = this.#clock.now();
    const lagMs = this.#fresh ? null : this.#offset.since(now, time);
    if (lagMs !== null) this.#meter.addLag(now, lagMs);
    this.#fresh = false;
  }

  close() {
    this.#timer.clear();
  }

  #report() {
    this.#timer.set(() => this.#report(), TELL_MS);
    const reading = this.#meter.read(this.#clock.now());
    this.#tell({ ...reading, compressed: this.#compressed, roundTripMs: this.#roundTripMs });
  }
}
