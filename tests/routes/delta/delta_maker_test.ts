import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { DeltaMaker, DeltaMakerBusy, type DeltaWorker } from "../../../routes/delta/delta_maker.ts";
import type { FromDeltaWorker, ToDeltaWorker } from "../../../routes/delta/delta_protocol.ts";

/** A Worker that only notes what it is told. */
class QuietWorker implements DeltaWorker {
  readonly told: ToDeltaWorker[] = [];
  onmessage: Worker["onmessage"] = null;
  onerror: Worker["onerror"] = null;
  terminated = false;

  postMessage(message: ToDeltaWorker): void {
    this.told.push(message);
  }

  terminate(): void {
    this.terminated = true;
  }

  say(data: FromDeltaWorker): void {
    this.onmessage?.call(this as unknown as Worker, new MessageEvent("message", { data }));
  }
}

function makerWith() {
  const workers: QuietWorker[] = [];
  const limits: (() => void)[] = [];
  const maker = new DeltaMaker({
    maxWaiting: 1,
    start() {
      workers.push(new QuietWorker());
      return workers.at(-1)!;
    },
    after(_ms, action) {
      limits.push(action);
      return () => {};
    },
  });
  return { maker, workers, limits };
}

const PNG = Uint8Array.of(1, 2, 3);
const LEGS = [{ start: undefined, messages: [Uint8Array.of(7)] }];

/** Resolves when the Worker was told so many messages. */
async function told(worker: QuietWorker, count: number): Promise<void> {
  while (worker.told.length < count) await setTimeout();
}

Deno.test("DeltaMaker hands over long ways in pieces, and only the first one has the start", async () => {
  const { maker, workers } = makerWith();
  const start = { width: 1, height: 1, frame: undefined };
  const messages = Array.from({ length: 5 }, () => new Uint8Array(600_000));
  const made = maker.make(4, 9, [{ start, messages }]);
  await told(workers[0], 5);
  assert.deepEqual(workers[0].told.map(({ type }) => type), [
    "begin",
    "part",
    "part",
    "part",
    "end",
  ]);
  const parts = workers[0].told.filter((one) => one.type === "part");
  assert.deepEqual(parts.map(({ start }) => start), [start, undefined, undefined]);
  assert.deepEqual(parts.map(({ messages }) => messages.length), [2, 2, 1]);
  workers[0].say({ type: "done", id: 1, png: PNG });
  assert.equal(await made, PNG);
  maker.close();
});

Deno.test("DeltaMaker makes one at a time and lets only so many wait", async () => {
  const { maker, workers } = makerWith();
  const [one, other] = [maker.make(1, 2, LEGS), maker.make(3, 4, LEGS)];
  await assert.rejects(maker.make(5, 6, LEGS), DeltaMakerBusy);
  await told(workers[0], 3);
  assert.ok(workers[0].told.every(({ id }) => id === 1));
  workers[0].say({ type: "fault", id: 1, reason: "odd" });
  await assert.rejects(one, /odd/);
  await told(workers[0], 6);
  workers[0].say({ type: "done", id: 2, png: PNG });
  assert.equal(await other, PNG);
  assert.equal(workers.length, 1);
  maker.close();
});

Deno.test("DeltaMaker: one that takes too long ends its Worker, and the next one gets another", async () => {
  const { maker, workers, limits } = makerWith();
  const [one, other] = [maker.make(1, 2, LEGS), maker.make(3, 4, LEGS)];
  limits[0]();
  await assert.rejects(one, /more than 30 s/);
  assert.ok(workers[0].terminated);
  await told(workers[1], 3);
  // What the ended Worker still said counts for nothing.
  workers[0].say({ type: "done", id: 2, png: Uint8Array.of(9) });
  workers[1].say({ type: "done", id: 2, png: PNG });
  assert.equal(await other, PNG);
  maker.close();
});

Deno.test("DeltaMaker.close() rejects what is under way and what comes", async () => {
  const { maker, workers } = makerWith();
  const made = [maker.make(1, 2, LEGS), maker.make(3, 4, LEGS)];
  maker.close();
  for (const one of made) await assert.rejects(one, /closed/);
  assert.ok(workers[0].terminated);
  await assert.rejects(maker.make(1, 2, LEGS), /closed/);
});
