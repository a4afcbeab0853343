/**
 * Tells the server what the canvas shows, so that it sends a slow link the newest picture and no queue of old
 * ones: a tiny POST when something was painted, one at a time, not more often than the server asks for
 * (docs/API.md). Losing one does no harm, the next says more.
 *
 * @typedef {Object} Ack
 * @property {number} seq  newest update painted; 0: the hello has arrived
 * @property {number} delayMs  how long ago that was
 * @property {number} [mismatches]  checks since the last one that found the canvas wrong
 *
 * What the server said: when it wants the next one; `gone`: it wants none for this viewer any more.
 * @typedef {{ intervalMs: number } | "gone"} AckAnswer
 *
 * @typedef {Object} AcksOptions
 * @property {import("./clock.js").Clock} clock
 * @property {(viewer: string, ack: Ack) => Promise<AckAnswer>} send  rejects when the server was not reached
 */
import { Timer } from "./clock.js";

/** The shortest pause between two. */
const MIN_INTERVAL_MS = 100;
/** Longer than any server means. */
const MAX_INTERVAL_MS = 10_000;
/** So many bytes are worth an acknowledgement after the shortest pause. */
const MANY_BYTES = 32 * 1024;
/** After one that did not get through. */
const RETRY_MS = 1000;

export class Acks {
  /** @type {AcksOptions} */
  #options;
  /** The connection's id; null: there is nothing to acknowledge. @type {string | null} */
  #viewer = null;
  /** What is to be told. @type {{ seq: number, at: number } | null} */
  #next = null;
  /** The viewer whose acknowledgement is under way. @type {string | null} */
  #sending = null;
  #bytes = 0;
  #sentAt = -Infinity;
  #intervalMs = MIN_INTERVAL_MS;
  /** @type {Timer} */
  #timer;

  /** @param {AcksOptions} options */
  constructor(options) {
    this.#options = options;
    this.#timer = new Timer(options.clock);
  }

  /**
   * A stream has begun. Saying so shows the server the round trip before pictures fill the link.
   *
   * @param {string} viewer  id from the hello
   */
  begin(viewer) {
    this.end();
    this.#viewer = viewer;
    this.#next = { seq: 0, at: this.#options.clock.now() };
    this.#send();
  }

  /** The stream has ended. */
  end() {
    this.#viewer = null;
    this.#next = null;
    this.#sending = null;
    this.#bytes = 0;
    this.#sentAt = -Infinity;
    this.#intervalMs = MIN_INTERVAL_MS;
    this.#timer.clear();
  }

  /** @param {number} count  bytes of the stream that have arrived */
  arrived(count) {
    this.#bytes += count;
  }

  /** @param {number} seq  the newest update on the canvas */
  painted(seq) {
    if (this.#viewer === null) return;
    this.#next = { seq, at: this.#options.clock.now() };
    this.#send();
  }

  /** Sends what is to be told, now or when it may. */
  #send() {
    const { clock, send } = this.#options;
    const viewer = this.#viewer;
    const next = this.#next;
    if (viewer === null || next === null || this.#sending !== null) return;
    const now = clock.now();
    const pauseMs = this.#bytes >= MANY_BYTES
      ? Math.min(MIN_INTERVAL_MS, this.#intervalMs)
      : this.#intervalMs;
    const waitMs = this.#sentAt + pauseMs - now;
    if (waitMs > 0) return this.#timer.set(() => this.#send(), waitMs);
    this.#timer.clear();
    this.#next = null;
    this.#bytes = 0;
    this.#sentAt = now;
    this.#sending = viewer;
    const delayMs = Math.min(60_000, Math.max(0, now - next.at));
    send(viewer, { seq: next.seq, delayMs }).then(
      (answer) => this.#answered(viewer, answer),
      () => this.#failed(viewer, next),
    );
  }

  /**
   * @param {string} viewer
   * @param {AckAnswer} answer
   */
  #answered(viewer, answer) {
    if (this.#sending !== viewer) return;
    if (answer === "gone") return this.end();
    this.#sending = null;
    const { intervalMs } = answer;
    if (intervalMs >= 0) {
      this.#intervalMs = Math.min(MAX_INTERVAL_MS, Math.max(MIN_INTERVAL_MS, intervalMs));
    }
    this.#send();
  }

  /**
   * @param {string} viewer
   * @param {{ seq: number, at: number }} lost
   */
  #failed(viewer, lost) {
    if (this.#sending !== viewer) return;
    this.#sending = null;
    this.#next ??= lost;
    this.#intervalMs = RETRY_MS;
    this.#send();
  }
}

/** One that has found no answer by then is given up. */
const TIMEOUT_MS = 5000;

/**
 * Sends one acknowledgement to `POST api/viewers/ID/ack`.
 *
 * @param {string} base  absolute URL of the page's folder
 * @param {string} viewer
 * @param {Ack} ack
 * @param {typeof fetch} [fetcher]
 * @returns {Promise<AckAnswer>}
 */
export async function postAck(base, viewer, ack, fetcher = (input, init) => fetch(input, init)) {
  const url = new URL(`api/viewers/${encodeURIComponent(viewer)}/ack`, base);
  const response = await fetcher(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(ack),
    credentials: "same-origin",
    cache: "no-store",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status >= 500) throw new Error(`The server answered ${response.status}`);
  // A refusal will not become less of one: an older server without this route, a session that has ended.
  if (!response.ok) {
    await response.body?.cancel();
    return "gone";
  }
  const answer = await response.json();
  return { intervalMs: Number(answer?.intervalMs) };
}
