/**
 * The viewer without its looks: connects, decodes, paints, measures. It runs in a Worker or on the page's
 * thread, takes commands and posts events (messages.js).
 *
 * @typedef {import("./messages.js").Command} Command
 * @typedef {import("./messages.js").EngineEvent} EngineEvent
 * @typedef {import("./messages.js").Rect} Rect
 * @typedef {import("./messages.js").TransportKind} TransportKind
 * @typedef {import("./stream_transport.js").Transport} Transport
 * @typedef {import("./stream_transport.js").TransportEvents} TransportEvents
 * @typedef {import("./stream_transport.js").StreamTransport} StreamTransport
 * @typedef {import("./sse_transport.js").SseData} SseData
 *
 * @typedef {Object} StreamData
 * @property {(chunk: Uint8Array) => void} message
 * @property {(count: number, compressed: boolean) => void} bytes
 *
 * @typedef {Object} EngineDeps
 * @property {import("./clock.js").Clock} clock
 * @property {() => number} random
 * @property {import("./painter.js").PainterOptions["requestFrame"]} requestFrame
 * @property {(url: string, events: TransportEvents, data: StreamData) => Transport} stream
 * @property {(url: string, events: TransportEvents, data: SseData) => Transport} sse
 *
 * @typedef {Object} EngineOptions
 * @property {string} base   absolute URL of the page's folder
 * @property {TransportKind | null} forced
 * @property {boolean} visible
 */
import { Decoder, ProtocolError } from "../decoder/decoder.js";
import { Connection } from "./connection.js";
import { Timer } from "./clock.js";
import { atMost } from "./dirty.js";
import { Meter } from "./meter.js";
import { Painter } from "./painter.js";
import { readCursorNotice, readStateNotice, words } from "./sse_notice.js";

const STATS_INTERVAL_MS = 500;
/** More outlines than this in one frame are one outline: nobody can tell them apart. */
const MAX_OUTLINES = 256;
/** `bye` codes of docs/PROTOCOL.md. Only this one means "do not come back by yourself". */
const BYE_DISCONNECTED = 1;

export class Engine {
  /** @type {EngineDeps} */
  #deps;
  /** @type {EngineOptions} */
  #options;
  /** @type {(event: EngineEvent) => void} */
  #post;
  /** @type {Painter} */
  #painter;
  /** @type {Connection} */
  #connection;
  /** @type {Decoder} */
  #decoder;
  #meter = new Meter();
  /** @type {Timer} */
  #statsTimer;
  #watch = { stats: false, outlines: false };
  /** Inexact places that the page was told of last. */
  #lossCount = 0;
  #compressed = false;
  #size = { width: 0, height: 0 };
  /** The newest update that waits to be painted. @type {{ seq: number, time: number } | null} */
  #unpainted = null;
  /** The first update of a connection may be as old as the last change: it says nothing about the lag. */
  #freshConnection = true;
  /** Seq of the last event applied; null while the canvas does not follow `events`. @type {number | null} */
  #sseSeq = null;

  /**
   * @param {OffscreenCanvas | HTMLCanvasElement} canvas
   * @param {EngineOptions} options
   * @param {(event: EngineEvent) => void} post
   * @param {EngineDeps} deps
   */
  constructor(canvas, options, post, deps) {
    this.#deps = deps;
    this.#options = options;
    this.#post = post;
    this.#painter = new Painter(canvas, {
      requestFrame: deps.requestFrame,
      painted: (rects) => this.#painted(rects),
      lost: () => this.#connection.open(),
    });
    this.#decoder = this.#createDecoder();
    this.#statsTimer = new Timer(deps.clock);
    this.#connection = new Connection({
      forced: options.forced,
      clock: deps.clock,
      random: deps.random,
      make: (kind, events) => kind === "stream" ? this.#openStream(events) : this.#openSse(events),
      changed: () => this.#postStatus(),
    });
    if (!options.visible) this.#connection.hide();
    this.#connection.open();
    this.#postStatus();
  }

  /**
   * @param {Exclude<Command, { type: "start" }>} command
   */
  handle(command) {
    switch (command.type) {
      case "visible":
        if (command.visible) this.#connection.show();
        else this.#connection.hide();
        return;
      case "retry":
        return this.#connection.open();
      case "wake":
        return this.#connection.wake();
      case "watch":
        this.#watch = { stats: command.stats, outlines: command.outlines };
        if (!command.stats) this.#statsTimer.clear();
        else if (!this.#statsTimer.pending) this.#postStats();
        return;
      case "stop":
        this.#statsTimer.clear();
        this.#connection.close();
        this.#painter.close();
        return;
    }
  }

  /** @param {TransportEvents} events */
  #openStream(events) {
    this.#begin();
    this.#sseSeq = null;
    this.#decoder.restart();
    const url = new URL("stream", this.#options.base);
    const { seq, epoch, picture } = this.#decoder;
    if (picture && seq !== null && epoch !== null) {
      url.searchParams.set("since", String(seq));
      url.searchParams.set("epoch", String(epoch));
    }
    return this.#deps.stream(url.href, events, {
      message: (chunk) => this.#decode(chunk),
      bytes: (count, compressed) => {
        this.#compressed = compressed;
        this.#meter.addBytes(this.#deps.clock.now(), count);
      },
    });
  }

  /** @param {TransportEvents} events */
  #openSse(events) {
    this.#begin();
    // The canvas will follow the events from here on, so the decoder's picture is of the past.
    this.#decoder.reset();
    this.#sseSeq = null;
    return this.#deps.sse(new URL("events", this.#options.base).href, events, {
      update: (update, pieces) => this.#applyEvent(update, pieces),
      bytes: (count) => {
        this.#compressed = true;
        this.#meter.addBytes(this.#deps.clock.now(), count);
      },
      notice: (name, value) => this.#notice(name, value),
    });
  }

  #begin() {
    this.#meter.reset();
    this.#freshConnection = true;
  }

  #createDecoder() {
    return new Decoder({
      hello: ({ source, heartbeatMs }) => {
        this.#post({ type: "source", name: words(source) });
        this.#connection.promise(heartbeatMs);
      },
      resize: (size) => this.#resized(size),
      update: (update) => {
        const { picture } = this.#decoder;
        if (!picture) return;
        this.#updated(update.seq, update.time, update.patchCount);
        this.#painter.show(picture, update.rects);
        this.#connection.current();
      },
      cursor: (cursor) => this.#post({ type: "cursor", ...cursor }),
      // Nothing changed since the seq that was asked for: then the first word is a heartbeat.
      heartbeat: () => {
        if (this.#decoder.seq !== null) this.#connection.current();
      },
      state: ({ state, text }) => this.#connection.source(state, words(text)),
      bye: ({ code, text }) => this.#bye(code, text),
    });
  }

  /** @param {Uint8Array} chunk */
  #decode(chunk) {
    try {
      this.#decoder.push(chunk);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#decoder.reset();
      if (error.code === "version") {
        this.#connection.end(`${error.message}. Reload the page to get the server's own.`);
      } else {
        this.#connection.fail(`the stream was damaged: ${error.message}`);
      }
    }
  }

  /**
   * @param {import("./sse_event.js").SseUpdate} update
   * @param {import("./sse_transport.js").Piece[]} pieces
   */
  #applyEvent(update, pieces) {
    const { width, height } = update;
    const resized = width !== this.#size.width || height !== this.#size.height;
    if (!update.keyframe && (this.#sseSeq === null || resized)) {
      return this.#connection.fail("the event stream did not begin with a keyframe");
    }
    if (resized) this.#resized({ width, height });
    this.#sseSeq = update.seq;
    this.#updated(update.seq, update.time, pieces.length);
    this.#painter.draw({ width, height }, update.keyframe, pieces);
    this.#connection.current();
  }

  /**
   * @param {string} name
   * @param {Record<string, unknown>} value
   */
  #notice(name, value) {
    if (name === "bye") return this.#bye(Number(value.code), words(value.text));
    if (name === "hello") this.#post({ type: "source", name: words(value.source) });
    if (name === "hello") this.#connection.promise(Number(value.heartbeatMs));
    if (name === "heartbeat" && this.#sseSeq !== null) this.#connection.current();
    if (name === "state") {
      const notice = readStateNotice(value);
      if (notice) this.#connection.source(notice.state, notice.text);
    }
    if (name === "cursor") {
      const cursor = readCursorNotice(value);
      if (cursor) this.#post({ type: "cursor", ...cursor });
    }
  }

  /**
   * @param {number} code
   * @param {string} text
   */
  #bye(code, text) {
    if (code === BYE_DISCONNECTED) {
      this.#connection.end(text || "An administrator ended this stream");
    } else this.#connection.fail(text || "the server is shutting down");
  }

  /** @param {{ width: number, height: number }} size */
  #resized({ width, height }) {
    this.#size = { width, height };
    this.#post({ type: "size", width, height });
  }

  /**
   * @param {number} seq
   * @param {number} time
   * @param {number} patches
   */
  #updated(seq, time, patches) {
    this.#meter.addUpdate(this.#deps.clock.now(), patches);
    this.#unpainted = { seq, time };
  }

  /** @param {Rect[]} rects */
  #painted(rects) {
    const newest = this.#unpainted;
    this.#unpainted = null;
    if (!newest) return;
    const now = this.#deps.clock.now();
    if (!this.#freshConnection) this.#meter.addLag(now, now - newest.time);
    this.#freshConnection = false;
    this.#post({
      type: "painted",
      seq: newest.seq,
      rects: this.#watch.outlines ? atMost(rects, MAX_OUTLINES) : [],
    });
    this.#postLosses();
  }

  /** Tells where the picture is not exact, when there is such a place or was one before. */
  #postLosses() {
    const losses = this.#decoder.picture?.losses;
    const count = losses?.size ?? 0;
    if (count === 0 && this.#lossCount === 0) return;
    this.#lossCount = count;
    this.#post({ type: "losses", rects: losses?.rects() ?? [] });
  }

  #postStatus() {
    const { link, kind, note } = this.#connection;
    const { status, detail, retryAt } = link;
    const retryInMs = retryAt === null ? null : Math.max(0, retryAt - this.#deps.clock.now());
    this.#post({ type: "status", status, detail, note, retryInMs, transport: kind });
  }

  #postStats() {
    this.#statsTimer.set(() => this.#postStats(), STATS_INTERVAL_MS);
    const reading = this.#meter.read(this.#deps.clock.now());
    this.#post({ type: "stats", stats: { ...reading, compressed: this.#compressed } });
  }
}
