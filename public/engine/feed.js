/**
 * What a picture's way into the page, by the stream or by events, tells the engine.
 *
 * @typedef {Object} FeedSink
 * @property {(hello: { source: string, viewer: string | null, heartbeatMs: number }) => void} hello
 * @property {(size: { width: number, height: number }) => void} resized
 * @property {(update: { seq: number, time: number, patches: number }) => void} updated  the painter has it
 * @property {() => void} current  what the painter has is what the server has
 * @property {(time: number) => void} heartbeat  ms since the Unix epoch by the server's clock
 * @property {(hashes: Uint32Array) => void} check  what each tile of the canvas should look like now
 * @property {(state: "live" | "lost" | "paused", text: string) => void} state
 * @property {(cursor: { visible: boolean, x: number, y: number, shape?: import("./messages.js").CursorShape }) => void} cursor
 * @property {(code: number, text: string) => void} bye
 * @property {(detail: string) => void} fail  of no use any more; another connection may be
 * @property {(detail: string) => void} end   of no use, and another connection would be no better
 */
export {};
