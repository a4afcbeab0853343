/**
 * The viewer without its looks: connects, decodes, paints, checks, measures. It runs in a Worker or on the
 * page's thread, takes commands and posts events (messages.js).
 *
 * @typedef {import("./messages.js").Command} Command
 * @typedef {import("./messages.js").EngineEvent} EngineEvent
 * @typedef {import("./messages.js").Rect} Rect
 * @typedef {import("./messages.js").TransportKind} TransportKind
 * @typedef {import("./stream_transport.js").Transport} Transport
 * @typedef {import("./stream_transport.js").TransportEvents} TransportEvents
 * @typedef {import("./sse_transport.js").SseData} SseData
 * @typedef {import("./feed.js").FeedSink} FeedSink
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
 * @property {() => Promise<boolean>} probe  whether the server answers an ordinary request
 * @property {import("./acks.js").AcksOptions["send"]} acknowledge
 * @property {(url: string, signal: AbortSignal) => Promise<import("./history_fetch.js").MomentAnswer>} fetchMoment
 *
 * @typedef {Object} EngineOptions
 * @property {string} base   absolute URL of the page's folder
 * @property {TransportKind | null} forced
 * @property {boolean} visible
 * @property {string | null} source  id of the source to watch; null: the server's own
 * @property {boolean} past  begin in the past, and do not connect
 */
import { TileHasher } from "../decoder/tile_hash.js";
import { Acks } from "./acks.js";
import { Away } from "./away.js";
import { CanvasCheck } from "./canvas_check.js";
import { Connection } from "./connection.js";
import { Timer } from "./clock.js";
import { ClockOffset } from "./clock_offset.js";
import { atMost } from "./dirty.js";
import { HistoryPlayer } from "./history_player.js";
import { Meter } from "./meter.js";
import { Painter } from "./painter.js";
import { SseFeed } from "./sse_feed.js";
import { StreamFeed } from "./stream_feed.js";

const STATS_INTERVAL_MS = 500;
/** Mismatches told in one acknowledgement, at most. */
const MAX_TOLD = 1000;
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
  /** @type {StreamFeed} */
  #stream;
  /** @type {SseFeed} */
  #sse;
  /** @type {CanvasCheck} */
  #check;
  /** Mismatches that the server knows of. */
  #mismatchesTold = 0;
  /** @type {Acks} */
  #acks;
  /** @type {HistoryPlayer} */
  #player;
  /** @type {Away} */
  #away;
  /** Id of the source being watched; null: the server's own. @type {string | null} */
  #source;
  #visible;
  /** The canvas shows the past; the live connection is closed meanwhile. */
  #past;
  #hasher = new TileHasher();
  /** What the last acknowledgement took, there and back; null before the first. @type {number | null} */
  #roundTripMs = null;
  #meter = new Meter();
  #offset = new ClockOffset();
  /** @type {Timer} */
  #statsTimer;
  #watch = { stats: false, outlines: false };
  /** Inexact places that the page was told of last. */
  #lossCount = 0;
  #compressed = false;
  /** The newest update that waits to be painted. @type {{ seq: number, time: number } | null} */
  #unpainted = null;
  /** The first update of a connection may be as old as the last change: it says nothing about the lag. */
  #freshConnection = true;

  /**
   * @param {import("./surface.js").Surface} surface
   * @param {EngineOptions} options
   * @param {(event: EngineEvent) => void} post
   * @param {EngineDeps} deps
   */
  constructor(surface, options, post, deps) {
    this.#deps = deps;
    this.#options = options;
    this.#source = options.source;
    this.#visible = options.visible;
    this.#past = options.past;
    this.#post = post;
    this.#painter = new Painter(surface, {
      requestFrame: deps.requestFrame,
      painting: () => this.#painting(),
      lost: () => this.#connection.open(),
    });
    this.#acks = new Acks({
      clock: deps.clock,
      send: (viewer, ack) => {
        const sentAt = deps.clock.now();
        const { mismatches } = this.#check;
        const untold = Math.min(MAX_TOLD, mismatches - this.#mismatchesTold);
        const answer = deps.acknowledge(viewer, untold > 0 ? { ...ack, mismatches: untold } : ack);
        answer.then(() => {
          this.#roundTripMs = deps.clock.now() - sentAt;
          this.#mismatchesTold = mismatches;
        }, () => {});
        return answer;
      },
    });
    const sink = this.#sink();
    this.#stream = new StreamFeed(this.#painter, sink);
    this.#sse = new SseFeed(this.#painter, sink);
    this.#player = new HistoryPlayer({
      base: options.base,
      painter: this.#painter,
      clock: deps.clock,
      fetchMoment: deps.fetchMoment,
      stream: deps.stream,
      post,
    });
    this.#away = new Away(
      deps.clock,
      (got) => this.#look(got),
      (rects) => post({ type: "changedWhileAway", rects: atMost(rects, MAX_OUTLINES) }),
    );
    this.#check = new CanvasCheck({
      clock: deps.clock,
      canvas: (got) => {
        this.#painter.read((shown) => got(shown && this.#hasher.hash(shown, shown.readRows)));
      },
      picture: () => this.#stream.picture?.hashTiles() ?? null,
      repaint: () => this.#painter.repaint(),
      refetch: () => {
        this.#stream.forget();
        this.#connection.open();
      },
      report: (report) => this.#post({ type: "check", report }),
    });
    this.#statsTimer = new Timer(deps.clock);
    this.#connection = new Connection({
      forced: options.forced,
      clock: deps.clock,
      random: deps.random,
      make: (kind, events) => kind === "stream" ? this.#openStream(events) : this.#openSse(events),
      probe: deps.probe,
      changed: () => this.#postStatus(),
    });
    if (!options.visible || options.past) this.#connection.hide();
    this.#connection.open();
    this.#postStatus();
  }

  /**
   * @param {Exclude<Command, { type: "start" }>} command
   */
  handle(command) {
    switch (command.type) {
      case "visible":
        this.#visible = command.visible;
        if (!command.visible && !this.#past) this.#away.left();
        return this.#follow();
      case "retry":
        return this.#past ? undefined : this.#connection.open();
      case "wake":
        return this.#connection.wake();
      case "clock":
        return this.#offset.note(this.#deps.clock.now(), -command.offsetMs);
      case "watch":
        this.#watch = { stats: command.stats, outlines: command.outlines };
        if (!command.stats) this.#statsTimer.clear();
        else if (!this.#statsTimer.pending) this.#postStats();
        return;
      case "source":
        return this.#changeSource(command.id);
      case "seek":
        this.#leaveLive();
        return this.#player.seek(command);
      case "play":
        this.#leaveLive();
        return this.#player.play(command);
      case "live":
        return this.#returnToLive();
      case "stop":
        this.#player.leave();
        this.#away.forget();
        this.#statsTimer.clear();
        this.#acks.end();
        this.#connection.close();
        this.#check.close();
        this.#painter.close();
        return;
    }
  }

  /** Streams while the live picture is wanted and somebody looks. */
  #follow() {
    if (this.#visible && !this.#past) this.#connection.show();
    else this.#connection.hide();
  }

  /** Nothing live is shown from here on, and nothing streamed. */
  #leaveLive() {
    if (this.#past) return;
    this.#past = true;
    this.#away.forget();
    this.#check.changed();
    this.#acks.end();
    this.#unpainted = null;
    this.#post({ type: "cursor", visible: false, x: 0, y: 0 });
    if (this.#lossCount > 0) this.#post({ type: "losses", rects: [] });
    this.#lossCount = 0;
    this.#follow();
    this.#postStatus();
  }

  /** Shows what was live last, as what may be old, and connects for what came since. */
  #returnToLive() {
    if (!this.#past) return;
    this.#past = false;
    this.#player.leave();
    const { picture } = this.#stream;
    if (picture) {
      this.#post({ type: "size", width: picture.width, height: picture.height });
      this.#painter.show(picture, []);
    }
    this.#follow();
    this.#postStatus();
  }

  /** @param {string | null} id */
  #changeSource(id) {
    if (id === this.#source) return;
    this.#source = id;
    this.#stream.forget();
    this.#check.changed();
    this.#away.forget();
    if (!this.#past) this.#connection.open();
  }

  /**
   * What the live picture looks like, tile by tile; null where there is none.
   *
   * @type {import("./away.js").Look}
   */
  #look(got) {
    const { picture } = this.#stream;
    if (picture) return got({ hashes: picture.hashTiles(), size: picture });
    if (this.#connection.kind !== "sse") return got(null);
    this.#painter.read((shown) => {
      got(shown && { hashes: this.#hasher.hash(shown, shown.readRows), size: shown });
    });
  }

  /** @returns {FeedSink} */
  #sink() {
    return {
      hello: ({ source, viewer, heartbeatMs }) => {
        this.#post({ type: "source", name: source });
        this.#connection.promise(heartbeatMs);
        if (viewer) this.#acks.begin(viewer);
      },
      resized: ({ width, height }) => {
        this.#check.changed();
        this.#post({ type: "size", width, height });
      },
      updated: (update) => this.#updated(update),
      current: () => {
        this.#connection.current();
        this.#away.back();
      },
      heartbeat: (time) => this.#noteTime(time),
      check: (hashes) => this.#check.wanted(hashes),
      state: (state, text) => this.#connection.source(state, text),
      cursor: (cursor) => this.#post({ type: "cursor", ...cursor }),
      bye: (code, text) => {
        if (code === BYE_DISCONNECTED) {
          this.#connection.end(text || "An administrator ended this stream");
        } else this.#connection.fail(text || "the server is shutting down");
      },
      fail: (detail) => this.#connection.fail(detail),
      end: (detail) => this.#connection.end(detail),
    };
  }

  /** @param {TransportEvents} events */
  #openStream(events) {
    this.#begin();
    return this.#deps.stream(this.#stream.begin(this.#options.base, this.#source), events, {
      message: (chunk) => this.#stream.push(chunk),
      bytes: (count, compressed) => this.#countBytes(count, compressed),
    });
  }

  /** @param {TransportEvents} events */
  #openSse(events) {
    this.#begin();
    // The canvas will follow the events from here on, so the decoder's picture is of the past.
    this.#stream.forget();
    return this.#deps.sse(this.#sse.begin(this.#options.base, this.#source), events, {
      update: (update, pieces) => this.#sse.apply(update, pieces),
      bytes: (count) => this.#countBytes(count, true),
      notice: (name, value) => this.#sse.notice(name, value),
    });
  }

  #begin() {
    this.#acks.end();
    this.#meter.reset();
    // Another server may answer now, with another clock.
    this.#offset.reset();
    this.#roundTripMs = null;
    this.#freshConnection = true;
  }

  /**
   * @param {number} count
   * @param {boolean} compressed
   */
  #countBytes(count, compressed) {
    this.#compressed = compressed;
    this.#acks.arrived(count);
    this.#meter.addBytes(this.#deps.clock.now(), count);
  }

  /** @param {number} time  ms since the Unix epoch by the server's clock */
  #noteTime(time) {
    const now = this.#deps.clock.now();
    this.#offset.note(now, now - time);
  }

  /** @param {{ seq: number, time: number, patches: number }} update */
  #updated({ seq, time, patches }) {
    this.#check.changed();
    if (!this.#freshConnection) this.#noteTime(time);
    this.#meter.addUpdate(this.#deps.clock.now(), patches);
    this.#unpainted = { seq, time };
  }

  /**
   * What has been decoded so far is on its way to the canvas.
   *
   * @returns {(rects: readonly Rect[]) => void} to be called when it is there
   */
  #painting() {
    if (this.#past) {
      const shown = this.#player.painting();
      return () => this.#past && shown();
    }
    const newest = this.#unpainted;
    this.#unpainted = null;
    return (rects) => {
      if (newest && !this.#past) this.#painted(newest, rects);
    };
  }

  /**
   * @param {{ seq: number, time: number }} newest
   * @param {readonly Rect[]} rects
   */
  #painted(newest, rects) {
    this.#acks.painted(newest.seq);
    const now = this.#deps.clock.now();
    const lagMs = this.#freshConnection ? null : this.#offset.since(now, newest.time);
    if (lagMs !== null) this.#meter.addLag(now, lagMs);
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
    const losses = this.#stream.picture?.losses;
    const count = losses?.size ?? 0;
    if (count === 0 && this.#lossCount === 0) return;
    this.#lossCount = count;
    this.#post({ type: "losses", rects: losses?.rects() ?? [] });
  }

  #postStatus() {
    const { link, kind, note, quietMs } = this.#connection;
    const { detail, retryAt } = link;
    const status = this.#past ? "past" : link.status;
    const retryInMs = retryAt === null ? null : Math.max(0, retryAt - this.#deps.clock.now());
    this.#post({ type: "status", status, detail, note, retryInMs, quietMs, transport: kind });
  }

  #postStats() {
    this.#statsTimer.set(() => this.#postStats(), STATS_INTERVAL_MS);
    const reading = this.#meter.read(this.#deps.clock.now());
    const compressed = this.#compressed;
    const roundTripMs = this.#roundTripMs;
    this.#post({ type: "stats", stats: { ...reading, compressed, roundTripMs } });
  }
}
