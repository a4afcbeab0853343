/**
 * Where pictures are painted: the page's canvas, by whoever may touch it (canvas_surface.js) or by messages from
 * the engine's Worker (remote_surface.js). Orders take effect one after the other, in the order they were given.
 *
 * @typedef {import("./messages.js").Rect} Rect
 * @typedef {import("./sse_transport.js").Piece} Piece
 * @typedef {{ width: number, height: number }} Size
 * @typedef {Size & { rgba: Uint8ClampedArray<ArrayBuffer> }} PictureView
 *
 * What the canvas showed at one moment, whatever is painted later: R, G, B, A bytes of `h` whole rows from row
 * `y` on.
 * @typedef {Size & { readRows: (y: number, h: number) => Uint8ClampedArray }} Shown
 *
 * @typedef {Object} Surface
 * @property {(picture: PictureView, rects: readonly Rect[], done: () => void) => void} put  shows these parts of the
 *   picture, at its size; reads them before it returns, and calls `done` when they are on the canvas, maybe at once
 * @property {(size: Size, clear: boolean, pieces: readonly Piece[], done: () => void) => void} draw  the same with
 *   decoded pieces, on what is there, or with `clear` on black
 * @property {(got: (shown: Shown | null) => void) => void} read  calls `got`, maybe at once; null: nothing can be read
 * @property {() => void} restored  set by the painter: the browser threw away the pixels, and has a new canvas
 * @property {() => void} close  ends it; what was ordered may still come to pass
 */
export {};
