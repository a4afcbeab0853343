/**
 * Keeps one transport connected: backoff, what silence means, falling back to the other transport, the
 * hidden tab, waking up from sleep. It knows nothing of pictures.
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
 * @property {() => boolean} [named]  what is watched was named: a server may know nothing of it
 * @property {() => Promise<boolean>} probe  whether the server answers an ordinary request
 * @property {() => void} changed  the link, the transport or the note is another one now
 * @property {import("./clock.js").Clock} clock
 * @property {() => number} random  0 <= r < 1
 */
import { backoffMs } from "./backoff.js";
import { Timer } from "./clock.js";
import { BLOCKED_NOTE, BUFFERED_NOTE, CHOKED_NOTE } from "./notes.js";
import { Pulse } from "./pulse.js";
import { initialLink, nextLink } from "./link_state.js";

/** A server says hello at once. Nothing at all after this long: something holds the bytes back. */
export const FIRST_BYTE_MS = 5000;
/** With this many heartbeats missing, nobody can say that what is shown is current. */
const FAINT_HEARTBEATS = 1.5;
/** Silence of this many heartbeats means that the connection is dead, whatever TCP believes. */
const DEAD_HEARTBEATS = 2.5;
/** A server that promises one heartbeat a day does not get to hide a dead connection that long. */
const MAX_SILENCE_MS = 10 * 60_000;
/** A connection that lived this long ends a run of failures. */
export const SETTLED_MS = 5000;
/** A stream that brings its picture and then goes silent this often in a row is being collected by something. */
const MAX_CHOKED = 3;
/** A connection that brings something so long after its first byte also brings heartbeats, ms. */
const FLOWING_MS = 4000;
/** The longest wait that a server may ask for. */
const MAX_RETRY_AFTER_MS = 60_000;

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
  /** When this connection's first byte came; null before. @type {number | null} */
  #firstByteAt = null;
  /** Connections in a row that brought something and then went silent for good. */
  #choked = 0;
  #promised = false;
  #closed = false;
  /** @type {Pulse} */
  #pulse;
  /** @type {Timer} */
  #retry;
  /** @type {Timer} */
  #settle;

  /** @param {ConnectionOptions} options */
  constructor(options) {
    this.#options = options;
    this.#kind = options.forced ?? "stream";
    this.#retry = new Timer(options.clock);
    this.#pulse = new Pulse({
      clock: options.clock,
      faint: () => this.#move({ type: "silent" }),
      back: () => this.#move({ type: "heard" }),
      dead: (quietMs) => this.#died(quietMs),
      woke: () => this.open(),
    });
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

  /** ms since anything came from the server; null before the first byte. */
  get quietMs() {
    return this.#pulse.quietMs;
  }

  /** Connects now, whatever the state but hidden: at the start, and when a person asks for it. */
  open() {
    if (this.#closed || this.#link.status === "hidden") return;
    this.#disconnect();
    this.#move({ type: "connect" });
    this.#firstByteAt = null;
    this.#promised = false;
    this.#pulse.watch({ faintMs: Infinity, deadMs: FIRST_BYTE_MS });
    this.#transport = this.#options.make(this.#kind, this.#transportEvents());
    this.#transport.open();
  }

  /** Connects to another source: how it went with the one before says nothing. */
  openAnew() {
    this.#move({ type: "anew" });
    this.open();
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

  /** Ends everything for good; no callback follows. */
  close() {
    this.#closed = true;
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
    const limit = (/** @type {number} */ heartbeats) =>
      Math.min(Math.max(1000, heartbeatMs * heartbeats), MAX_SILENCE_MS);
    this.#pulse.watch({ faintMs: limit(FAINT_HEARTBEATS), deadMs: limit(DEAD_HEARTBEATS) });
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
   * @param {boolean} [missing]  there is no such source
   */
  fail(detail, retryAfterMs = null, missing = false) {
    if (this.#closed) return;
    this.#disconnect();
    const { clock, random } = this.#options;
    const delayMs = Math.max(
      backoffMs(this.#link.failures + 1, random),
      Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS),
    );
    // First of all: whatever becomes of telling people, it is tried again.
    this.#retry.set(() => this.open(), delayMs);
    this.#move({ type: "failed", detail, retryAt: clock.now() + delayMs, missing });
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
        const now = this.#options.clock.now();
        const first = this.#firstByteAt === null;
        this.#firstByteAt ??= now;
        if (now - this.#firstByteAt > FLOWING_MS) this.#choked = 0;
        this.#proven.add(this.#kind);
        if (this.#note === BLOCKED_NOTE) this.#annotate("");
        this.#pulse.beat();
        // EventSource hides comments, which keep many event streams alive: without a promised heartbeat
        // its silence means nothing.
        if (first && this.#kind === "sse" && !this.#promised) {
          this.#pulse.watch({ faintMs: Infinity, deadMs: Infinity });
        }
      },
      refused: (refusal) => this.#refused(refusal),
      unsupported: (reason) => {
        const { forced } = this.#options;
        if (forced || this.#kind === "sse") return this.end(`No way to stream: ${reason}`);
        this.#switchTo("sse", `Using Server-Sent Events, since ${reason}`);
      },
      dropped: (reason) => this.fail(reason),
    };
  }

  /** @param {Refusal} refusal */
  #refused({ status, detail, retryAfterMs }) {
    if (status !== 401 && status !== 403) {
      const missing = status === 404 && this.#options.named?.() === true;
      return this.fail(detail, retryAfterMs, missing);
    }
    this.#disconnect();
    this.#move({ type: "refused", detail });
  }

  /** @param {number} quietMs */
  #died(quietMs) {
    if (!this.#options.forced) {
      if (this.#firstByteAt !== null) this.#choked++;
      const choked = this.#choked >= MAX_CHOKED;
      if (choked) this.#choked = 0;
      const blocked = !this.#proven.has(this.#kind);
      if (blocked && this.#kind === "stream") return this.#switchTo("sse", BUFFERED_NOTE);
      if (this.#kind === "sse" && (blocked || choked)) {
        // Neither gets through: perhaps the network was away. Begin again with the better one.
        this.#kind = "stream";
        this.#note = "";
        this.#ifServerAnswers(() => this.#note === "" && this.#annotate(BLOCKED_NOTE));
      } else if (choked) {
        this.#ifServerAnswers(() => this.#kind === "stream" && this.#switchTo("sse", CHOKED_NOTE));
      }
    }
    this.fail(`nothing came from the server for ${Math.round(quietMs / 1000)} s`);
  }

  /**
   * The stream is silent: is that the server or the network, or something in between that holds it back?
   *
   * @param {() => void} then  when an ordinary request is answered all the same, and nothing streams still
   */
  async #ifServerAnswers(then) {
    const answers = await this.#options.probe().catch(() => false);
    if (this.#closed) return;
    const { status, current } = this.#link;
    if (answers && !current && (status === "connecting" || status === "reconnecting")) then();
  }

  /** @param {string} note */
  #annotate(note) {
    this.#note = note;
    this.#options.changed();
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
    this.#pulse.stop();
    this.#settle.clear();
  }

  /** @param {LinkEvent} event */
  #move(event) {
    const link = this.#closed ? this.#link : nextLink(this.#link, event);
    if (link === this.#link) return;
    this.#link = link;
    this.#options.changed();
  }
}
