/**
 * Pictures from `GET stream`: decodes the bytes, hands the picture to the painter, and knows where to resume.
 *
 * @typedef {import("./feed.js").FeedSink} FeedSink
 */
import { Decoder, ProtocolError } from "../decoder/decoder.js";
import { words } from "./sse_notice.js";

export class StreamFeed {
  /** @type {Decoder} */
  #decoder;
  /** @type {FeedSink} */
  #sink;

  /**
   * @param {import("./painter.js").Painter} painter
   * @param {FeedSink} sink
   */
  constructor(painter, sink) {
    this.#sink = sink;
    const decoder = new Decoder({
      hello: ({ source, viewer, heartbeatMs }) => {
        sink.hello({ source: words(source), viewer, heartbeatMs });
      },
      resize: (size) => sink.resized(size),
      update: ({ seq, time, patchCount, rects }) => {
        if (!decoder.picture) return;
        sink.updated({ seq, time, patches: patchCount });
        painter.show(decoder.picture, rects);
        sink.current();
      },
      cursor: (cursor) => sink.cursor(cursor),
      heartbeat: ({ time }) => {
        sink.heartbeat(time);
        // Nothing changed since the seq that was asked for: then the first word is a heartbeat.
        if (decoder.seq !== null) sink.current();
      },
      state: ({ state, text }) => sink.state(state, words(text)),
      check: ({ hashes }) => sink.check(hashes),
      bye: ({ code, text }) => sink.bye(code, words(text)),
    });
    this.#decoder = decoder;
  }

  /** The picture so far; null before the first hello. */
  get picture() {
    return this.#decoder.picture;
  }

  /**
   * A new connection begins.
   *
   * @param {string} base  absolute URL of the page's folder
   * @param {string | null} source  its id; null: the server's own. Another one than before: see `forget`
   * @returns {string} what to ask for: everything, or what is missing
   */
  begin(base, source) {
    this.#decoder.restart();
    const url = new URL("stream", base);
    if (source !== null) url.searchParams.set("source", source);
    const { seq, epoch, picture } = this.#decoder;
    if (picture && seq !== null && epoch !== null) {
      url.searchParams.set("since", String(seq));
      url.searchParams.set("epoch", String(epoch));
    }
    return url.href;
  }

  /** @param {Uint8Array} chunk  of the message stream, cut anywhere */
  push(chunk) {
    try {
      this.#decoder.push(chunk);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#decoder.reset();
      if (error.code === "version") {
        this.#sink.end(`${error.message}. Reload the page to get the server's own.`);
      } else {
        this.#sink.fail(`the stream was damaged: ${error.message}`);
      }
    }
  }

  /** Forgets the picture: the next connection begins with a whole one. */
  forget() {
    this.#decoder.reset();
  }
}
