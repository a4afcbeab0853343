/**
 * What the page and the engine say to each other: plain objects that survive `postMessage`, so that the
 * engine may run in a Worker or on the page's own thread.
 *
 * @typedef {import("./link_state.js").Status} Status
 * @typedef {{ x: number, y: number, w: number, h: number }} Rect
 * @typedef {"stream" | "sse"} TransportKind
 *
 * @typedef {Object} StartCommand
 * @property {"start"} type
 * @property {string} base        absolute URL that `stream`, `events` and `api/` are relative to
 * @property {TransportKind | null} forced   use only this transport; null: choose
 * @property {boolean} visible    false: do not connect before a `visible` command
 * @property {OffscreenCanvas} [canvas]  only on the way into a Worker
 *
 * @typedef {StartCommand
 *   | { type: "visible", visible: boolean }
 *   | { type: "retry" }
 *   | { type: "wake" }
 *   | { type: "watch", stats: boolean, outlines: boolean }
 *   | { type: "stop" }} Command
 *
 * @typedef {Object} CursorShape
 * @property {number} width
 * @property {number} height
 * @property {number} hotX
 * @property {number} hotY
 * @property {Uint8ClampedArray<ArrayBuffer>} rgba  straight alpha
 *
 * @typedef {Object} Stats
 * @property {number} updatesPerSecond
 * @property {number} patchesPerSecond
 * @property {number} bytesPerSecond
 * @property {boolean} compressed   true: bytes as they came over the wire; false: after the browser undid
 *   the compression, so the wire carried fewer
 * @property {number | null} lagMs  capture to paint, by the two machines' clocks, clock offset not removed
 *
 * @typedef {{ type: "ready", offscreen: boolean }
 *   | { type: "status", status: Status, detail: string, note: string, retryInMs: number | null, transport: TransportKind }
 *   | { type: "source", name: string }
 *   | { type: "size", width: number, height: number }
 *   | { type: "painted", seq: number, rects: Rect[] }
 *   | { type: "losses", rects: Rect[] }
 *   | { type: "cursor", visible: boolean, x: number, y: number, shape?: CursorShape }
 *   | { type: "stats", stats: Stats }
 *   | { type: "fault", text: string }} EngineEvent
 */
export {};
