/**
 * Puts the engine where it runs best: in a Worker that draws by itself, or, where a browser lacks
 * OffscreenCanvas or module Workers, on the page's own thread. The page talks to both in the same way.
 *
 * @typedef {import("./messages.js").Command} Command
 * @typedef {import("./messages.js").EngineEvent} EngineEvent
 * @typedef {import("./messages.js").StartCommand} StartCommand
 *
 * @typedef {Object} EngineHandle
 * @property {(command: Exclude<Command, StartCommand>) => void} send
 * @property {"worker" | "page"} place
 */
import { startEngine } from "./start.js";

/** A Worker script that has not loaded by then is not waited for. */
const READY_MS = 5000;

/**
 * Starts the engine. `onEvent` is called for everything it tells, never before this function was called.
 *
 * @param {HTMLCanvasElement} canvas  given away for good
 * @param {StartCommand} start  without `canvas`
 * @param {{ inPage: boolean }} options  `inPage`: do not try a Worker
 * @param {(event: EngineEvent) => void} onEvent
 * @returns {Promise<EngineHandle>}
 * @throws {Error} when the browser cannot draw on the canvas at all
 */
export async function hostEngine(canvas, start, { inPage }, onEvent) {
  const worker = inPage ? null : await readyWorker();
  if (!worker) {
    const engine = startEngine(canvas, start, onEvent);
    return { send: (command) => engine.handle(command), place: "page" };
  }
  worker.onmessage = ({ data }) => onEvent(data);
  const offscreen = canvas.transferControlToOffscreen();
  worker.postMessage({ ...start, canvas: offscreen }, [offscreen]);
  return {
    send: (command) => worker.postMessage(command),
    place: "worker",
  };
}

/** @returns {Promise<Worker | null>} a Worker that said that it can draw; null: use the page */
function readyWorker() {
  if (
    typeof Worker === "undefined" || !("transferControlToOffscreen" in HTMLCanvasElement.prototype)
  ) {
    return Promise.resolve(null);
  }
  return new Promise((resolve) => {
    const worker = new Worker(new URL("./worker.js", import.meta.url), {
      type: "module",
      name: "patchcast engine",
    });
    /** @param {boolean} usable */
    function settle(usable) {
      clearTimeout(timer);
      worker.onmessage = null;
      worker.onerror = null;
      if (!usable) worker.terminate();
      resolve(usable ? worker : null);
    }
    const timer = setTimeout(() => settle(false), READY_MS);
    worker.onmessage = ({ data }) => settle(data?.type === "ready" && data.offscreen === true);
    worker.onerror = () => settle(false);
  });
}
