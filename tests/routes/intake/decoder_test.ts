import assert from "node:assert/strict";
import { BadImage } from "../../../capture/images/bad_image.ts";
import {
  DecoderBusy,
  type DecodeReply,
  type DecodeRequest,
  type DecodeWorker,
  ImageDecoder,
} from "../../../routes/intake/decoder.ts";
import { IMAGE_LIMITS } from "../../../capture/images/limits.ts";
import { makePng } from "../../helpers/make_png.ts";
import { Random } from "../../helpers/random.ts";

/** A Worker that does nothing until the test answers for it. */
class FakeWorker implements DecodeWorker {
  onmessage: DecodeWorker["onmessage"] = null;
  onerror: DecodeWorker["onerror"] = null;
  ended = false;
  readonly requests: DecodeRequest[] = [];

  postMessage(request: DecodeRequest): void {
    this.requests.push(request);
  }

  terminate(): void {
    this.ended = true;
  }

  started = false;

  start(): void {
    this.started = true;
    const data: DecodeReply = { kind: "ready" };
    this.onmessage?.call(this as unknown as Worker, new MessageEvent("message", { data }));
  }

  answer(id: number): void {
    const pixels = { width: 1, height: 1, bgrx: new Uint8Array(4) };
    const data: DecodeReply = { id, kind: "done", pixels, digest: `digest ${id}` };
    this.onmessage?.call(this as unknown as Worker, new MessageEvent("message", { data }));
  }

  die(message: string): void {
    const event = new ErrorEvent("error", { message, cancelable: true });
    this.onerror?.call(this as unknown as Worker, event);
    assert.ok(event.defaultPrevented);
  }
}

/** A decoder with Workers and a clock that the test moves. */
function rig(maxWaiting = 2) {
  const workers: FakeWorker[] = [];
  let limit: (() => void) | undefined;
  const decoder = new ImageDecoder({
    limits: IMAGE_LIMITS,
    maxWaiting,
    timeLimitMs: 5000,
    start() {
      workers.push(new FakeWorker());
      return workers.at(-1)!;
    },
    after(ms, action) {
      assert.equal(ms, workers.at(-1)!.started ? 5000 : 60_000);
      limit = action;
      return () => limit = undefined;
    },
  });
  return { decoder, workers, isLimited: () => limit !== undefined, timeOut: () => limit?.() };
}

const file = () => new Uint8Array(8);

Deno.test("ImageDecoder decodes one picture at a time, in order", async () => {
  const { decoder, workers } = rig();
  const results = [decoder.decode(file()), decoder.decode(file()), decoder.decode(file())];
  const [worker] = workers;
  for (let n = 1; n <= 3; n++) {
    assert.equal(worker.requests.length, n);
    worker.answer(n);
    assert.equal((await results[n - 1]).digest, `digest ${n}`);
  }
  assert.equal(workers.length, 1);
});

Deno.test("ImageDecoder refuses what would wait behind too many", async () => {
  const { decoder, workers } = rig(2);
  const results = [decoder.decode(file()), decoder.decode(file())];
  assert.equal(decoder.isFull, false);
  results.push(decoder.decode(file()));
  assert.equal(decoder.isFull, true);
  await assert.rejects(decoder.decode(file()), DecoderBusy);
  workers[0].answer(1);
  await results[0];
  assert.equal(decoder.isFull, false);
  results.push(decoder.decode(file()));
  for (const id of [2, 3, 4]) workers[0].answer(id);
  await Promise.all(results);
});

Deno.test("ImageDecoder ends a Worker that takes too long, and goes on with another", async () => {
  const { decoder, workers, timeOut, isLimited } = rig();
  const [slow, next] = [decoder.decode(file()), decoder.decode(file())];
  workers[0].start();
  timeOut();
  await assert.rejects(
    slow,
    (error) => error instanceof BadImage && /more than 5 s/.test(error.message),
  );
  assert.deepEqual(workers.map(({ ended }) => ended), [true, false]);
  // What the first one says now comes too late to be taken for the answer to the second picture.
  workers[0].answer(1);
  workers[0].answer(2);
  assert.ok(isLimited());
  workers[1].answer(2);
  assert.equal((await next).digest, "digest 2");
  assert.ok(!isLimited());
});

Deno.test("ImageDecoder survives the death of its Worker", async () => {
  const { decoder, workers } = rig();
  const [deadly, next] = [decoder.decode(file()), decoder.decode(file())];
  workers[0].start();
  workers[0].die("out of memory");
  await assert.rejects(deadly, (error) => error instanceof BadImage && /died/.test(error.message));
  workers[1].answer(2);
  await next;
  decoder.close();
  assert.ok(workers[1].ended);
  await assert.rejects(decoder.decode(file()), /closed/);
});

Deno.test("ImageDecoder does not blame the picture for a Worker that does not start", async () => {
  const { decoder, workers } = rig();
  const results = [decoder.decode(file()), decoder.decode(file())];
  const all = Promise.allSettled(results);
  workers[0].start();
  workers[0].die("first");
  workers[1].die("no permission");
  const [first, second] = await all;
  assert.ok(first.status === "rejected" && first.reason instanceof BadImage);
  assert.ok(second.status === "rejected" && !(second.reason instanceof BadImage));
  assert.match(String(second.reason), /does not start: no permission/);
});

Deno.test("ImageDecoder gives a Worker its time to start", async () => {
  const { decoder, workers, timeOut } = rig();
  const [first, second] = [decoder.decode(file()), decoder.decode(file())];
  timeOut();
  await assert.rejects(
    first,
    (error) => !(error instanceof BadImage) && /does not start/.test(`${error}`),
  );
  assert.ok(workers[0].ended);
  workers[1].start();
  workers[1].answer(2);
  await second;
});

Deno.test("ImageDecoder.close() rejects what waits", async () => {
  const { decoder } = rig();
  const results = [decoder.decode(file()), decoder.decode(file())];
  const all = Promise.allSettled(results);
  decoder.close();
  assert.deepEqual((await all).map(({ status }) => status), ["rejected", "rejected"]);
});

Deno.test("ImageDecoder with its real Worker: pixels, a digest of them, and words about bad files", async () => {
  const decoder = new ImageDecoder({ limits: IMAGE_LIMITS });
  try {
    const samples = [...new Random(3).bytes(5 * 4 * 3)];
    const kind = { width: 5, height: 4, colour: 2, depth: 8, samples };
    const [one, same] = await Promise.all([
      decoder.decode(makePng(kind)),
      decoder.decode(makePng({ ...kind, level: 0 })),
    ]);
    assert.deepEqual([one.pixels.width, one.pixels.height], [5, 4]);
    assert.deepEqual([...one.pixels.bgrx.subarray(0, 4)], [
      samples[2],
      samples[1],
      samples[0],
      255,
    ]);
    assert.match(one.digest, /^[0-9a-f]{64}$/);
    assert.equal(one.digest, same.digest);
    await assert.rejects(decoder.decode(makePng(kind).slice(0, 60)), BadImage);
    await assert.rejects(
      decoder.decode(new TextEncoder().encode("<html>")),
      /neither a PNG nor a JPEG/,
    );
  } finally {
    decoder.close();
  }
});

Deno.test("ImageDecoder ends a real Worker that never comes back", async () => {
  const code = "self.onmessage = ({ data }) => { if (data.id === 1) for (;;); " +
    "self.postMessage({ id: data.id, kind: 'bad', message: 'second' }); };" +
    "self.postMessage({ kind: 'ready' });";
  const url = `data:text/javascript,${encodeURIComponent(code)}`;
  const began = Promise.withResolvers<() => void>();
  const decoder = new ImageDecoder({
    limits: IMAGE_LIMITS,
    start: () => new Worker(url, { type: "module" }),
    after(ms, action) {
      if (ms === 10_000) began.resolve(action);
      return () => {};
    },
  });
  try {
    const [endless, next] = [decoder.decode(file()), decoder.decode(file())];
    const timeOut = await began.promise;
    timeOut();
    await assert.rejects(endless, /took more than 10 s/);
    await assert.rejects(next, /second/);
  } finally {
    decoder.close();
  }
});
