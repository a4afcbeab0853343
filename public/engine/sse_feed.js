/**
 * Pictures from `GET events`: hands decoded PNGs to the painter, whose canvas is then the only copy.
 *
 * @typedef {import("./feed.js").FeedSink} FeedSink
 */
import { readCheckNotice, readCursorNotice, readStateNotice, words } from "./sse_notice.js";

export class SseFeed {
  /** @type {import("./painter.js").Painter} */
  #painter;
  /** @type {FeedSink} */
  #sink;
  #size = { width: 0, height: 0 };
  /** Something was drawn on this connection: the canvas follows it. */
  #begun = false;

  /**
   * @param {import("./painter.js").Painter} painter
   * @param {FeedSink} sink
   */
  constructor(painter, sink) {
    this.#painter = painter;
    this.#sink = sink;
  }

  /**
   * A new connection begins.
   *
   * @param {string} base  absolute URL of the page's folder
   * @param {string | null} source  its id; null: the server's own
   * @returns {string} what to ask for
   */
  begin(base, source) {
    this.#begun = false;
    const url = new URL("events", base);
    if (source !== null) url.searchParams.set("source", source);
    return url.href;
  }

  /**
   * @param {import("./sse_event.js").SseUpdate} update
   * @param {import("./sse_transport.js").Piece[]} pieces
   * @returns {Promise<void>} when it is on the canvas
   */
  async apply({ seq, time, width, height, keyframe }, pieces) {
    const resized = width !== this.#size.width || height !== this.#size.height;
    if (!keyframe && (!this.#begun || resized)) {
      return this.#sink.fail("the event stream did not begin with a keyframe");
    }
    this.#size = { width, height };
    if (resized || !this.#begun) this.#sink.resized({ width, height });
    this.#begun = true;
    this.#sink.updated({ seq, time, patches: pieces.length });
    const drawn = this.#painter.draw({ width, height }, keyframe, pieces);
    this.#sink.current();
    await drawn;
  }

  /**
   * @param {string} name
   * @param {Record<string, unknown>} value
   */
  notice(name, value) {
    switch (name) {
      case "hello": {
        const heartbeatMs = Number(value.heartbeatMs);
        return this.#sink.hello({ source: words(value.source), viewer: null, heartbeatMs });
      }
      case "heartbeat":
        if (typeof value.time === "number") this.#sink.heartbeat(value.time);
        return this.#begun ? this.#sink.current() : undefined;
      case "state": {
        const notice = readStateNotice(value);
        return notice ? this.#sink.state(notice.state, notice.text) : undefined;
      }
      case "cursor": {
        const cursor = readCursorNotice(value);
        return cursor ? this.#sink.cursor(cursor) : undefined;
      }
      case "check": {
        const hashes = this.#begun ? readCheckNotice(value, this.#size) : null;
        return hashes ? this.#sink.check(hashes) : undefined;
      }
      case "bye":
        return this.#sink.bye(Number(value.code), words(value.text));
    }
  }
}
