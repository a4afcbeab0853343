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
 * @property {string | null} source  id of the source to watch; null: the server's own
 * @property {boolean} past       true: begin in the past, with a `seek` to come, and do not connect
 * @property {string | null} token  whom to ask as; null: as whoever the browser's cookie says
 *
 * `clock`: the server's clock minus this machine's steady one, as an ordinary request told. `quietMs`: since anything
 * came from the server, null before the first byte. `seek` and `play` leave the live picture, `live` returns to it; `moment` comes
 * when its picture is on the canvas: `at` is the instant asked for, `time` when that picture came to be.
 *
 * @typedef {StartCommand
 *   | { type: "visible", visible: boolean }
 *   | { type: "retry" }
 *   | { type: "wake" }
 *   | { type: "clock", offsetMs: number }
 *   | { type: "token", token: string | null }
 *   | { type: "watch", stats: boolean, outlines: boolean }
 *   | { type: "source", id: string | null }
 *   | { type: "seek", source: string, time: number, version: string }
 *   | { type: "play", source: string, time: number, version: string, speed: number, skipIdle: boolean }
 *   | { type: "live" }
 *   | { type: "stop" }} Command
 *
 * What the engine's Worker asks of the page's canvas, and what it hears back: a `drawn` for each `put` and `draw`
 * and a `shown` for each `read`, in their order; `restored` when the browser threw the pixels away.
 *
 * @typedef {{ type: "put" } & import("./packed_rects.js").PackedRects
 *   | { type: "draw", width: number, height: number, clear: boolean, pieces: readonly import("./sse_transport.js").Piece[] }
 *   | { type: "read" }} CanvasOrder
 *
 * `pixels`: to be used again.
 *
 * @typedef {{ type: "drawn", pixels?: ArrayBuffer }
 *   | { type: "shown", bitmap: ImageBitmap | null }
 *   | { type: "restored" }} CanvasNews
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
 * @property {number | null} lagMs  capture to paint, but for the fastest message's way; null: nothing to say
 * @property {number | null} roundTripMs  of the last acknowledgement; null: there was none
 *
 * @typedef {{ type: "ready", offscreen: boolean }
 *   | { type: "status", status: Status, detail: string, note: string, retryInMs: number | null, quietMs: number | null, transport: TransportKind }
 *   | { type: "source", name: string }
 *   | { type: "size", width: number, height: number }
 *   | { type: "painted", seq: number, rects: readonly Rect[] }
 *   | { type: "check", report: import("./canvas_check.js").CheckReport }
 *   | { type: "losses", rects: Rect[] }
 *   | { type: "cursor", visible: boolean, x: number, y: number, shape?: CursorShape }
 *   | { type: "stats", stats: Stats }
 *   | { type: "changedWhileAway", rects: readonly Rect[] }
 *   | { type: "moment", source: string, at: number, time: number, width: number, height: number, previous: number | null, next: number | null, gap: boolean }
 *   | { type: "played", time: number }
 *   | { type: "playState", text: string }
 *   | { type: "playEnd", reason: "live" | "end" | "fault", text: string }
 *   | { type: "pastFault", status: number, text: string }
 *   | { type: "fault", text: string }} EngineEvent
 */
export {};
