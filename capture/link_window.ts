/**
 * How many bytes one viewer may have under way, judged by what it acknowledges.
 *
 * TCP takes far more than a slow link carries: whatever waits in its buffers is an old picture that must still
 * be delivered before a new one can be. So bytes that are not acknowledged are kept below a window, about what
 * the link carries in a round trip and `QUEUE_MS`: enough to keep it busy, too little to grow a queue. Like
 * BBR (https://queue.acm.org/detail.cfm?id=3022184), it goes by the measured rate and the shortest round
 * trip, not by loss:
 *
 * - An acknowledgement that comes later than the shortest round trip by more than `QUEUE_MS` tells of a queue:
 *   the window shrinks towards what the measured rate carries.
 * - One that comes without a queue, although the window was used, tells that there is room: the window doubles,
 *   once a round trip. From the floor to the ceiling these are eight round trips.
 * - While little is sent the window is not used, and stays. Small updates say nothing about the link.
 *
 * It has no clock; callers say what time it is, in ms of a clock that does not jump. Its memory is constant.
 */

/** Delay beyond the shortest round trip that is no queue yet: painting, and the page's pause between acknowledgements. */
export const QUEUE_MS = 150;
/** Before anything is measured: what a viewer without acknowledgements is handed at once. */
export const START_BYTES = 256 * 1024;
/** Half a second at 256 kbit/s; below, each round trip would carry too little. */
export const MIN_BYTES = 16 * 1024;
/** 1 Gbit/s over 33 ms. */
export const MAX_BYTES = 4 * 1024 * 1024;
/** The shortest round trip is that of the last 5 to 10 s: routes change. */
const RTT_SPAN_MS = 5000;
/** Rates are measured over at least this long: acknowledgements come in bursts. */
const MIN_RATE_MS = 20;
/** A rate over this long, and over half a window, is believed at once. */
const SOLID_RATE_MS = 3 * QUEUE_MS;
/** So long no acknowledgement, though bytes are under way: some are sent all the same, in case acknowledgements are lost. */
const PROBE_MS = 10_000;
/** So many times, after pauses that double. Then the viewer counts as one that does not acknowledge. */
const MAX_PROBES = 3;

/** Samples of what was sent; when there are more, every other is forgotten. */
const SAMPLES = 32;
/** So many until the viewer acknowledges, which most of thousands may never do: what is sent in the first round trip. */
const FIRST_SAMPLES = 8;
const FIELDS = 5;
/** Fields of a sample: the update's seq, bytes sent up to its end, when, and what was under way with it. */
const SEQ = 0;
const END = 1;
const TIME = 2;
const FLIGHT = 3;
/** 1: nothing else was under way. */
const ALONE = 4;

/** What became of an acknowledgement. `ahead`: of something that was never sent. */
export type Acknowledged = "taken" | "old" | "ahead";

export class LinkWindow {
  #samples = new Float64Array(FIRST_SAMPLES * FIELDS);
  #count = 0;
  /** Bytes sent in all, and up to the newest update: only updates are acknowledged. */
  #sent = 0;
  #sentUpdates = 0;
  #newestSeq = 0;
  #ackedSeq = -1;
  #acked = 0;
  #limit = START_BYTES;
  #active = false;
  #limitedAt = -Infinity;
  /** When the window changed last: what was sent before says nothing about it as it is. */
  #changedAt = -Infinity;
  /** Acknowledgements in a row that told of a queue. */
  #late = 0;
  /** When the running flight began: something was sent while nothing was under way. */
  #flightAt = 0;
  /** Where the rate is being measured from. */
  #rateFrom = 0;
  #rateBytes = 0;
  /** The newest rates, bytes per ms; 0: none yet. */
  readonly #rates = [0, 0, 0];
  #rttNow = Infinity;
  #rttBefore = Infinity;
  #rttSince = -Infinity;
  #rttLast = 0;
  /** An acknowledgement of something that was alone under way came in this span. */
  #rttClean = false;
  /** One update at a time, until the link has run empty once and shown its round trip. */
  #drain = false;
  #lastAckAt = 0;
  #probes = 0;

  /** The viewer acknowledges what it gets. Otherwise the window is always open. */
  get active(): boolean {
    return this.#active;
  }

  /** Nothing more is expected to be acknowledged: the window is open from now on. */
  stop(): void {
    this.#active = false;
  }

  /** Bytes that may be under way, unless a single update is larger. */
  get limit(): number {
    return this.#limit;
  }

  /** Bytes sent and not acknowledged. */
  get inFlight(): number {
    return this.#sentUpdates - this.#acked;
  }

  /** Bytes that may be sent now, at least 0; more than any batch where nothing is acknowledged. */
  get room(): number {
    if (!this.#active) return Infinity;
    return this.#drain ? 0 : Math.max(0, this.#limit - this.inFlight);
  }

  /** Bytes per ms that arrive while there is a queue or enough to send; 0 while unknown. */
  get rate(): number {
    return Math.max(...this.#rates);
  }

  /** The shortest round trip of late, ms, painting included; `undefined` while unknown. */
  get minRttMs(): number | undefined {
    const rtt = Math.min(this.#rttNow, this.#rttBefore);
    return rtt === Infinity ? undefined : rtt;
  }

  /** The newest round trip, ms; `undefined` while unknown. */
  get rttMs(): number | undefined {
    return this.#rttSince === -Infinity ? undefined : this.#rttLast;
  }

  /** Whether something was held back within the last `ms`. */
  limitedWithin(ms: number, now: number): boolean {
    return now - this.#limitedAt < ms;
  }

  /** Whether the viewer may be sent something. A few comparisons. */
  isOpen(): boolean {
    return !this.#active || this.#sentUpdates === this.#acked ||
      (this.#sentUpdates - this.#acked < this.#limit && !this.#drain);
  }

  /**
   * Something is there to send and the window is closed.
   * @returns true where it must be sent all the same: acknowledgements may have been lost
   */
  hold(now: number): boolean {
    this.#limitedAt = now;
    const silentSince = Math.max(this.#lastAckAt, this.#flightAt);
    if (now - silentSince < PROBE_MS * (2 ** (this.#probes + 1) - 1)) return false;
    this.#probes++;
    if (this.#probes > MAX_PROBES) this.#active = false;
    return true;
  }

  /**
   * Bytes were handed to the connection, and end with the update `seq`.
   * @param seq not above the one before where the bytes have no update: nobody acknowledges those
   */
  sent(seq: number, bytes: number, now: number): void {
    this.#sent += bytes;
    if (seq <= this.#newestSeq) return;
    this.#newestSeq = seq;
    const alone = this.#sentUpdates === this.#acked;
    if (alone) {
      // Pointer moves and the like since then have long arrived.
      this.#acked = this.#sent - bytes;
      this.#flightAt = now;
    }
    this.#sentUpdates = this.#sent;
    if (this.#count * FIELDS === this.#samples.length) this.#thinOut();
    const at = this.#count++ * FIELDS;
    this.#samples[at + SEQ] = seq;
    this.#samples[at + END] = this.#sent;
    this.#samples[at + TIME] = now;
    this.#samples[at + FLIGHT] = this.inFlight;
    this.#samples[at + ALONE] = alone ? 1 : 0;
  }

  /** The stream's first bytes have arrived, `rttMs` after they were sent: the viewer acknowledges. */
  begin(rttMs: number, now: number): void {
    this.#heard(now);
    this.#measureRtt(rttMs, true, now);
  }

  /**
   * The viewer shows the update `seq`, and has shown it for `delayMs` when it said so.
   * @param now when the acknowledgement came
   */
  acknowledge(seq: number, delayMs: number, now: number): Acknowledged {
    if (seq > this.#newestSeq) return "ahead";
    this.#heard(now);
    if (seq <= this.#ackedSeq) return "old";
    this.#ackedSeq = seq;
    let index = this.#count - 1;
    while (index >= 0 && this.#samples[index * FIELDS + SEQ] > seq) index--;
    if (index < 0) return "old";
    const [end, sentAt, flight, alone] = this.#samples.subarray(index * FIELDS + END);
    const shownAt = Math.max(sentAt, now - Math.max(0, delayMs));
    this.#count -= index + 1;
    this.#samples.copyWithin(0, (index + 1) * FIELDS);
    this.#measureRtt(shownAt - sentAt, alone === 1, now);
    const solid = this.#measureRate(Math.max(0, end - this.#acked), shownAt);
    this.#acked = Math.max(this.#acked, end);
    this.#adapt(sentAt, shownAt - sentAt, flight, solid, now);
    return "taken";
  }

  #heard(now: number): void {
    if (this.#samples.length < SAMPLES * FIELDS) {
      const samples = new Float64Array(SAMPLES * FIELDS);
      samples.set(this.#samples);
      this.#samples = samples;
    }
    this.#active = true;
    this.#lastAckAt = now;
    this.#probes = 0;
  }

  /** @param clean nothing else was under way, so that no queue of our own making is measured */
  #measureRtt(rttMs: number, clean: boolean, now: number): void {
    if (now - this.#rttSince >= RTT_SPAN_MS) {
      // Where something was always under way, the link has to run empty once before the old value is forgotten.
      this.#drain = !this.#rttClean && !clean;
      if (!this.#drain) {
        this.#rttBefore = this.#rttClean ? this.#rttNow : Infinity;
        this.#rttNow = Infinity;
        this.#rttSince = now;
        this.#rttClean = false;
      }
    }
    this.#rttClean ||= clean;
    this.#rttLast = rttMs;
    this.#rttNow = Math.min(this.#rttNow, rttMs);
  }

  /** @returns the newest rate is of so much that it needs no second one */
  #measureRate(bytes: number, shownAt: number): boolean {
    // The link was idle before the flight's first byte had come to it.
    const from = Math.max(this.#rateFrom, this.#flightAt + (this.minRttMs ?? 0));
    this.#rateBytes += bytes;
    const spanMs = shownAt - from;
    if (spanMs < MIN_RATE_MS) return false;
    const measured = this.#rateBytes;
    this.#rates.shift();
    this.#rates.push(measured / spanMs);
    this.#rateFrom = shownAt;
    this.#rateBytes = 0;
    return spanMs >= SOLID_RATE_MS && measured >= this.#limit / 2;
  }

  /** @param flight what was under way when the acknowledged update had been sent, itself included */
  #adapt(sentAt: number, rttMs: number, flight: number, solid: boolean, now: number): void {
    const minRttMs = this.minRttMs ?? rttMs;
    const queueMs = rttMs - minRttMs;
    if (queueMs > QUEUE_MS) {
      this.#late++;
      // A page that stood still for a moment looks like a slow link; one such moment halves the window at most.
      const fair = this.rate * (minRttMs + QUEUE_MS);
      const least = solid ? 0 : (this.#late > 1 ? Math.min(this.#limit, flight) : this.#limit) / 2;
      this.#setLimit(Math.min(this.#limit, Math.max(fair, least)), now);
      return;
    }
    this.#late = 0;
    const used = flight >= this.#limit / 2;
    if (queueMs > QUEUE_MS / 2 || !used || sentAt < this.#changedAt) return;
    this.#setLimit(this.#limit * 2, now);
  }

  #setLimit(bytes: number, now: number): void {
    this.#limit = Math.round(Math.min(MAX_BYTES, Math.max(MIN_BYTES, bytes)));
    this.#changedAt = now;
  }

  /** Forgets every other sample; the newest stays. Acknowledgements of those in between count a little later. */
  #thinOut(): void {
    const half = this.#count / 2;
    for (let kept = 0; kept < half; kept++) {
      this.#samples.copyWithin(kept * FIELDS, (2 * kept + 1) * FIELDS, (2 * kept + 2) * FIELDS);
    }
    this.#count = half;
  }
}
