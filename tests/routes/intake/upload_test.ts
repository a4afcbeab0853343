import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { Uploads } from "../../../routes/intake/upload.ts";
import { Problem, type ProblemKind } from "../../../routes/problem.ts";

function request(body: BodyInit, headers: Record<string, string> = {}): Request {
  return new Request("http://localhost/", { method: "POST", body, headers });
}

const isProblem = (kind: ProblemKind) => (error: unknown) =>
  error instanceof Problem && error.kind === kind;
const give = (bytes: Uint8Array) => Promise.resolve([...bytes]);

/** A body whose pieces the test sends. */
function openBody() {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    start: (given) => void (controller = given),
    cancel: () => void (cancelled = true),
  });
  return { stream, controller, wasCancelled: () => cancelled };
}

Deno.test("Uploads.read() gives the whole body, in however many pieces it comes", async () => {
  const uploads = new Uploads({ maxBytes: 5 });
  const { stream, controller } = openBody();
  for (const piece of [[1, 2], [], [3], [4, 5]]) controller.enqueue(Uint8Array.from(piece));
  controller.close();
  assert.deepEqual(await uploads.read(request(stream), give), [1, 2, 3, 4, 5]);
  assert.deepEqual(await uploads.read(request(new Uint8Array(0)), give), []);
  assert.equal(uploads.atOnce, 0);
});

Deno.test("Uploads.read() refuses what is too large, by its header and by what comes", async () => {
  const uploads = new Uploads({ maxBytes: 5 });
  const declared = request(new Uint8Array(1), { "content-length": "6" });
  await assert.rejects(uploads.read(declared, give), isProblem("too-large"));
  const { stream, controller, wasCancelled } = openBody();
  for (let i = 0; i < 3; i++) controller.enqueue(new Uint8Array(2));
  await assert.rejects(uploads.read(request(stream), give), isProblem("too-large"));
  await setImmediate();
  assert.ok(wasCancelled());
  assert.equal(uploads.atOnce, 0);
});

Deno.test("Uploads.read() holds only so many at a time, until they are used", async () => {
  const uploads = new Uploads({ maxBytes: 5, maxAtOnce: 2 });
  const hold = Promise.withResolvers<void>();
  const using = [0, 1].map(() => uploads.read(request(new Uint8Array(1)), () => hold.promise));
  await assert.rejects(uploads.read(request(new Uint8Array(1)), give), isProblem("busy"));
  hold.resolve();
  await Promise.all(using);
  assert.deepEqual(await uploads.read(request(new Uint8Array(1)), give), [0]);
});

Deno.test("Uploads.read() gives up on a body that does not come", async () => {
  let late = () => {};
  const uploads = new Uploads({
    maxBytes: 5,
    after(ms, action) {
      assert.equal(ms, 30_000);
      late = action;
      return () => {};
    },
  });
  const { stream, controller, wasCancelled } = openBody();
  controller.enqueue(new Uint8Array(1));
  const reading = uploads.read(request(stream), give);
  const rejected = assert.rejects(reading, isProblem("timeout"));
  await setImmediate();
  late();
  await rejected;
  await setImmediate();
  assert.ok(wasCancelled());
  assert.equal(uploads.atOnce, 0);
});

Deno.test("Uploads.read() says so when the connection breaks", async () => {
  const uploads = new Uploads({ maxBytes: 5 });
  const { stream, controller } = openBody();
  controller.error(new Error("reset"));
  await assert.rejects(uploads.read(request(stream), give), isProblem("malformed"));
  assert.equal(uploads.atOnce, 0);
});
