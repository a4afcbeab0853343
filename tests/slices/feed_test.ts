import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import type { SliceFeed } from "../../slices/feed.ts";
import { SliceFeeds, type SliceSource, type SlicesWorker } from "../../slices/feeds.ts";
import { PULSE_MS, SliceReader, type SliceReaderOptions } from "../../slices/reader.ts";
import type { FromSlicesWorker, ToSlicesWorker } from "../../slices/worker_protocol.ts";
import { CaptureRig } from "../helpers/capture_rig.ts";
import { type Frame, randomFrame } from "../helpers/frames.ts";
import { ManualTimers } from "../helpers/manual_timers.ts";
import { Random } from "../helpers/random.ts";

/** A Worker that a test answers for. */
class FakeWorker implements SlicesWorker {
  onmessage: SlicesWorker["onmessage"] = null;
  onerror: SlicesWorker["onerror"] = null;
  readonly heard: ToSlicesWorker[] = [];
  terminated = false;

  postMessage(message: ToSlicesWorker): void {
    this.heard.push(message);
  }

  terminate(): void {
    this.terminated = true;
  }

  tell(data: FromSlicesWorker): void {
    this.onmessage?.call(this as unknown as Worker, new MessageEvent("message", { data }));
  }

  /** Dies of a fault. */
  die(): void {
    const event = new ErrorEvent("error", { message: "a fault", cancelable: true });
    this.onerror?.call(this as unknown as Worker, event);
  }

  /** Those messages of one type that came since the last call. */
  take<T extends ToSlicesWorker["type"]>(type: T): Extract<ToSlicesWorker, { type: T }>[] {
    const found = this.heard.filter((one): one is Extract<ToSlicesWorker, { type: T }> => {
      return one.type === type;
    });
    for (const one of found) this.heard.splice(this.heard.indexOf(one), 1);
    return found;
  }
}

/** Feeds of a real loop, and Workers that a test answers for. */
class Rig {
  readonly rig: CaptureRig;
  source: SliceSource;
  readonly workers: FakeWorker[] = [];
  readonly timers = new ManualTimers();
  readonly feeds: SliceFeeds;
  now = 0;

  private constructor(rig: CaptureRig) {
    this.rig = rig;
    this.source = {
      ring: rig.ring,
      hello: (viewer) => rig.hello(viewer),
      join: (wish) => rig.join(wish),
    };
    this.feeds = new SliceFeeds({
      now: rig.clock.wall,
      start: () => {
        const worker = new FakeWorker();
        this.workers.push(worker);
        return worker;
      },
      after: this.timers.after,
    });
    rig.loop.setViewers(1);
  }

  static async start(): Promise<Rig> {
    return new Rig(await CaptureRig.start(screenful(1)));
  }

  get worker(): FakeWorker {
    return this.workers.at(-1) ?? assert.fail("no Worker was started");
  }

  feed(): SliceFeed {
    return this.feeds.of("screen", this.source);
  }

  reader(feed: SliceFeed, options: Partial<SliceReaderOptions> = {}): SliceReader {
    const { after } = this.timers;
    return new SliceReader({
      feed,
      format: "bgra",
      identity: undefined,
      fps: Infinity,
      now: () => this.now,
      after,
      ...options,
    });
  }

  /** Lets the screen change and the feed hand it to the Worker, which then has `version`. */
  async change(version: number | undefined): Promise<void> {
    this.rig.screen.show(screenful(100 + (version ?? 0)));
    for (let turn = 0; turn < 5; turn++) await this.rig.tick();
    const batches = this.worker.take("batch");
    assert.equal(batches.length, 1, "one at a time");
    this.worker.tell({ type: "taken", stream: batches[0].stream, version });
    await settled();
  }

  /** Answers the packets that were asked for; returns what they were asked from. */
  answer(version: number): number[] {
    return this.worker.take("packet").map(({ id, since }) => {
      const bytes = Uint8Array.of(since, version);
      this.worker.tell({
        type: "packet",
        id,
        packet: { version, seq: 7, whole: since === 0, bytes },
      });
      return since;
    });
  }

  async pass(ms: number): Promise<void> {
    this.now += ms;
    this.timers.pass(ms);
    await settled();
  }

  close(): void {
    this.feeds.closeAll();
    this.rig.close();
  }
}

function screenful(seed: number): Frame {
  return randomFrame(new Random(seed), { width: 70, height: 20 }, "mixed");
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
}

/** What a promise resolved with by now. */
async function now<T>(promise: Promise<T>): Promise<T | "waits"> {
  await settled();
  return await Promise.race([promise, setImmediate("waits" as const)]);
}

Deno.test("SliceFeeds: no Worker before somebody subscribes, one for all", async () => {
  const rig = await Rig.start();
  const feed = rig.feed();
  assert.equal(rig.feed(), feed);
  assert.equal(rig.workers.length, 0);
  const leave = feed.subscribe();
  rig.feeds.of("other", { ...rig.source }).subscribe();
  assert.equal(rig.workers.length, 1);
  assert.deepEqual(rig.worker.take("begin").map(({ stream }) => stream), [0, 1]);
  leave();
  leave();
  assert.deepEqual(rig.worker.take("end").map(({ stream }) => stream), [0]);
  rig.close();
  assert.ok(rig.worker.terminated);
});

Deno.test("SliceFeed asks for a packet once for all who need the same", async () => {
  const rig = await Rig.start();
  const feed = rig.feed();
  const [a, b] = [rig.reader(feed), rig.reader(feed)];
  const both = [a.next(), b.next()];
  await rig.change(1);
  assert.deepEqual(rig.answer(1), [0]);
  const [[first], [second]] = await Promise.all(both) as Uint8Array[][];
  assert.equal(first, second);
  const nexts = [a.next(), b.next()];
  await rig.change(2);
  assert.deepEqual(rig.answer(2), [1]);
  await Promise.all(nexts);
  // A newcomer, who has nothing yet.
  const c = rig.reader(feed);
  const late = c.next();
  assert.deepEqual(rig.answer(2), [0]);
  await late;
  rig.close();
});

Deno.test("SliceReader: who does not ask gets one packet from what it has to the newest", async () => {
  const rig = await Rig.start();
  const reader = rig.reader(rig.feed());
  const first = reader.next();
  await rig.change(1);
  rig.answer(1);
  await first;
  for (const version of [2, 3, 4]) await rig.change(version);
  const second = reader.next();
  assert.deepEqual(rig.answer(4), [1]);
  assert.deepEqual(await second, [Uint8Array.of(1, 4)]);
  assert.deepEqual([reader.packets, reader.wholes, reader.bytes, reader.seq], [2, 1, 4, 7]);
  rig.close();
});

Deno.test("SliceReader says that the connection lives when nothing changes for 5 s", async () => {
  const rig = await Rig.start();
  const reader = rig.reader(rig.feed(), { identity: new Uint8Array(16) });
  const first = reader.next();
  await rig.change(1);
  rig.answer(1);
  assert.equal((await first)!.length, 2, "identity and packet");
  const second = reader.next();
  await rig.pass(PULSE_MS - 1);
  assert.deepEqual(rig.answer(1), []);
  await rig.pass(1);
  assert.deepEqual(rig.answer(1), [1]);
  await second;
  rig.close();
});

Deno.test("SliceReader hands over no more packets a second than it may", async () => {
  const rig = await Rig.start();
  const reader = rig.reader(rig.feed(), { fps: 4 });
  const first = reader.next();
  await rig.change(1);
  rig.answer(1);
  await first;
  const second = reader.next();
  await rig.change(2);
  await rig.pass(249);
  await rig.change(3);
  assert.deepEqual(rig.answer(3), []);
  await rig.pass(1);
  assert.deepEqual(rig.answer(3), [1]);
  await second;
  rig.close();
});

Deno.test("SliceReader.end() answers who waits, and leaves", async () => {
  const rig = await Rig.start();
  const reader = rig.reader(rig.feed());
  const waiting = reader.next();
  assert.equal(await now(waiting), "waits");
  reader.end();
  reader.end();
  assert.equal(await waiting, undefined);
  assert.equal(await reader.next(), undefined);
  assert.equal(rig.worker.take("end").length, 1);
  assert.equal(rig.timers.pending, 0);
  rig.close();
});

Deno.test("SliceFeed begins a stream anew that the Worker cannot read, after a second, from whole pictures on", async () => {
  const rig = await Rig.start();
  const reader = rig.reader(rig.feed());
  const first = reader.next();
  await rig.change(1);
  rig.answer(1);
  await first;
  const second = reader.next();
  const [{ stream }] = rig.worker.take("begin");
  rig.worker.tell({ type: "broken", stream, reason: "damaged" });
  await rig.pass(999);
  assert.deepEqual(rig.worker.take("begin"), []);
  await rig.pass(1);
  assert.deepEqual(rig.worker.take("begin"), [
    { type: "begin", stream: stream + 1, version: 1 },
  ]);
  await rig.change(2);
  assert.deepEqual(rig.answer(2), [1]);
  assert.ok(await second);
  rig.close();
});

Deno.test("SliceFeeds starts another Worker when one dies, and readers go on", async () => {
  const rig = await Rig.start();
  const reader = rig.reader(rig.feed());
  const first = reader.next();
  await rig.change(1);
  // It dies over the packet.
  assert.equal(rig.worker.take("packet").length, 1);
  rig.worker.die();
  assert.equal(await now(first), "waits");
  await rig.pass(1000);
  assert.equal(rig.workers.length, 2);
  await rig.change(2);
  assert.deepEqual(rig.answer(2), [0]);
  assert.ok(await first);
  rig.close();
});

Deno.test("SliceFeeds: a source whose engine died ends its readers, and has a new feed with its next engine", async () => {
  const rig = await Rig.start();
  const dead = { ...rig.source, join: () => Promise.reject(new Error("the Worker is gone")) };
  const feed = rig.feeds.of("screen", dead);
  const ended = rig.reader(feed).next();
  await settled();
  // The hello still comes; then it asks the engine for a picture.
  const [{ stream }] = rig.worker.take("batch");
  rig.worker.tell({ type: "taken", stream, version: undefined });
  assert.equal(await ended, undefined);
  assert.ok(feed.closed);
  const next = rig.feed();
  assert.notEqual(next, feed);
  const reader = rig.reader(next).next();
  await rig.change(1);
  rig.answer(1);
  assert.ok(await reader);
  rig.close();
});

const REPLACED = ["another subscriber", "another engine"] as const;

/** Begins a stream, and another in its place while the Worker has a batch of the first. */
async function replaceStream(rig: Rig, by: typeof REPLACED[number]) {
  const leave = rig.feed().subscribe();
  await settled();
  const [{ stream: old }] = rig.worker.take("batch");
  if (by === "another subscriber") leave();
  else rig.source = { ...rig.source };
  const feed = rig.feed();
  feed.subscribe();
  await settled();
  rig.worker.take("begin");
  return { old, feed, leave };
}

for (const by of REPLACED) {
  Deno.test(`SliceFeed takes no answer to the stream before for its own: ${by}`, async () => {
    const rig = await Rig.start();
    const { old, feed } = await replaceStream(rig, by);
    const [hello] = rig.worker.take("batch");
    rig.worker.tell({ type: "taken", stream: old, version: 1 });
    await settled();
    assert.deepEqual(rig.worker.take("batch"), [], "the hello is not taken yet");
    rig.worker.tell({ type: "taken", stream: hello.stream, version: undefined });
    for (let turn = 0; turn < 5; turn++) await rig.rig.tick();
    const [keyframe] = rig.worker.take("batch");
    assert.equal(feed.newest, undefined);
    rig.worker.tell({ type: "taken", stream: keyframe.stream, version: 1 });
    await settled();
    assert.equal(feed.newest, 1, "on a screen that stands still");
    rig.close();
  });

  Deno.test(`SliceFeed goes on when the stream before breaks: ${by}`, async () => {
    const rig = await Rig.start();
    const { old, feed } = await replaceStream(rig, by);
    rig.worker.tell({ type: "broken", stream: old, reason: "damaged" });
    rig.worker.tell({ type: "taken", stream: old, version: undefined });
    await rig.change(undefined);
    await rig.change(1);
    assert.equal(feed.newest, 1);
    assert.equal(rig.timers.pending, 0, "nothing is begun anew");
    rig.close();
  });
}

Deno.test("SliceFeed: who leaves late does not end the stream of the source's next engine", async () => {
  const rig = await Rig.start();
  const { old, leave } = await replaceStream(rig, "another engine");
  assert.deepEqual(rig.worker.take("end"), [{ type: "end", stream: old }]);
  leave();
  assert.deepEqual(rig.worker.take("end"), []);
  rig.close();
});
