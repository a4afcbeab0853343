/**
 * Puts the engine where it runs best: in a Worker that fetches and decodes, with the page painting what comes of
 * it, or, where a browser lacks OffscreenCanvas or module Workers, all of it on the page's own thread. The page talks
 * to both in the same way.
 *
 * @typedef {import("./messages.js").Command} Command
 * @typedef {import("./messages.js").EngineEvent} EngineEvent
 * @typedef {import("./messages.js").StartCommand} StartCommand
 *
 * @typedef {Object} EngineHandle
 * @property {(command: Exclude<Command, StartCommand>) => void} send
 * @property {"worker" | "page"} place
 */
import { carryOut } from "./canvas_orders.js";
import { CanvasSurface } from "./canvas_surface.js";
import { nextFrame } from "./painter.js";
import { startEngine } from "./start.js";

/** A Worker script that has not loaded by then is not waited for. */
const READY_MS = 5000;

/**
 * Starts the engine. `onEvent` is called for everything it tells, never before this function was called.
 *
 * @param {HTMLCanvasElement} canvas  nobody else draws on it
 * @param {StartCommand} start
 * @param {{ inPage: boolean }} options  `inPage`: do not try a Worker
 * @param {(event: EngineEvent) => void} onEvent
 * @returns {Promise<EngineHandle>}
 * @throws {Error} when the browser cannot draw on the canvas at all
 */
export async function hostEngine(canvas, start, { inPage }, onEvent) {
  const surface = new CanvasSurface(canvas);
  const worker = inPage ? null : await readyWorker();
  if (!worker) {
    const engine = startEngine(surface, nextFrame, start, onEvent);
    return { send: (command) => engine.handle(command), place: "page" };
  }
  worker.onmessage = ({ data }) => receive(data);
  // What nobody caught there leaves an engine that says nothing more: the picture would look live for ever.
  worker.onerror = ({ message }) => onEvent({ type: "fault", text: message || "its Worker broke" });
  /** @param {import("./messages.js").CanvasNews} news @param {Transferable[]} [transfer] */
  const answer = (news, transfer = []) => worker.postMessage(news, transfer);
  surface.restored = () => answer({ type: "restored" });
  /** @param {EngineEvent | import("./messages.js").CanvasOrder} message */
  function receive(message) {
    if (message.type !== "put" && message.type !== "draw" && message.type !== "read") {
      return onEvent(message);
    }
    try {
      carryOut(surface, message, answer);
    } catch (error) {
      onEvent({ type: "fault", text: error instanceof Error ? error.message : String(error) });
    }
  }
  worker.postMessage(start);
  return {
    send: (command) => worker.postMessage(command),
    place: "worker",
  };
}

/** @returns {Promise<Worker | null>} a Worker that said that it can do the work; null: use the page */
function readyWorker() {
  if (typeof Worker === "undefined") return Promise.resolve(null);
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
