/**
 * The two ways in which live pictures come here, of which one is used at a time: the stream, and events where
 * something in between holds the stream back.
 *
 * @typedef {import("./messages.js").TransportKind} TransportKind
 * @typedef {import("./stream_transport.js").Transport} Transport
 * @typedef {import("./stream_transport.js").TransportEvents} TransportEvents
 *
 * @typedef {Object} StreamData
 * @property {(chunk: Uint8Array) => void} message
 * @property {(count: number, compressed: boolean) => void} bytes
 *
 * @typedef {Object} TransportMakers
 * @property {(url: string, events: TransportEvents, data: StreamData) => Transport} stream
 * @property {(url: string, events: TransportEvents, data: import("./sse_transport.js").SseData) => Transport} sse
 *
 * @typedef {Object} FeedsOptions
 * @property {string} base  absolute URL of the page's folder
 * @property {import("./painter.js").Painter} painter
 * @property {import("./feed.js").FeedSink} sink
 * @property {(count: number, compressed: boolean) => void} bytes  so many came
 * @property {TransportMakers} make
 */
import { SseFeed } from "./sse_feed.js";
import { StreamFeed } from "./stream_feed.js";

export class Feeds {
  /** @type {FeedsOptions} */
  #options;
  /** @type {StreamFeed} */
  #stream;
  /** @type {SseFeed} */
  #sse;

  /** @param {FeedsOptions} options */
  constructor(options) {
    this.#options = options;
    this.#stream = new StreamFeed(options.painter, options.sink);
    this.#sse = new SseFeed(options.painter, options.sink);
  }

  /** The stream's picture so far; null before its first hello, and while events are drawn on the canvas. */
  get picture() {
    return this.#stream.picture;
  }

  /** Forgets the picture: the next connection begins with a whole one. */
  forget() {
    this.#stream.forget();
  }

  /**
   * @param {TransportKind} kind
   * @param {string | null} source  id; null: the server's own
   * @param {TransportEvents} events
   * @returns {Transport} not open yet
   */
  transport(kind, source, events) {
    const { base, bytes, make } = this.#options;
    if (kind === "stream") {
      return make.stream(this.#stream.begin(base, source), events, {
        message: (chunk) => this.#stream.push(chunk),
        bytes,
      });
    }
    // The canvas will follow the events from here on, so the decoder's picture is of the past.
    this.#stream.forget();
    return make.sse(this.#sse.begin(base, source), events, {
      update: (update, pieces) => this.#sse.apply(update, pieces),
      bytes: (count) => bytes(count, true),
      notice: (name, value) => this.#sse.notice(name, value),
    });
  }
}
