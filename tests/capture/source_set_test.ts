import assert from "node:assert/strict";
import type { Shot } from "../../capture/shot.ts";
import { capturedId } from "../../capture/source_ids.ts";
import { type SourceLimits, SourceSet } from "../../capture/source_set.ts";
import { type Refused, SourceRefused } from "../../capture/source_refused.ts";
import { FakeEngine } from "../helpers/fake_engine.ts";
import { ManualTimers } from "../helpers/manual_timers.ts";

const HOUR_MS = 3600_000;

/** A set with engines that note what they are told, and a clock that the test moves. */
function rig(limits: SourceLimits = {}) {
  const clock = { now: 1000 };
  const opened: FakeEngine[] = [];
  const heard: string[] = [];
  const closed: string[] = [];
  const silences: (string | undefined)[] = [];
  const timers = new ManualTimers();
  const hold: { opening: Promise<void> } = { opening: Promise.resolve() };
  const engine = new FakeEngine("x11 :1", { width: 64, height: 32 });
  const set = new SourceSet<FakeEngine>({
    captured: [{ id: "screen", engine }],
    async open({ label, size }, onFault) {
      const one = new FakeEngine(label, size);
      one.die = onFault;
      opened.push(one);
      await hold.opening;
      return one;
    },
    limits,
    now: () => clock.now,
    after: timers.after,
    onSilence: (id, reason) => silences.push(reason && `${id}: ${reason}`),
    onShot: (id, time, place, frame) =>
      heard.push(`${id} ${time} ${place}${frame ? ` ${frame.bgrx[0]}` : ""}`),
    onClosed: (id, reason) => closed.push(`${id}: ${reason}`),
  });
  return { set, clock, opened, heard, closed, hold, engine, silences, timers };
}

/** A picture of one value. */
function shot(time: number, value: number, width = 2, height = 1): Shot {
  const bgrx = new Uint8Array(width * height * 4).fill(value);
  return { time, frame: { width, height, bgrx }, digest: `${value}`, fileDigest: `file ${value}` };
}

const isRefused = (reason: Refused) => (error: unknown) =>
  error instanceof SourceRefused && error.reason === reason;

Deno.test("SourceSet has the captured source as its default", () => {
  const { set } = rig();
  assert.equal(set.default.id, "screen");
  assert.equal(set.get(undefined), set.default);
  assert.equal(set.get("screen"), set.default);
  assert.equal(set.get("desk"), undefined);
  assert.deepEqual(set.default.size, { width: 64, height: 32 });
  assert.equal(capturedId("demo"), "demo");
  assert.equal(capturedId("x11 :0"), "screen");
});

Deno.test("SourceSet.push() opens a source with its first picture, and shows what is new", async () => {
  const { set, opened, heard } = rig();
  assert.equal(await set.push("desk", shot(10, 1)), "newest");
  assert.equal(await set.push("desk", shot(20, 1)), "duplicate");
  assert.equal(await set.push("desk", shot(15, 2)), "late");
  assert.equal(await set.push("desk", shot(30, 3, 4, 2)), "newest");
  assert.equal(opened.length, 1);
  assert.equal(opened[0].label, "pushed desk");
  assert.deepEqual(opened[0].shown.map(({ bgrx }) => bgrx[0]), [1, 3]);
  assert.deepEqual(set.get("desk")?.size, { width: 4, height: 2 });
  assert.deepEqual(heard, [
    "desk 10 newest 1",
    "desk 20 duplicate 1",
    "desk 15 late 2",
    "desk 30 newest 3",
  ]);
  assert.deepEqual(set.list().map(({ id, kind }) => `${id} ${kind}`), [
    "screen captured",
    "desk pushed",
  ]);
});

Deno.test("SourceSet.push() takes equal bytes of another size for another picture", async () => {
  const { set } = rig();
  await set.push("desk", shot(10, 0, 2, 1));
  assert.equal(await set.push("desk", shot(20, 0, 1, 2)), "newest");
});

Deno.test("SourceSet.repeats() accepts the file that was sent last without its pixels", async () => {
  const { set, clock, heard } = rig();
  const file = (time: number, value: number) => ({ time, fileDigest: `file ${value}` });
  assert.equal(set.repeats("desk", file(10, 1)), false);
  await set.push("desk", shot(10, 1));
  clock.now = 5000;
  assert.equal(set.repeats("desk", file(20, 1)), true);
  assert.equal(set.get("desk")?.pushedAt, 5000);
  assert.equal(heard.at(-1), "desk 20 duplicate");
  assert.equal(set.repeats("desk", file(20, 2)), false);
});

Deno.test("SourceSet.push(): two at once open one engine, and are judged in their order", async () => {
  const { set, opened, hold } = rig();
  const opening = Promise.withResolvers<void>();
  hold.opening = opening.promise;
  const places = Promise.all([10, 30, 20].map((time) => set.push("desk", shot(time, time))));
  opening.resolve();
  assert.deepEqual(await places, ["newest", "newest", "late"]);
  assert.equal(opened.length, 1);
});

Deno.test("SourceSet.push() refuses ids that are not for it", async () => {
  const { set } = rig();
  for (const id of ["screen", "demo"]) {
    await assert.rejects(set.push(id, shot(1, 1)), isRefused("captured"));
  }
  for (const id of ["", "Desk", "-desk", "a/b", "..", "a".repeat(33), "désk"]) {
    await assert.rejects(set.push(id, shot(1, 1)), isRefused("id"), id);
  }
  for (const id of ["d", "0", "desk-2_b", "a".repeat(32)]) await set.push(id, shot(1, 1));
});

Deno.test("SourceSet.push() refuses one source too many, unless an idle one can go", async () => {
  const { set, clock, opened, closed } = rig({ maxPushed: 2, replaceAfterMs: 100 });
  await set.push("a", shot(1, 1));
  clock.now += 50;
  await set.push("b", shot(1, 1));
  assert.throws(() => set.check("c"), isRefused("full"));
  await assert.rejects(set.push("c", shot(1, 1)), isRefused("full"));
  clock.now += 50;
  await set.push("c", shot(1, 1));
  assert.deepEqual(closed, ["a: its place was needed"]);
  assert.ok(opened[0].stopped);
  assert.deepEqual(set.list().map(({ id }) => id), ["screen", "b", "c"]);
  // One that somebody watches stays.
  set.get("b")?.enter();
  clock.now += 60;
  await assert.rejects(set.push("d", shot(1, 1)), isRefused("full"));
});

Deno.test("SourceSet.push(): sources that are being opened count", async () => {
  const { set, hold } = rig({ maxPushed: 1 });
  const opening = Promise.withResolvers<void>();
  hold.opening = opening.promise;
  const first = set.push("a", shot(1, 1));
  await assert.rejects(set.push("b", shot(1, 1)), isRefused("full"));
  opening.resolve();
  await first;
});

Deno.test("SourceSet.push() refuses a picture that makes all together too large", async () => {
  const { set } = rig({ maxPixels: 10 });
  await set.push("a", shot(1, 1, 4, 1));
  await set.push("b", shot(1, 1, 6, 1));
  await assert.rejects(set.push("a", shot(2, 2, 5, 1)), isRefused("pixels"));
  await assert.rejects(set.push("c", shot(2, 2, 1, 1)), isRefused("pixels"));
  await set.push("b", shot(2, 2, 3, 1));
  await set.push("a", shot(2, 2, 7, 1));
});

Deno.test("SourceSet closes what nothing was pushed to for long, but not under a viewer", async () => {
  const { set, clock, opened, closed } = rig();
  await set.push("a", shot(1, 1));
  await set.push("b", shot(1, 1));
  const leave = set.get("b")!.enter();
  clock.now += 24 * HOUR_MS;
  assert.deepEqual(set.list().map(({ id }) => id), ["screen", "b"]);
  assert.deepEqual(closed, ["a: nothing was pushed for long"]);
  leave();
  assert.deepEqual(set.list().map(({ id }) => id), ["screen"]);
  // Opened again, it knows nothing of before.
  assert.equal(await set.push("a", shot(0, 1)), "newest");
  assert.equal(opened.length, 3);
});

Deno.test("HeldSource.enter() counts viewers once each", () => {
  const { set, engine } = rig();
  const [one, two] = [set.default.enter(), set.default.enter()];
  assert.equal(engine.viewers, 2);
  one();
  one();
  assert.equal(engine.viewers, 1);
  two();
  assert.equal(set.default.viewers, 0);
});

Deno.test("HeldSource.follow() keeps the engine awake at a lower pace, until a viewer comes", () => {
  const { set, engine } = rig();
  const told = () => [engine.viewers, engine.neededFps, set.default.viewers];
  const leave = set.default.follow(10);
  assert.deepEqual(told(), [1, 10, 0], "who follows is no viewer");
  const viewer = set.default.enter();
  assert.deepEqual(told(), [2, Infinity, 1]);
  viewer();
  assert.deepEqual(told(), [1, 10, 0]);
  const other = set.default.follow(25);
  assert.deepEqual(told(), [2, 25, 0]);
  other();
  other();
  assert.deepEqual(told(), [1, 10, 0]);
  leave();
  assert.deepEqual(told(), [0, Infinity, 0]);
});

Deno.test("HeldSource.enter() of viewers who take few pictures: the pace is that of the one who takes most", () => {
  const { set, engine } = rig();
  const told = () => [engine.viewers, engine.neededFps];
  const leave = set.default.enter(() => {}, 15);
  assert.deepEqual(told(), [1, 15]);
  const slow = set.default.enter(() => {}, 0.1);
  assert.deepEqual(told(), [2, 15]);
  const follower = set.default.follow(20);
  assert.deepEqual(told(), [3, 20]);
  follower();
  leave();
  assert.deepEqual(told(), [1, 1], "what becomes of the source is told within a second");
  const all = set.default.enter();
  assert.deepEqual(told(), [2, Infinity]);
  all();
  slow();
  assert.deepEqual(told(), [0, Infinity]);
});

Deno.test("SourceSet.stillShows() notes that the picture stands, and asks for it where it is another one", async () => {
  const { set, clock, heard, opened } = rig();
  const still = (time: number, pictureTime: number) =>
    set.stillShows("desk", { time, pictureTime });
  assert.equal(still(10, 5), "wanted", "there is no such source yet");
  assert.equal(opened.length, 0);
  await set.push("desk", shot(10, 1));
  clock.now = 5000;
  assert.equal(still(20, 10), "stands");
  assert.equal(still(30, 10), "stands");
  assert.deepEqual([set.get("desk")?.pushedAt, set.get("desk")?.order.newestTime], [5000, 30]);
  assert.equal(heard.at(-1), "desk 30 duplicate");
  assert.equal(still(40, 9), "wanted", "it means another picture");
  assert.equal(still(25, 10), "wanted", "more is known already");
  // The same pixels again, as a picture: that one stands from now on.
  assert.equal(await set.push("desk", shot(50, 1)), "duplicate");
  assert.deepEqual([still(60, 10), still(60, 50)], ["wanted", "stands"]);
  assert.throws(() => set.stillShows("screen", { time: 1, pictureTime: 1 }), isRefused("captured"));
});

Deno.test("SourceSet: who breaks the promise to report is silent, until it is heard again", async () => {
  const { set, clock, opened, silences, timers, heard } = rig();
  const pass = (ms: number) => {
    clock.now += ms;
    timers.pass(ms);
  };
  await set.push("desk", { ...shot(10, 1), promisedMs: 30_000 });
  const desk = set.get("desk")!;
  pass(69_000);
  assert.equal(set.stillShows("desk", { time: 20, pictureTime: 10, promisedMs: 30_000 }), "stands");
  pass(69_999);
  assert.deepEqual([desk.silentSince, silences], [undefined, []]);
  pass(1);
  const reason = "nothing was heard from its sender since 1970-01-01T00:01:10.000Z";
  assert.equal(desk.silentSince, 70_000);
  assert.deepEqual([silences, opened[0].silences], [[`desk: ${reason}`], [reason]]);
  // What it shows now, the history has a gap for: it needs the picture, though it may be the same.
  assert.equal(set.repeats("desk", { time: 90, fileDigest: "file 1" }), false);
  const report = { time: 90, pictureTime: 10, promisedMs: 30_000 };
  assert.equal(set.stillShows("desk", report), "wanted");
  assert.equal(desk.silentSince, undefined);
  assert.deepEqual([silences.at(-1), opened[0].silences.at(-1)], [undefined, undefined]);
  assert.equal(set.repeats("desk", { time: 90, fileDigest: "file 1" }), false, "heard, not seen");
  assert.equal(set.stillShows("desk", report), "wanted");
  assert.equal(await set.push("desk", shot(90, 1)), "duplicate");
  assert.equal(heard.at(-1), "desk 90 duplicate 1", "with its pixels");
  // That one promised nothing.
  pass(24 * HOUR_MS);
  assert.equal(desk.silentSince, undefined);
});

Deno.test("SourceSet: a source that is closed or stopped is not silent later", async () => {
  const { set, silences, timers } = rig();
  await set.push("a", { ...shot(10, 1), promisedMs: 1000 });
  await set.push("b", { ...shot(10, 1), promisedMs: 1000 });
  set.remove("a", "removed");
  await set.stop();
  timers.pass(HOUR_MS);
  assert.deepEqual([silences, timers.pending], [[], 0]);
});

Deno.test("SourceSet forgets a source whose engine dies, and no other of the same id", async () => {
  const { set, opened, closed } = rig();
  await set.push("a", shot(1, 1));
  const told: string[] = [];
  const leave = set.get("a")!.enter((reason) => told.push(reason));
  opened[0].die(new Error("the Worker died"));
  assert.deepEqual(told, ["the Worker died"]);
  leave();
  assert.deepEqual(closed, ["a: the Worker died"]);
  assert.equal(set.get("a"), undefined);
  await set.push("a", shot(1, 1));
  opened[0].die(new Error("again"));
  assert.ok(set.get("a"));
  assert.equal(set.remove("a", "removed"), true);
  assert.equal(set.remove("a", "removed"), false);
  assert.equal(set.remove("screen", "removed"), false);
});

Deno.test("SourceSet.push() fails when the engine does not start, and the next one tries again", async () => {
  const { set, hold } = rig({ maxPushed: 1 });
  hold.opening = Promise.reject(new Error("no Worker"));
  await assert.rejects(set.push("a", shot(1, 1)), /no Worker/);
  hold.opening = Promise.resolve();
  assert.equal(await set.push("a", shot(1, 1)), "newest");
});

Deno.test("SourceSet.stop() stops every engine", async () => {
  const { set, opened, engine, hold } = rig();
  await set.push("a", shot(1, 1));
  const opening = Promise.withResolvers<void>();
  hold.opening = opening.promise;
  const late = set.push("b", shot(1, 1));
  const stopped = set.stop();
  opening.resolve();
  await Promise.all([stopped, late]);
  assert.ok(engine.stopped && opened.every((one) => one.stopped));
});
