/**
 * The page's half of painting for the engine's Worker (remote_surface.js): carries out its orders on the canvas, at
 * once: the browser shows the result with its next frame.
 *
 * @typedef {import("./messages.js").CanvasOrder} CanvasOrder
 * @typedef {import("./messages.js").CanvasNews} CanvasNews
 * @typedef {import("./canvas_surface.js").CanvasSurface} CanvasSurface
 */

/**
 * @param {CanvasSurface} surface
 * @param {CanvasOrder} order
 * @param {(news: CanvasNews, transfer: Transferable[]) => void} answer
 * @throws {Error} when the browser cannot do it, for want of memory for example
 */
export function carryOut(surface, order, answer) {
  switch (order.type) {
    case "put": {
      const { pixels } = order;
      surface.putPacked(order);
      return answer({ type: "drawn", pixels }, [pixels]);
    }
    case "draw":
      return surface.draw(order, order.clear, order.pieces, () => {
        for (const { bitmap } of order.pieces) bitmap.close();
        answer({ type: "drawn" }, []);
      });
    case "read":
      surface.snapshot().then((bitmap) => {
        answer({ type: "shown", bitmap }, bitmap ? [bitmap] : []);
      });
  }
}
