/**
 * Worker entry: the engine beside the page's thread, drawing on the page's canvas through OffscreenCanvas.
 * It says `ready` first; the page keeps its canvas if that word does not come or `offscreen` is false.
 *
 * @typedef {Object} WorkerScope  the part of DedicatedWorkerGlobalScope that is used here
 * @property {(message: unknown) => void} postMessage
 * @property {((event: MessageEvent<import("./messages.js").Command>) => void) | null} onmessage
 */
import { startEngine } from "./start.js";

const scope = /** @type {WorkerScope} */ (/** @type {unknown} */ (globalThis));

/** @type {import("./engine.js").Engine | null} */
let engine = null;

/** @param {import("./messages.js").EngineEvent} event */
function post(event) {
  scope.postMessage(event);
}

function canDraw() {
  try {
    return new OffscreenCanvas(1, 1).getContext("2d") !== null;
  } catch {
    return false;
  }
}

/** @param {MessageEvent<import("./messages.js").Command>} event */
function receive({ data: command }) {
  if (command.type !== "start") return engine?.handle(command);
  if (engine || !command.canvas) return;
  try {
    engine = startEngine(command.canvas, command, post);
  } catch (error) {
    post({ type: "fault", text: error instanceof Error ? error.message : String(error) });
  }
}

scope.onmessage = receive;
post({ type: "ready", offscreen: canDraw() });
