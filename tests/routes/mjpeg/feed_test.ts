/** What MJPEG viewers of a source share, with a Worker that the test plays itself. */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { Ring } from "../../../capture/ring.ts";
import type { JoinPoint } from "../../../capture/worker_protocol.ts";
import { MAX_KINDS, MjpegFeed, TooManyKinds } from "../../../routes/mjpeg/feed.ts";
import { MjpegFeeds } from "../../../routes/mjpeg/feeds.ts";
import { MjpegReader } from "../../../routes/mjpeg/reader.ts";
import type {
  FilmKind,
  FromMjpegWorker,
  JpegFrame,
  ToMjpegWorker,
} from "../../../routes/mjpeg/mjpeg_protocol.ts";

class FakeWorker {
  readonly told: ToMjpegWorker[] = [];
  terminated = false;
  onmessage: Worker["onmessage"] = null;
  onerror: Worker["onerror"] = null;

  postMessage(message: ToMjpegWorker): void {
    this.told.push(message);
  }

  terminate(): void {
    this.terminated = true;
  }

  say(data: FromMjpegWorker): void {
    this.onmessage!.call(this as unknown as Worker, new MessageEvent("message", { data }));
  }

  news(plain: number, pointed: number): void {
    this.say({ type: "news", plain, pointed });
  }

  count(type: ToMjpegWorker["type"]): number {
    return this.told.filter((message) => message.type === type).length;
  }
}

class Rig {
  readonly workers: FakeWorker[] = [];
  joins = 0;
  readonly ring = new Ring({ maxBytes: 1000, maxMs: 1000 });
  readonly engine = {
    ring: this.ring,
    join: () => {
      this.joins++;
      return new Promise<JoinPoint>(() => {});
    },
    hello: (viewer: string) => ({ width: 8, height: 8, source: "test", viewer, heartbeatMs: 1000 }),
  };
  readonly feed = new MjpegFeed({
    ring: this.ring,
    capture: this.engine,
    now: () => 0,
    hello: () => this.engine.hello(""),
  }, () => {
    this.workers.push(new FakeWorker());
    return this.worker;
  });

  get worker(): FakeWorker {
    return this.workers[this.workers.length - 1];
  }
}

const PLAIN: FilmKind = { quality: 80, pointer: false };
const POINTED: FilmKind = { quality: 80, pointer: true };

function frame(version: number): JpegFrame {
  return { version, seq: version, time: 0, bytes: new Uint8Array(version) };
}

Deno.test("without viewers there is no Worker and no reader; the last one to leave ends both", async () => {
  const { feed, workers, ...rig } = new Rig();
  assert.equal(workers.length, 0);
  const one = feed.enter(PLAIN, () => {});
  const two = feed.enter(PLAIN, () => {});
  assert.equal(workers.length, 1);
  await setImmediate();
  assert.equal(workers[0].count("batch"), 1, "the hello");
  assert.equal(workers[0].count("encode"), 0);
  assert.equal(rig.joins, 0, "the next piece is read when the Worker is done with the one before");
  one.leave();
  assert.ok(!workers[0].terminated);
  two.leave();
  assert.ok(workers[0].terminated);
  feed.enter(PLAIN, () => {});
  assert.equal(workers.length, 2);
});

Deno.test("a picture is made once for all who want one of its kind, and kept until the next", async () => {
  const rig = new Rig();
  const places = [1, 2, 3].map(() => rig.feed.enter(PLAIN, () => {}));
  rig.worker.news(1, 1);
  const asked = places.map((place) => place.frame());
  assert.equal(rig.worker.count("encode"), 1);
  const made = frame(1);
  rig.worker.say({ type: "frame", kind: PLAIN, frame: made });
  for (const one of asked) assert.equal(await one, made);
  assert.equal(await rig.feed.enter(PLAIN, () => {}).frame(), made, "for who comes later, too");
  assert.equal(rig.worker.count("encode"), 1);
  rig.worker.news(2, 2);
  const next = places[0].frame();
  assert.equal(rig.worker.count("encode"), 2);
  rig.worker.say({ type: "frame", kind: PLAIN, frame: frame(2) });
  assert.equal((await next).version, 2);
  assert.equal(rig.feed.encoded, 2);
});

Deno.test("a pointer that moves makes a new picture for those who see it, and no other", () => {
  const rig = new Rig();
  let told = 0;
  const plain = rig.feed.enter(PLAIN, () => told++);
  const pointed = rig.feed.enter(POINTED, () => {});
  assert.deepEqual([plain.version, pointed.version], [0, 0]);
  rig.worker.news(1, 1);
  rig.worker.news(1, 2);
  assert.deepEqual([plain.version, pointed.version], [1, 2]);
  assert.equal(told, 2);
  rig.worker.news(1, 2);
  assert.equal(told, 2, "nothing is new");
});

Deno.test(`at most ${MAX_KINDS} kinds are made; one that nobody wants any more is forgotten`, () => {
  const rig = new Rig();
  const places = Array.from(
    { length: MAX_KINDS },
    (_, i) => rig.feed.enter({ quality: 10 + i, pointer: i % 2 === 0 }, () => {}),
  );
  const another = { quality: 50, pointer: true };
  assert.throws(() => rig.feed.enter(another, () => {}), (error) => {
    return error instanceof TooManyKinds &&
      error.message ===
        "Pictures of 4 qualities are being made: 10 with pointer, 11, 12 with pointer, 13";
  });
  rig.feed.enter({ quality: 11, pointer: false }, () => {}).leave();
  places[0].leave();
  assert.deepEqual(rig.worker.told.at(-1), {
    type: "forget",
    kind: { quality: 10, pointer: true },
  });
  rig.feed.enter(another, () => {});
});

Deno.test("a Worker that fails or dies breaks all places, and the next viewer gets another one", async () => {
  const deaths: ((worker: FakeWorker) => void)[] = [
    (worker) => worker.say({ type: "fault", reason: "wrong" }),
    (worker) =>
      worker.onerror!.call(worker as unknown as Worker, new ErrorEvent("error", { message: "x" })),
  ];
  for (const die of deaths) {
    const rig = new Rig();
    let told = 0;
    const place = rig.feed.enter(PLAIN, () => told++);
    rig.worker.news(1, 1);
    const asked = place.frame();
    die(rig.worker);
    assert.ok(place.isBroken);
    assert.ok(rig.worker.terminated);
    assert.equal(told, 2);
    await assert.rejects(asked);
    await assert.rejects(place.frame());
    const next = rig.feed.enter(PLAIN, () => {});
    assert.equal(rig.workers.length, 2);
    place.leave();
    assert.ok(!rig.worker.terminated, "the one who leaves late does not take the next with it");
    rig.worker.news(1, 1);
    assert.equal(next.version, 1);
  }
});

Deno.test("leave() while its picture is made: who waits for it hears so, and nobody else does", async () => {
  for (const others of [[], [POINTED]]) {
    const rig = new Rig();
    const staying = others.map((kind) => rig.feed.enter(kind, () => {}));
    const reader = new MjpegReader({ enter: (changed) => rig.feed.enter(PLAIN, changed), fps: 10 });
    rig.worker.news(1, 1);
    const kept = staying.map((place) => place.frame());
    let answer: JpegFrame | undefined | "waits" = "waits";
    reader.next().then((frame) => answer = frame);
    await setImmediate();
    assert.equal(rig.worker.count("encode"), 1 + others.length);
    reader.end();
    await setImmediate();
    assert.equal(answer, undefined, `with ${others.length} others`);
    // What was made all the same.
    rig.worker.say({ type: "frame", kind: PLAIN, frame: frame(1) });
    for (const kind of others) rig.worker.say({ type: "frame", kind, frame: frame(1) });
    assert.deepEqual((await Promise.all(kept)).map(({ version }) => version), others.map(() => 1));
    assert.equal(rig.worker.terminated, others.length === 0);
  }
});

Deno.test("leave() while its picture is made keeps that picture for others of the kind", async () => {
  const rig = new Rig();
  const [one, two] = [1, 2].map(() => rig.feed.enter(PLAIN, () => {}));
  rig.worker.news(1, 1);
  const asked = [one.frame(), two.frame()];
  one.leave();
  rig.worker.say({ type: "frame", kind: PLAIN, frame: frame(1) });
  for (const made of asked) assert.equal((await made).version, 1);
});

Deno.test("leave() while its picture is made, where nobody waits any more, is no fault", async () => {
  const rig = new Rig();
  const place = rig.feed.enter(PLAIN, () => {});
  rig.worker.news(1, 1);
  const asked = place.frame();
  place.leave();
  await setImmediate();
  await assert.rejects(asked, /nobody watches/);
});

Deno.test("close() breaks all places", () => {
  const rig = new Rig();
  const place = rig.feed.enter(PLAIN, () => {});
  rig.feed.close();
  rig.feed.close();
  assert.ok(place.isBroken);
  assert.ok(rig.worker.terminated);
  place.leave();
});

Deno.test("MjpegFeeds has one feed for each source, and another one for another engine", () => {
  const feeds = new MjpegFeeds(() => 0);
  const [a, b] = [new Rig().engine, new Rig().engine];
  const first = feeds.of("one", a);
  assert.equal(feeds.of("one", a), first);
  assert.notEqual(feeds.of("two", b), first);
  assert.notEqual(feeds.of("one", b), first);
  feeds.close("one");
  feeds.closeAll();
});
