/**
 * Keeps one transport connected: backoff, watching for silence, falling back to the other transport, the
 * hidden tab. It knows nothing of pictures.
 *
 * @typedef {import("./messages.js").TransportKind} TransportKind
 * @typedef {import("./link_state.js").Link} Link
 * @typedef {import("./link_state.js").LinkEvent} LinkEvent
 * @typedef {import("./stream_transport.js").Transport} Transport
 * @typedef {import("./stream_transport.js").TransportEvents} TransportEvents
 * @typedef {import("./stream_transport.js").Refusal} Refusal
 *
 * @typedef {Object} ConnectionOptions
 * @property {TransportKind | null} forced  use only this one
 * @property {(kind: TransportKind, events: TransportEvents) => Transport} make
 * @property {() => void} changed  the link, the transport or the note is another one now
 * @property {import("./clock.js").Clock} clock
 * @property {() => number} random  0 <= r < 1
 */
import { backoffMs } from "./backoff.js";
import { Timer } from "./clock.js";
import { initialLink, nextLink } from "./link_state.js";

/** A server says hello at once. Nothing at all after this long: something holds the bytes back. */
export const FIRST_BYTE_MS = 5000;
/** Silence of this many heartbeats means that the connection is dead, whatever TCP believes. */
const MISSED_HEARTBEATS = 2.5;
/** A server that promises one heartbeat a day does not get to hide a dead connection that long. */
const MAX_SILENCE_MS = 10 * 60_000;
/** A connection that lived this long ends a run of failures. */
export const SETTLED_MS = 5000;
/** The longest wait that a server may ask for. */
const MAX_RETRY_AFTER_MS = 60_000;

export const BUFFERED_NOTE =
  "Nothing came through the stream within 5 s (a proxy may be holding it back): using Server-Sent Events instead";

export class Connection {
  /** @type {ConnectionOptions} */
  #options;
  /** @type {Readonly<Link>} */
  #link = initialLink;
  /** @type {TransportKind} */
  #kind;
  #note = "";
  /** @type {Transport | null} */
  #transport = null;
  /** Transports that have delivered something since the page was loaded. */
  #proven = new Set();
  #lastByteAt = 0;
  /** @type {number} */
  #silenceMs = FIRST_BYTE_MS;
  #promised = false;
  /** @type {Timer} */
  #retry;
  /** @type {Timer} */
  #silence;
  /** @type {Timer} */
  #settle;

  /** @param {ConnectionOptions} options */
  constructor(options) {
    this.#options = options;
    this.#kind = options.forced ?? "stream";
    this.#retry = new Timer(options.clock);
    this.#silence = new Timer(options.clock);
    this.#settle = new Timer(options.clock);
  }

  /** The state to show. */
  get link() {
    return this.#link;
  }

  /** The transport in use, or to be used next. */
  get kind() {
    return this.#kind;
  }

  /** Why the transport is not the usual one; empty when it is. */
  get note() {
    return this.#note;
  }

  /** Connects now, whatever the state but hidden: at the start, and when a person asks for it. */
  open() {
    if (this.#link.status === "hidden") return;
    this.#disconnect();
    this.#move({ type: "connect" });
    this.#lastByteAt = this.#options.clock.now();
    this.#silenceMs = FIRST_BYTE_MS;
    this.#promised = false;
    this.#silence.set(() => this.#checkSilence(), FIRST_BYTE_MS);
    this.#transport = this.#options.make(this.#kind, this.#transportEvents());
    this.#transport.open();
  }

  /** Connects now if it is only waiting to. */
  wake() {
    if (this.#retry.pending) this.open();
  }

  /** Stops streaming while nobody looks. */
  hide() {
    this.#move({ type: "hide" });
    if (this.#link.status === "hidden") this.#disconnect();
  }

  /** Streams again after `hide`. */
  show() {
    if (this.#link.status !== "hidden") return;
    this.#move({ type: "show" });
    this.open();
  }

  /** Ends everything; no callback follows. */
  close() {
    this.#disconnect();
  }

  /**
   * The server promised a sign of life every `heartbeatMs`.
   *
   * @param {number} heartbeatMs
   */
  promise(heartbeatMs) {
    if (!(heartbeatMs > 0)) return;
    this.#promised = true;
    this.#silenceMs = Math.min(Math.max(1000, heartbeatMs * MISSED_HEARTBEATS), MAX_SILENCE_MS);
    this.#silence.set(() => this.#checkSilence(), this.#silenceMs);
  }

  /** The canvas shows what the server has. */
  current() {
    if (this.#link.current) return;
    this.#move({ type: "current" });
    this.#settle.set(() => this.#move({ type: "settled" }), SETTLED_MS);
  }

  /**
   * The server told how its source is.
   *
   * @param {"live" | "lost" | "paused"} state
   * @param {string} text
   */
  source(state, text) {
    this.#move({ type: "source", state, text });
  }

  /**
   * The connection is of no use any more: try another one, a little later.
   *
   * @param {string} detail  for people
   * @param {number | null} [retryAfterMs]  the server's own wish
   */
  fail(detail, retryAfterMs = null) {
    this.#disconnect();
    const { clock, random } = this.#options;
    const delayMs = Math.max(
      backoffMs(this.#link.failures + 1, random),
      Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS),
    );
    this.#move({ type: "failed", detail, retryAt: clock.now() + delayMs });
    this.#retry.set(() => this.open(), delayMs);
  }

  /**
   * Ends for good, until a person asks again.
   *
   * @param {string} detail
   */
  end(detail) {
    this.#disconnect();
    this.#move({ type: "ended", detail });
  }

  /** @returns {TransportEvents} */
  #transportEvents() {
    return {
      received: () => {
        this.#lastByteAt = this.#options.clock.now();
        this.#proven.add(this.#kind);
        // EventSource hides comments, which keep many event streams alive: without a promised heartbeat
        // its silence means nothing.
        if (this.#kind === "sse" && !this.#promised) this.#silence.clear();
      },
      refused: (refusal) => this.#refused(refusal),
      unsupported: (reason) => {
        const other = this.#kind === "stream" ? "sse" : "stream";
        if (this.#options.forced || this.#note !== "") {
          return this.end(`No way to stream: ${reason}`);
        }
        this.#switchTo(other, `Using Server-Sent Events, since ${reason}`);
      },
      dropped: (reason) => this.fail(reason),
    };
  }

  /** @param {Refusal} refusal */
  #refused({ status, detail, retryAfterMs }) {
    if (status !== 401 && status !== 403) return this.fail(detail, retryAfterMs);
    this.#disconnect();
    this.#move({ type: "refused", detail });
  }

  #checkSilence() {
    const quietMs = this.#options.clock.now() - this.#lastByteAt;
    if (quietMs < this.#silenceMs) {
      return this.#silence.set(() => this.#checkSilence(), this.#silenceMs - quietMs);
    }
    const proven = this.#proven.has(this.#kind);
    if (!proven && !this.#options.forced) {
      if (this.#kind === "stream") return this.#switchTo("sse", BUFFERED_NOTE);
      // Neither got through: perhaps the network was away. Begin again with the better one.
      this.#kind = "stream";
      this.#note = "";
    }
    this.fail(`nothing came from the server for ${Math.round(quietMs / 1000)} s`);
  }

  /**
   * @param {TransportKind} kind
   * @param {string} note
   */
  #switchTo(kind, note) {
    this.#kind = kind;
    this.#note = note;
    this.open();
    this.#options.changed();
  }

  #disconnect() {
    this.#transport?.close();
    this.#transport = null;
    this.#retry.clear();
    this.#silence.clear();
    this.#settle.clear();
  }

  /** @param {LinkEvent} event */
  #move(event) {
    const link = nextLink(this.#link, event);
    if (link === this.#link) return;
    this.#link = link;
    this.#options.changed();
  }
}
