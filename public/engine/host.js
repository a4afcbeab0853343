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
 * @property {() => void} close  ends it and frees its Worker; no event follows. The canvas keeps its last picture
 */
import { carryOut } from "./canvas_orders.js";
import { CanvasSurface } from "./canvas_surface.js";
import { nextFrame } from "./painter.js";
import { startEngine } from "./start.js";

/** A Worker script that has not loaded by then is not waited for. */
const READY_MS = 5000;

/**
 * Starts the engine. `onEvent` is called for everything it tells, never before this function was called. A `fault` is
 * the last of it: the engine has been closed by then.
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
    let open = true;
    const engine = startEngine(surface, nextFrame, start, (event) => open && onEvent(event));
    return {
      send: (command) => engine.handle(command),
      place: "page",
      close: () => {
        open = false;
        engine.handle({ type: "stop" });
      },
    };
  }
  let open = true;
  worker.onmessage = ({ data }) => open && receive(data);
  // What nobody caught there leaves an engine that says nothing more: the picture would look live for ever.
  worker.onerror = ({ message }) => fault(message || "its Worker broke");
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
      fault(error instanceof Error ? error.message : String(error));
    }
  }
  const close = () => {
    open = false;
    // Its requests end with it.
    worker.terminate();
    surface.close();
  };
  /** @param {string} text */
  function fault(text) {
    if (!open) return;
    // It would go on telling how live a picture is that nobody paints any more.
    close();
    onEvent({ type: "fault", text });
  }
  worker.postMessage(start);
  return {
    send: (command) => worker.postMessage(command),
    place: "worker",
    close,
  };
}

/** @returns {Promise<Worker | null>} a Worker that said that it can do the work; null: use the page */
async function readyWorker() {
  if (typeof Worker === "undefined") return null;
  const script = workerScript();
  const worker = newWorker(script.href);
  const usable = worker !== null && await saysReady(worker);
  script.revoke();
  if (!usable) worker?.terminate();
  return usable ? worker : null;
}

/**
 * @param {Worker} worker
 * @returns {Promise<boolean>}
 */
function saysReady(worker) {
  return new Promise((resolve) => {
    /** @param {boolean} usable */
    function settle(usable) {
      clearTimeout(timer);
      worker.onmessage = null;
      worker.onerror = null;
      resolve(usable);
    }
    const timer = setTimeout(() => settle(false), READY_MS);
    worker.onmessage = ({ data }) => settle(data?.type === "ready" && data.offscreen === true);
    worker.onerror = () => settle(false);
  });
}

/**
 * A browser makes no Worker of a script of another site; of a script of the page's own that imports it, it does,
 * where the page's Content-Security-Policy lets it.
 *
 * @returns {{ href: string, revoke: () => void }} `revoke`: to be called when the Worker has been loaded
 */
function workerScript() {
  const { origin, href } = new URL("./worker.js", import.meta.url);
  if (origin === globalThis.origin) return { href, revoke() {} };
  // Not `import "…"`: what a Worker imports at its start has to be allowed by worker-src, this by script-src, where it is.
  const source = `import(${JSON.stringify(href)}).catch(() => postMessage({ type: "unfit" }));`;
  const blob = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  return { href: blob, revoke: () => URL.revokeObjectURL(blob) };
}

/** @param {string} href */
function newWorker(href) {
  try {
    return new Worker(href, { type: "module", name: "patchcast engine" });
  } catch {
    // The page's Content-Security-Policy, or its Trusted Types, do not allow it.
    return null;
  }
}
