import assert from "node:assert/strict";
import { Watching } from "../../../public/embed/watching.js";
import type { EngineEvent, StartCommand } from "../../../public/engine/messages.js";

const START: StartCommand = {
  type: "start",
  base: "http://host/",
  forced: null,
  visible: true,
  source: null,
  past: false,
  token: null,
};
const SOURCE: EngineEvent = { type: "source", name: "demo" };

/** Engines that are ready when the test says so. */
function setUp() {
  const engines: {
    start: StartCommand;
    onEvent: (event: EngineEvent) => void;
    ready: () => void;
    fail: (error: unknown) => void;
    sent: string[];
  }[] = [];
  const told: EngineEvent[] = [];
  const watching = new Watching({
    host: (start, onEvent) => {
      const { promise, resolve, reject } = Promise.withResolvers<
        Awaited<ReturnType<ConstructorParameters<typeof Watching>[0]["host"]>>
      >();
      const sent: string[] = [];
      const ready = () =>
        resolve({
          send: (command) => sent.push(command.type),
          place: "page",
          close: () => sent.push("close"),
        });
      engines.push({ start, onEvent, ready, fail: reject, sent });
      return promise;
    },
    tell: (event) => told.push(event),
  });
  return { watching, engines, told };
}

/** Lets promises take their course. */
const settle = async () => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

Deno.test("Watching sends what was said while the engine was loading, the newest of each kind", async () => {
  const { watching, engines } = setUp();
  watching.start(START);
  watching.send({ type: "visible", visible: false });
  watching.send({ type: "source", id: "a" });
  watching.send({ type: "source", id: "b" });
  engines[0].ready();
  await settle();
  assert.deepEqual(engines[0].sent, ["visible", "source"]);
  watching.send({ type: "retry" });
  assert.deepEqual(engines[0].sent, ["visible", "source", "retry"]);
});

Deno.test("Watching sends an engine away that comes after it was stopped, or another one was started", async () => {
  const { watching, engines, told } = setUp();
  watching.start(START);
  watching.start({ ...START, base: "http://other/" });
  watching.stop();
  engines[0].ready();
  engines[1].ready();
  await settle();
  engines[0].onEvent(SOURCE);
  engines[1].onEvent(SOURCE);
  assert.deepEqual(engines.map(({ sent }) => sent), [["close"], ["close"]]);
  assert.deepEqual(told, []);
  assert.equal(watching.active, false);
});

Deno.test("Watching closes the engine with stop(), and begins anew with nothing of before", async () => {
  const { watching, engines, told } = setUp();
  watching.start(START);
  engines[0].ready();
  await settle();
  watching.stop();
  watching.send({ type: "source", id: "a" });
  watching.start(START);
  engines[1].ready();
  await settle();
  assert.deepEqual(engines.map(({ sent }) => sent), [["close"], []]);
  engines[0].onEvent(SOURCE);
  engines[1].onEvent(SOURCE);
  assert.deepEqual(told, [SOURCE]);
});

Deno.test("Watching tells that there is no engine to be had", async () => {
  const { watching, engines, told } = setUp();
  watching.start(START);
  engines[0].fail(new Error("no 2D canvas"));
  await settle();
  assert.deepEqual(told, [{ type: "fault", text: "no 2D canvas" }]);
});
