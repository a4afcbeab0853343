/** The archive when its Worker dies, and what it makes of words that come too late. */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { Archive, type StreamSource } from "../../history/archive.ts";
import type { FromHistoryWorker, ToHistoryWorker } from "../../history/worker_protocol.ts";
import { Ring } from "../../capture/ring.ts";
import type { JoinPoint } from "../../capture/worker_protocol.ts";

const OPTIONS = { dir: "/nowhere", maxAgeMs: 1000, maxBytes: 0, fps: 10 };
const SHOT = { width: 1, height: 1, bgrx: new Uint8Array(4) };

/** A history Worker that does nothing but what a test makes it say. */
class FakeWorker {
  readonly told: ToHistoryWorker[] = [];
  terminated = false;
  onmessage: Worker["onmessage"] = null;
  onerror: Worker["onerror"] = null;

  postMessage(message: ToHistoryWorker): void {
    this.told.push(message);
    if (message.type === "open") this.say({ type: "opened" });
  }

  terminate(): void {
    this.terminated = true;
  }

  say(data: FromHistoryWorker): void {
    this.onmessage!.call(this as unknown as Worker, new MessageEvent("message", { data }));
  }

  die(message: string): void {
    this.onerror!.call(this as unknown as Worker, new ErrorEvent("error", { message }));
  }

  ofType(type: ToHistoryWorker["type"]): ToHistoryWorker[] {
    return this.told.filter((message) => message.type === type);
  }
}

async function openFake(): Promise<{ archive: Archive; worker: FakeWorker }> {
  const worker = new FakeWorker();
  return { archive: await Archive.open(OPTIONS, () => worker), worker };
}

/** A stream that greets, and then waits for `joined`. */
function streamOf(joined: Promise<JoinPoint> = new Promise(() => {})): StreamSource {
  return {
    ring: new Ring({ maxBytes: 1000, maxMs: 1000 }),
    capture: { join: () => joined },
    now: () => 0,
    hello: () => ({ width: 8, height: 8, source: "test", viewer: "", heartbeatMs: 1000 }),
  };
}

const ENTERED: JoinPoint = {
  index: 0,
  seq: 1,
  bytes: undefined,
  keyframe: false,
  width: 9,
  height: 9,
};

/** The streams whose bytes the Worker was handed, one for each batch. */
function batches(worker: FakeWorker): number[] {
  return worker.told.flatMap((message) => message.type === "batch" ? message.stream : []);
}

Deno.test("Archive tells whoever asks that the Worker died outside of a question, and closes", async () => {
  // What the history Worker does where a step fails for another reason than the disk.
  const dying = `
    onmessage = ({ data }) => {
      if (data.type === "open") postMessage({ type: "opened" });
      if (data.type === "ask") setTimeout(() => { throw new Error("a step failed"); });
    };`;
  const url = `data:text/javascript,${encodeURIComponent(dying)}`;
  const archive = await Archive.open(OPTIONS, () => new Worker(url, { type: "module" }));
  for (let i = 0; i < 4; i++) assert.ok(archive.recordShot("page", i, SHOT));
  assert.ok(archive.isBehind);
  await assert.rejects(archive.ask("sources"), /the history Worker died: .*a step failed/);
  const { state, detail } = archive.state;
  assert.equal(state, "stopped");
  assert.match(detail, /the history Worker died: .*a step failed/);
  await assert.rejects(archive.ask("stats"), new Error(detail));
  assert.ok(!archive.isBehind, "pushes are let in, and shown live");
  for (let i = 0; i < 20; i++) assert.ok(!archive.recordShot("page", i, SHOT));
  assert.ok(!archive.isBehind);
  await archive.close();
});

Deno.test("Archive records nothing more once the Worker has failed at it, and answers what is asked", async () => {
  const { archive, worker } = await openFake();
  archive.follow("desk", streamOf());
  for (let i = 0; i < 4; i++) assert.ok(archive.recordShot("page", i, SHOT));
  worker.say({ type: "refused", reason: "a shot failed" });
  assert.ok(!archive.isBehind, "pushes are let in, and shown live");
  assert.ok(!archive.recordShot("page", 9, SHOT));
  const count = worker.told.length;
  archive.follow("desk", streamOf());
  await setImmediate();
  assert.equal(worker.told.length, count);
  // On their way when it failed.
  worker.say({ type: "shotTaken" });
  worker.say({ type: "state", state: { state: "recording", detail: "ok" } });
  worker.say({ type: "broken", source: "desk", reason: "" });
  assert.deepEqual(archive.state, { state: "stopped", detail: "a shot failed" });
  const asked = archive.ask("sources");
  worker.say({ type: "answer", id: 0, answer: ["page"] });
  assert.deepEqual(await asked, ["page"]);
  const closed = archive.close();
  worker.say({ type: "closed" });
  await closed;
  assert.ok(worker.terminated);
});

Deno.test("Archive closes where the Worker dies meanwhile, and answers nothing afterwards", async () => {
  const { archive, worker } = await openFake();
  const asked = archive.ask("sources");
  const closed = archive.close();
  worker.die("out of memory");
  await closed;
  await assert.rejects(asked, new Error("the history Worker died: out of memory"));

  const other = await openFake();
  const closing = other.archive.close();
  other.worker.say({ type: "closed" });
  await closing;
  assert.ok(other.worker.terminated);
  await assert.rejects(other.archive.ask("sources"), new Error("the history is closed"));
  assert.deepEqual(other.archive.state, { state: "recording", detail: "ok" });
});

Deno.test("Archive does not take an old stream's `taken` for the new one's", async () => {
  const { archive, worker } = await openFake();
  archive.follow("desk", streamOf());
  await setImmediate();
  archive.follow("desk", streamOf(Promise.resolve(ENTERED)));
  await setImmediate();
  assert.deepEqual(batches(worker), [0, 1]);
  worker.say({ type: "taken", source: "desk", stream: 0 });
  await setImmediate();
  assert.deepEqual(batches(worker), [0, 1], "its hello is not taken yet");
  worker.say({ type: "taken", source: "desk", stream: 1 });
  await setImmediate();
  assert.deepEqual(batches(worker), [0, 1, 1]);
  worker.die("the test is over");
});

Deno.test("Archive goes on with a stream where the one before it fails", async () => {
  const { archive, worker } = await openFake();
  const { promise, reject } = Promise.withResolvers<JoinPoint>();
  archive.follow("desk", streamOf(promise));
  await setImmediate();
  worker.say({ type: "taken", source: "desk", stream: 0 });
  await setImmediate();
  archive.follow("desk", streamOf());
  reject(new Error("the capture Worker died"));
  await setImmediate();
  assert.deepEqual(worker.ofType("end"), []);
  assert.deepEqual(batches(worker), [0, 1]);
  worker.die("the test is over");
});
