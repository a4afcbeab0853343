/**
 * The history Worker: decodes the streams of all sources, writes the archive, and answers questions about it. It
 * runs beside capture and HTTP, so that hashing, coding and the disk delay neither.
 */
import { HistoryStore } from "./store.ts";
import { Keeper } from "./keeper.ts";
import { seek } from "./seek.ts";
import type { Answerable, FromHistoryWorker, ToHistoryWorker } from "./worker_protocol.ts";

/** The part of the Worker's global scope in use here; the DOM's types know it as a window. */
interface Scope {
  postMessage(message: FromHistoryWorker): void;
  onmessage: ((event: MessageEvent<ToHistoryWorker>) => void) | null;
}
const scope = globalThis as unknown as Scope;

let store: HistoryStore | undefined;
let keeper: Keeper | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

scope.onmessage = ({ data }) => {
  handle(data).catch((error) => {
    scope.postMessage({ type: "refused", reason: String(error?.message ?? error) });
  });
};

async function handle(message: ToHistoryWorker): Promise<void> {
  switch (message.type) {
    case "open": {
      const now = () => Date.now();
      const steady = () => performance.now();
      store = await HistoryStore.open({ ...message.options, now, steady });
      const intervalMs = 1000 / message.options.fps;
      keeper = new Keeper(store, { intervalMs, now, steady }, {
        state: (state) => scope.postMessage({ type: "state", state }),
        broken: (source, reason) => scope.postMessage({ type: "broken", source, reason }),
      });
      scope.postMessage({ type: "opened" });
      break;
    }
    case "begin":
      keeper?.begin(message.source);
      break;
    case "batch":
      keeper?.push(message.source, message.parts);
      scope.postMessage({ type: "taken", source: message.source, stream: message.stream });
      break;
    case "shot":
      keeper?.shot(message.source, message.time, message.picture);
      scope.postMessage({ type: "shotTaken" });
      break;
    case "endShots":
      keeper?.endShots(message.source, message.reason);
      break;
    case "end":
      keeper?.end(message.source, message.reason);
      break;
    case "ask":
      answer(message.id, message.what, message.args);
      break;
    case "close":
      clearTimeout(timer);
      store?.close();
      store = keeper = undefined;
      scope.postMessage({ type: "closed" });
      return;
  }
  schedule();
}

function answer(id: number, what: keyof Answerable, args: readonly unknown[]): void {
  try {
    if (!store || !keeper) throw new Error("the history is closed");
    const opened = store;
    const ask = (what === "seek"
      ? (...args: Parameters<Answerable["seek"]>) =>
        seek(opened, ...args)
      : opened[what]) as (...args: readonly unknown[]) => unknown;
    const work = () => ask.apply(opened, [...args]);
    // Forgetting writes: where it fails, whoever asked for it has to know.
    scope.postMessage({
      type: "answer",
      id,
      answer: what === "forget" ? work() : keeper.read(work),
    });
  } catch (error) {
    scope.postMessage({ type: "fault", id, reason: String((error as Error)?.message ?? error) });
  }
}

/** Messages come in between steps: each is short. */
function schedule(): void {
  clearTimeout(timer);
  const delay = keeper?.delay() ?? Infinity;
  if (!Number.isFinite(delay)) return;
  timer = setTimeout(() => {
    keeper?.step();
    schedule();
  }, delay);
}
