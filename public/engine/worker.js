/**
 * Worker entry: the engine beside the page's thread, which paints on the page's canvas by messages. It says `ready`
 * first; the page does without it if that word does not come or `offscreen` is false: what the canvas shows could not
 * be looked at here then.
 *
 * @typedef {Object} WorkerScope  the part of DedicatedWorkerGlobalScope that is used here
 * @property {(message: unknown, transfer?: Transferable[]) => void} postMessage
 * @property {((event: MessageEvent<Message>) => void) | null} onmessage
 *
 * @typedef {import("./messages.js").Command | import("./messages.js").CanvasNews} Message
 */
import { afterThis } from "./painter.js";
import { RemoteSurface } from "./remote_surface.js";
import { startEngine } from "./start.js";

const scope = /** @type {WorkerScope} */ (/** @type {unknown} */ (globalThis));

const surface = new RemoteSurface((order, transfer) => scope.postMessage(order, transfer));
/** @type {import("./engine.js").Engine | null} */
let engine = null;

/** @param {import("./messages.js").EngineEvent} event */
function post(event) {
  scope.postMessage(event);
}

function canLook() {
  try {
    return new OffscreenCanvas(1, 1).getContext("2d") !== null;
  } catch {
    return false;
  }
}

/** @param {MessageEvent<Message>} event */
function receive({ data: message }) {
  switch (message.type) {
    case "drawn":
    case "shown":
    case "restored":
      return surface.receive(message);
    case "start":
      engine ??= startEngine(surface, afterThis, message, post);
      return;
    default:
      return engine?.handle(message);
  }
}

scope.onmessage = receive;
post({ type: "ready", offscreen: canLook() });
