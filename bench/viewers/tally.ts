/** What all viewers received, counted. Times are the wall clock's, ms since the Unix epoch. */

/** Longer delays count as this one, ms. */
const MAX_DELAY_MS = 60_000;

/** The part of a run that counts: updates captured from `from` on and before `until`. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

export class Tally {
  span: Span | undefined;
  /** Seqs of updates that were captured in the span. */
  readonly seqs = new Set<number>();
  /** Updates of the span that arrived, added up over all viewers. */
  delivered = 0;
  /** Bytes from the sockets since the span began, until it ended. */
  bytes = 0;
  /** Seqs that viewers were not sent, since each one's first picture. */
  missed = 0;
  /** Viewers that were sent a catch-up. */
  caughtUp = 0;
  readonly #delays = new Uint32Array(MAX_DELAY_MS + 1);
  #maxDelay = 0;

  /** An update has arrived, whole. */
  count(seq: number, captured: number, now: number): void {
    const { span } = this;
    if (!span || captured < span.from || captured >= span.until) return;
    this.seqs.add(seq);
    this.delivered++;
    const delay = Math.max(0, Math.min(MAX_DELAY_MS, Math.round(now - captured)));
    this.#delays[delay]++;
    this.#maxDelay = Math.max(this.#maxDelay, delay);
  }

  countBytes(bytes: number, now: number): void {
    if (this.span && now >= this.span.from && now < this.span.until) this.bytes += bytes;
  }

  get maxDelayMs(): number {
    return this.#maxDelay;
  }

  /** The delay that this share of the deliveries did not exceed, ms; 0 without deliveries. */
  delayMs(share: number): number {
    const wanted = Math.ceil(this.delivered * share);
    let seen = 0;
    for (let delay = 0; delay <= MAX_DELAY_MS; delay++) {
      seen += this.#delays[delay];
      if (seen >= wanted && seen > 0) return delay;
    }
    return 0;
  }
}
