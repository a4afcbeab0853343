/**
 * The live picture: connects, decodes, has it painted, checked, acknowledged and measured. It can be left for the past,
 * when nothing of it is shown or streamed, and returned to.
 *
 * @typedef {import("./messages.js").EngineEvent} EngineEvent
 * @typedef {import("./messages.js").Rect} Rect
 *
 * @typedef {Object} LiveDeps
 * @property {import("./clock.js").Clock} clock
 * @property {() => number} random
 * @property {import("./feeds.js").TransportMakers["stream"]} stream
 * @property {import("./feeds.js").TransportMakers["sse"]} sse
 * @property {() => Promise<boolean>} probe  whether the server answers an ordinary request
 * @property {import("./acks.js").AcksOptions["send"]} acknowledge
 *
 * @typedef {Object} LiveOptions
 * @property {string} base   absolute URL of the page's folder
 * @property {import("./messages.js").TransportKind | null} forced  use only this transport
 * @property {boolean} visible
 * @property {string | null} source  id of the source to watch; null: the server's own
 * @property {boolean} past  begin in the past, and do not connect
 *
 * @typedef {{ seq: number, time: number, turn: number }} Unpainted
 */
import { TileHasher } from "../decoder/tile_hash.js";
import { ackSender } from "./ack_sender.js";
import { Acks } from "./acks.js";
import { Away } from "./away.js";
import { CanvasCheck } from "./canvas_check.js";
import { Connection } from "./connection.js";
import { atMost } from "./dirty.js";
import { Feeds } from "./feeds.js";
import { liveSink } from "./live_sink.js";
import { Measures } from "./measures.js";

/** More outlines than this in one frame are one outline: nobody can tell them apart. */
const MAX_OUTLINES = 256;

export class LiveView {
  /** @type {import("./clock.js").Clock} */
  #clock;
  /** @type {(event: EngineEvent) => void} */
  #post;
  /** @type {import("./painter.js").Painter} */
  #painter;
  /** @type {Connection} */
  #connection;
  /** @type {Feeds} */
  #feeds;
  /** @type {CanvasCheck} */
  #check;
  /** @type {Acks} */
  #acks;
  /** @type {Away} */
  #away;
  /** @type {Measures} */
  #measures;
  /** Id of the source being watched; null: the server's own. @type {string | null} */
  #source;
  #visible;
  /** The canvas shows the past. */
  #left;
  #hasher = new TileHasher();
  #tellsOutlines = false;
  /** Inexact places that the page was told of last. */
  #lossCount = 0;
  /** Counts the connections. */
  #turn = 0;
  /** The newest update that waits to be painted, and the connection it came by. @type {Unpainted | null} */
  #unpainted = null;

  /**
   * @param {LiveOptions} options
   * @param {import("./painter.js").Painter} painter  shared with the past
   * @param {(event: EngineEvent) => void} post
   * @param {LiveDeps} deps
   */
  constructor(options, painter, post, deps) {
    const { clock } = deps;
    this.#clock = clock;
    this.#source = options.source;
    this.#visible = options.visible;
    this.#left = options.past;
    this.#post = post;
    this.#painter = painter;
    this.#measures = new Measures(clock, (stats) => post({ type: "stats", stats }));
    this.#away = new Away(
      clock,
      (got) => this.#look(got),
      (rects) => post({ type: "changedWhileAway", rects: atMost(rects, MAX_OUTLINES) }),
    );
    this.#check = new CanvasCheck({
      clock,
      canvas: (got) => this.#readCanvas((now) => got(now && now.hashes)),
      picture: () => this.#feeds.picture?.hashTiles() ?? null,
      repaint: () => painter.repaint(),
      refetch: () => {
        this.#feeds.forget();
        this.#connection.open();
      },
      report: (report) => post({ type: "check", report }),
    });
    this.#acks = new Acks({
      clock,
      send: ackSender({
        clock,
        send: deps.acknowledge,
        mismatches: () => this.#check.mismatches,
        roundTrip: (ms) => this.#measures.roundTrip(ms),
      }),
    });
    this.#connection = new Connection({
      forced: options.forced,
      clock,
      random: deps.random,
      make: (kind, events) => {
        this.#turn++;
        this.#acks.end();
        this.#measures.begin();
        return this.#feeds.transport(kind, this.#source, events);
      },
      named: () => this.#source !== null,
      probe: deps.probe,
      changed: () => this.#postStatus(),
    });
    this.#feeds = new Feeds({
      base: options.base,
      painter,
      sink: liveSink({
        post,
        connection: this.#connection,
        acks: this.#acks,
        measures: this.#measures,
        check: this.#check,
        away: this.#away,
        unpainted: (update) => this.#unpainted = { ...update, turn: this.#turn },
      }),
      bytes: (count, compressed) => {
        this.#acks.arrived(count);
        this.#measures.bytes(count, compressed);
      },
      make: deps,
    });
    if (!options.visible || options.past) this.#connection.hide();
    this.#connection.open();
    this.#postStatus();
  }

  /** Connects anew. */
  open() {
    this.#connection.open();
  }

  /** The network may be back. */
  wake() {
    this.#connection.wake();
  }

  /** @param {boolean} visible  somebody can see the canvas */
  visible(visible) {
    this.#visible = visible;
    if (!visible && !this.#left) this.#away.left();
    this.#follow();
  }

  /** @param {number} offsetMs  the server's clock minus this machine's steady one */
  clockOffset(offsetMs) {
    this.#measures.offset(offsetMs);
  }

  /** @param {{ stats: boolean, outlines: boolean }} wanted  what the page is to be told */
  watch({ stats, outlines }) {
    this.#tellsOutlines = outlines;
    this.#measures.watch(stats);
  }

  /** @param {string | null} id  of the source to watch; null: the server's own */
  watchSource(id) {
    if (id === this.#source) return;
    this.#source = id;
    this.#feeds.forget();
    this.#check.changed();
    this.#away.forget();
    // Until the next hello says what it is called.
    this.#post({ type: "source", name: "" });
    this.#post({ type: "cursor", visible: false, x: 0, y: 0 });
    if (!this.#left) this.#connection.openAnew();
  }

  /** Nothing live is shown from here on, and nothing streamed. */
  leave() {
    this.#left = true;
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
  comeBack() {
    this.#left = false;
    const { picture } = this.#feeds;
    if (picture) {
      this.#post({ type: "size", width: picture.width, height: picture.height });
      this.#painter.show(picture, []);
    }
    this.#follow();
    this.#postStatus();
  }

  /**
   * What has been decoded so far is on its way to the canvas.
   *
   * @returns {(rects: readonly Rect[]) => void} to be called when it is there
   */
  painting() {
    const newest = this.#unpainted;
    this.#unpainted = null;
    return (rects) => {
      if (newest && !this.#left) this.#painted(newest, rects);
    };
  }

  close() {
    this.#away.forget();
    this.#measures.close();
    this.#acks.end();
    this.#connection.close();
    this.#check.close();
  }

  /** Streams while the live picture is wanted and somebody looks. */
  #follow() {
    if (this.#visible && !this.#left) this.#connection.show();
    else this.#connection.hide();
  }

  /**
   * What the live picture looks like, tile by tile; null where there is none.
   *
   * @type {import("./away.js").Look}
   */
  #look(got) {
    const { picture } = this.#feeds;
    if (picture) return got({ hashes: picture.hashTiles(), size: picture });
    if (this.#connection.kind !== "sse") return got(null);
    this.#readCanvas(got);
  }

  /** @type {import("./away.js").Look} */
  #readCanvas(got) {
    this.#painter.read((shown) => {
      got(shown && { hashes: this.#hasher.hash(shown, shown.readRows), size: shown });
    });
  }

  /**
   * @param {Unpainted} newest
   * @param {readonly Rect[]} rects
   */
  #painted({ seq, time, turn }, rects) {
    // What came by another connection says nothing about this one, whose server may never have sent it.
    if (turn === this.#turn) {
      this.#acks.painted(seq);
      this.#measures.painted(time);
    }
    const outlines = this.#tellsOutlines ? atMost(rects, MAX_OUTLINES) : [];
    this.#post({ type: "painted", seq, rects: outlines });
    this.#postLosses();
  }

  /** Tells where the picture is not exact, when there is such a place or was one before. */
  #postLosses() {
    const losses = this.#feeds.picture?.losses;
    const count = losses?.size ?? 0;
    if (count === 0 && this.#lossCount === 0) return;
    this.#lossCount = count;
    this.#post({ type: "losses", rects: losses?.rects() ?? [] });
  }

  #postStatus() {
    const { link, kind, note, quietMs } = this.#connection;
    const { detail, retryAt } = link;
    const status = this.#left ? "past" : link.status;
    const retryInMs = retryAt === null ? null : Math.max(0, retryAt - this.#clock.now());
    this.#post({ type: "status", status, detail, note, retryInMs, quietMs, transport: kind });
  }
}
