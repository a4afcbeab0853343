/**
 * What the live stream says, passed on to whom it concerns.
 *
 * @typedef {Object} LiveParts
 * @property {(event: import("./messages.js").EngineEvent) => void} post
 * @property {import("./connection.js").Connection} connection
 * @property {import("./acks.js").Acks} acks
 * @property {import("./measures.js").Measures} measures
 * @property {import("./canvas_check.js").CanvasCheck} check
 * @property {import("./away.js").Away} away
 * @property {(update: { seq: number, time: number }) => void} unpainted  an update waits to be painted
 */

/** `bye` codes of docs/PROTOCOL.md. Only this one means "do not come back by yourself". */
const BYE_DISCONNECTED = 1;

/**
 * @param {LiveParts} parts
 * @returns {import("./feed.js").FeedSink}
 */
export function liveSink({ post, connection, acks, measures, check, away, unpainted }) {
  return {
    hello: ({ source, viewer, heartbeatMs }) => {
      post({ type: "source", name: source });
      connection.promise(heartbeatMs);
      if (viewer) acks.begin(viewer);
    },
    resized: ({ width, height }) => {
      check.changed();
      post({ type: "size", width, height });
    },
    updated: ({ seq, time, patches }) => {
      check.changed();
      measures.updated(time, patches);
      unpainted({ seq, time });
    },
    current: () => {
      connection.current();
      away.back();
    },
    heartbeat: (time) => measures.serverTime(time),
    check: (hashes) => check.wanted(hashes),
    state: (state, text) => connection.source(state, text),
    cursor: (cursor) => post({ type: "cursor", ...cursor }),
    bye: (code, text) => {
      if (code === BYE_DISCONNECTED) {
        connection.end(text || "An administrator ended this stream");
      } else connection.fail(text || "the server is shutting down");
    },
    fail: (detail) => connection.fail(detail),
    end: (detail) => connection.end(detail),
  };
}
