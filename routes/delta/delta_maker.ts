/**
 * Makes deltas in a Worker of its own, one at a time: rebuilding a picture can mean to decode all that the ring holds,
 * for which neither HTTP nor the capture has to wait. Each has a time limit; past it the Worker is ended, and the
 * next one gets a new one.
 */
import type { FromDeltaWorker, ToDeltaWorker } from "./delta_protocol.ts";
import type { Leg } from "./rebuild_plan.ts";

/** The part of a Worker that is used, so that tests can have their own. */
export type DeltaWorker = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror">;

export interface DeltaMakerOptions {
  /** Deltas that wait while another one is made; default 4. Each holds its part of the ring. */
  readonly maxWaiting?: number;
  /** Milliseconds for one; default 30,000. */
  readonly timeLimitMs?: number;
  readonly start?: () => DeltaWorker;
  /** Calls `action` after `ms`; returns what cancels it. */
  readonly after?: (ms: number, action: () => void) => () => void;
}

const defaults = {
  maxWaiting: 4,
  timeLimitMs: 30_000,
  start: startWorker,
  after: afterTimeout,
} as const satisfies DeltaMakerOptions;

/** Chunks handed over at once: they are copied, and HTTP waits for no more than this. */
const BATCH_BYTES = 2 ** 20;

/** Thrown when `maxWaiting` deltas wait already. */
export class DeltaMakerBusy extends Error {
  override name = "DeltaMakerBusy";
}

interface Job extends PromiseWithResolvers<Uint8Array<ArrayBuffer>> {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  readonly legs: readonly Leg[];
}

/** Starts its Worker with the first delta. */
export class DeltaMaker {
  readonly #options: Required<DeltaMakerOptions>;
  readonly #waiting: Job[] = [];
  #current: Job | undefined;
  #worker: DeltaWorker | undefined;
  #lastId = 0;
  #cancelLimit = () => {};
  #closed = false;

  constructor(options: DeltaMakerOptions = {}) {
    this.#options = { ...defaults, ...options };
  }

  /**
   * Makes the delta between the pictures at two seqs.
   * @param legs lead to both of them (`planRebuild()`)
   * @returns a PNG
   * @throws {DeltaMakerBusy} when too many wait
   */
  async make(from: number, to: number, legs: readonly Leg[]): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#closed) throw new Error("the delta maker is closed");
    if (this.#current && this.#waiting.length >= this.#options.maxWaiting) {
      throw new DeltaMakerBusy("Too many deltas wait to be made");
    }
    const done = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
    this.#waiting.push({ id: ++this.#lastId, from, to, legs, ...done });
    this.#next();
    return await done.promise;
  }

  /** Ends it; what is waiting rejects. May be called twice. */
  close(): void {
    this.#closed = true;
    const error = new Error("the delta maker is closed");
    for (const job of this.#waiting.splice(0)) job.reject(error);
    this.#drop(error);
  }

  #next(): void {
    if (this.#current) return;
    const job = this.#waiting.shift();
    if (!job) return;
    this.#current = job;
    this.#worker ??= this.#listen(this.#options.start());
    const { timeLimitMs, after } = this.#options;
    this.#cancelLimit = after(timeLimitMs, () => {
      this.#drop(new Error(`A delta took more than ${timeLimitMs / 1000} s`));
      this.#next();
    });
    this.#send(job);
  }

  async #send({ id, from, to, legs }: Job): Promise<void> {
    const worker = this.#worker;
    // After a drop the job is over, and the Worker another one's.
    const tell = (message: ToDeltaWorker) => {
      if (this.#current?.id === id && worker === this.#worker) worker?.postMessage(message);
    };
    tell({ type: "begin", id, from, to });
    for (const leg of legs) {
      let { start } = leg;
      for (const messages of batches(leg.messages)) {
        tell({ type: "part", id, start, messages });
        start = undefined;
        await new Promise((resolve) => setTimeout(resolve));
      }
    }
    tell({ type: "end", id });
  }

  #listen(worker: DeltaWorker): DeltaWorker {
    worker.onmessage = ({ data }: MessageEvent<FromDeltaWorker>) => {
      const job = this.#current;
      if (worker !== this.#worker || data.id !== job?.id) return;
      this.#cancelLimit();
      this.#current = undefined;
      if (data.type === "done") job.resolve(data.png);
      else job.reject(new Error(data.reason));
      this.#next();
    };
    worker.onerror = (event) => {
      // Otherwise the fault of the Worker would end the program.
      event.preventDefault();
      if (worker !== this.#worker) return;
      this.#drop(new Error(`the delta maker died: ${event.message}`));
      this.#next();
    };
    return worker;
  }

  #drop(error: Error): void {
    this.#cancelLimit();
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#current?.reject(error);
    this.#current = undefined;
  }
}

/** At least one, in order. */
function* batches(messages: readonly Uint8Array[]): Generator<readonly Uint8Array[]> {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  for (const one of messages) {
    batch.push(one);
    bytes += one.length;
    if (bytes < BATCH_BYTES) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  yield batch;
}

function startWorker(): Worker {
  return new Worker(new URL("delta_worker.ts", import.meta.url), {
    type: "module",
    name: "deltas",
  });
}

function afterTimeout(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
}
