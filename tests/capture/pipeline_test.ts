import assert from "node:assert/strict";
import { loadKernels } from "../../capture/kernels/kernels.ts";
import { concat, helloMessage } from "../../capture/messages.ts";
import { Pipeline } from "../../capture/pipeline.ts";
import { liveDefaults } from "../../config/live_settings.ts";
import { type Frame, literalFrame } from "../helpers/frames.ts";
import { toHex } from "../helpers/hex.ts";
import { Transcript } from "../helpers/transcript.ts";

const kernels = await loadKernels();

/** A pipeline that is shown frames, and a decoder that is given what comes out. */
class Bench {
  readonly transcript = new Transcript();
  readonly pipeline: Pipeline;
  #time = 1000;

  constructor(width: number, height: number) {
    this.pipeline = new Pipeline(kernels, 40, 5, { width, height });
    const hello = { width, height, source: "", viewer: "", heartbeatMs: 1 };
    this.#say(helloMessage(hello));
    this.#say(this.pipeline.beginEpoch(this.#time));
  }

  /** The update's message in hex; `undefined` where nothing has to be sent. */
  show(frame: Frame): string | undefined {
    this.pipeline.space.grabbedBytes.set(frame.bgrx);
    this.#time += 10;
    const changes = this.pipeline.findChanges("unknown", liveDefaults, this.#time, false);
    if (!changes) return undefined;
    const { message } = this.pipeline.encode(changes, this.#time);
    this.#say(message);
    return toHex(message);
  }

  /** A join at this place, by a viewer that has `since`. */
  catchUp(transcript: Transcript, since: number | null): boolean {
    const { messages, keyframe } = this.pipeline.catchUp(since, this.#time);
    transcript.decoder.push(messages);
    this.#say(this.pipeline.beginEpoch(this.#time));
    return keyframe;
  }

  #say(message: Uint8Array): void {
    this.transcript.decoder.push(message);
  }
}

Deno.test("Pipeline: the first update is a keyframe; one colour is one solid patch", () => {
  const bench = new Bench(4, 2);
  assert.equal(
    bench.show(literalFrame(4, Array(8).fill(0x102030))),
    // keyframe, seqDelta 1, timeDelta 10; no saves, copies, recalls, colours; one patch: solid
    "03 10 01 01 0a 00 00 00 00 01 00 00 00 04 02 10 20 30",
  );
  assert.equal(
    bench.transcript.canvas(),
    `canvas ${"102030 102030 102030 102030 / ".repeat(2).slice(0, -3)}`,
  );
});

Deno.test("Pipeline: nothing changed, nothing to send", () => {
  const bench = new Bench(2, 1);
  const frame = literalFrame(2, [1, 2]);
  assert.notEqual(bench.show(frame), undefined);
  assert.equal(bench.show(frame), undefined);
  assert.equal(bench.pipeline.seq, 41);
});

Deno.test("Pipeline: the same changes give the same bytes, a new epoch forgets", () => {
  const frames = [[0, 0, 0, 0, 0, 0], [1, 0, 0x804020, 0, 0, 2], [1, 5, 0x804020, 7, 0, 2]];
  const run = () => {
    const bench = new Bench(3, 2);
    return frames.map((pixels) => bench.show(literalFrame(3, pixels)));
  };
  assert.deepEqual(run(), run());
});

Deno.test("Pipeline.catchUp() gives a keyframe without a seq, one that is unknown or too old", () => {
  const bench = new Bench(2, 1);
  bench.show(literalFrame(2, [1, 2]));
  for (const since of [null, 0, 39, 999]) {
    const late = new Transcript();
    late.decoder.push(
      helloMessage({ width: 2, height: 1, source: "", viewer: "", heartbeatMs: 1 }),
    );
    assert.equal(bench.catchUp(late, since), true);
    assert.equal(late.canvas(), "canvas 000001 000002");
    assert.equal(late.decoder.seq, 41);
  }
});

Deno.test("Pipeline.catchUp() at the newest seq is an epoch and nothing else", () => {
  const bench = new Bench(2, 1);
  bench.show(literalFrame(2, [1, 2]));
  const epoch = bench.pipeline.epoch;
  const { messages, keyframe } = bench.pipeline.catchUp(41, 16_384);
  assert.equal(keyframe, false);
  assert.equal(toHex(messages), `02 05 ${toHex([epoch + 1])} 29 80 80 01`);
  assert.equal(bench.pipeline.epoch, epoch + 1);
});

Deno.test("Pipeline.catchUp() and the epoch that follows it have different ids", () => {
  const bench = new Bench(2, 1);
  bench.show(literalFrame(2, [1, 2]));
  bench.pipeline.catchUp(null, 0);
  const bridge = bench.pipeline.epoch;
  bench.pipeline.beginEpoch(0);
  assert.equal(bench.pipeline.epoch, bridge + 1);
});

Deno.test("Pipeline.repeat() is the reference as a keyframe", () => {
  const bench = new Bench(2, 1);
  bench.show(literalFrame(2, [3, 4]));
  bench.pipeline.space.grabbedBytes.fill(99);
  const late = new Transcript();
  const hello = helloMessage({ width: 2, height: 1, source: "", viewer: "", heartbeatMs: 1 });
  const epoch = bench.pipeline.beginEpoch(2000);
  const { message, keyframe, seq } = bench.pipeline.repeat(2000);
  late.decoder.push(concat([hello, epoch, message]));
  assert.deepEqual([keyframe, seq, late.canvas()], [true, 42, "canvas 000003 000004"]);
});

Deno.test("Pipeline.resize() starts over: black, then a keyframe, and no catching up with before", () => {
  const bench = new Bench(2, 1);
  bench.show(literalFrame(2, [3, 4]));
  const size = { width: 1, height: 3 };
  bench.pipeline.resize(size, size, false);
  bench.pipeline.space.grabbedBytes.set(literalFrame(1, [7, 8, 9]).bgrx);
  const changes = bench.pipeline.findChanges([], liveDefaults, 0, false)!;
  assert.equal(changes.keyframe, true);
  bench.pipeline.beginEpoch(0);
  bench.pipeline.encode(changes, 0);
  assert.equal(bench.pipeline.catchUp(41, 0).keyframe, true);
});

Deno.test("Pipeline tells the time of capture, which never goes back", () => {
  const bench = new Bench(1, 1);
  const times: number[] = [];
  const show = (pixel: number, time: number) => {
    bench.pipeline.space.grabbedBytes.set(literalFrame(1, [pixel]).bgrx);
    const changes = bench.pipeline.findChanges("unknown", liveDefaults, 0, false)!;
    bench.transcript.decoder.push(bench.pipeline.encode(changes, time).message);
    times.push(Number(/time (\d+)/.exec(bench.transcript.take().at(-1)!)![1]));
  };
  show(1, 1500);
  show(2, 1200);
  show(3, 1700);
  assert.deepEqual(times, [1500, 1500, 1700]);
});

Deno.test("Pipeline.catchUp() encodes a few contents, whatever the number of viewers", async () => {
  const kernels = await loadKernels();
  let encoded = 0;
  const counting = {
    ...kernels,
    memory: kernels.memory,
    contextReset: () => {
      encoded++;
      kernels.contextReset();
    },
  };
  const size = { width: 640, height: 640 };
  const pipeline = new Pipeline(counting, 0, 0, size);
  const settings = liveDefaults;
  const pixels = () => new Uint32Array(kernels.memory.buffer, pipeline.space.frame, 640 * 640);
  const update = (now: number) => {
    const changes = pipeline.findChanges("unknown", settings, now, false)!;
    pipeline.beginEpoch(now);
    pipeline.encode(changes, now);
    pipeline.endEpoch();
  };
  update(0);
  for (let i = 0; i < 40; i++) {
    // Another tile each time, so that each seq lacks other tiles.
    pixels()[Math.floor(i / 10) * 64 * 640 + (i % 10) * 64] = 0xffffff;
    update(i + 1);
  }
  const before = encoded;
  for (let since = 1; since <= 40; since++) pipeline.catchUp(since, 100);
  // Each encoding begins and ends with a reset: three catch-ups and one picture at most.
  assert.ok(encoded - before <= 8, `${encoded - before} resets for 40 viewers`);
});
