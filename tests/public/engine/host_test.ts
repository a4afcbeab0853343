/** The page's end of an engine in a Worker, with a Worker that does what the test says. */
import assert from "node:assert/strict";
import { hostEngine } from "../../../public/engine/host.js";
import type { EngineEvent, StartCommand } from "../../../public/engine/messages.js";
import { FakeCanvas } from "./fake_canvas.ts";

const START: StartCommand = {
  type: "start",
  base: "http://host/",
  forced: null,
  visible: true,
  source: null,
  past: false,
  token: null,
};
const STATUS: EngineEvent = {
  type: "status",
  status: "live",
  detail: "",
  note: "",
  retryInMs: null,
  quietMs: null,
  transport: "stream",
};

class FakeWorker {
  static made: FakeWorker[] = [];
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: ((event: { message: string }) => void) | null = null;
  terminated = false;
  readonly got: unknown[] = [];

  constructor() {
    FakeWorker.made.push(this);
    setTimeout(() => this.say({ type: "ready", offscreen: true }), 0);
  }

  say(data: unknown): void {
    this.onmessage?.({ data });
  }

  postMessage(message: unknown): void {
    this.got.push(message);
  }

  terminate(): void {
    this.terminated = true;
  }
}

async function setUp() {
  const canvas = new FakeCanvas();
  const events: EngineEvent[] = [];
  const real = globalThis.Worker;
  FakeWorker.made = [];
  globalThis.Worker = FakeWorker as unknown as typeof Worker;
  try {
    const options = { inPage: false };
    const take = (event: EngineEvent) => events.push(event);
    const engine = await hostEngine(canvas.asCanvas(), START, options, take);
    const [worker] = FakeWorker.made;
    return { canvas, engine, events, worker };
  } finally {
    globalThis.Worker = real;
  }
}

Deno.test("hostEngine() starts the engine in its Worker, and passes on what it says", async () => {
  const { engine, events, worker } = await setUp();
  assert.equal(engine.place, "worker");
  assert.deepEqual(worker.got, [START]);
  worker.say(STATUS);
  engine.send({ type: "wake" });
  assert.deepEqual(events, [STATUS]);
  assert.deepEqual(worker.got.slice(1), [{ type: "wake" }]);
});

Deno.test("hostEngine(): a canvas that cannot be drawn on ends the engine, and nothing follows", async () => {
  const { canvas, engine, events, worker } = await setUp();
  // Sizes that nobody could make a canvas of.
  Object.defineProperty(canvas, "width", {
    set: () => {
      throw new RangeError("out of memory");
    },
  });
  const order = { type: "draw", width: 9, height: 9, clear: true, pieces: [] };
  const { onmessage } = worker;
  worker.say(order);
  worker.say(STATUS);
  // One that was on its way.
  onmessage?.({ data: STATUS });
  onmessage?.({ data: order });
  assert.deepEqual(events, [{ type: "fault", text: "out of memory" }]);
  assert.equal(worker.terminated, true);
  assert.equal(canvas.listeners, 0);
  engine.close();
  assert.equal(events.length, 1);
});

Deno.test("hostEngine(): an engine that broke is ended, and nothing follows", async () => {
  const { canvas, events, worker } = await setUp();
  const { onerror } = worker;
  onerror?.({ message: "" });
  onerror?.({ message: "again" });
  worker.say(STATUS);
  assert.deepEqual(events, [{ type: "fault", text: "its Worker broke" }]);
  assert.equal(worker.terminated, true);
  assert.equal(canvas.listeners, 0);
});
