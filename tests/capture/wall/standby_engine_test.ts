import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { EngineGone } from "../../../capture/engine.ts";
import { Ring } from "../../../capture/ring.ts";
import { ViewerCursor } from "../../../capture/viewer_cursor.ts";
import { type AnyEngine, REST_MS, StandbyEngine } from "../../../capture/wall/standby_engine.ts";
import type { JoinPoint, JoinWish } from "../../../capture/worker_protocol.ts";
import { liveDefaults } from "../../../config/live_settings.ts";
import type { LiveSettings } from "../../../config.ts";
import { FakeEngine } from "../../helpers/fake_engine.ts";
import { ManualTimers } from "../../helpers/manual_timers.ts";

const LIMITS = { maxBytes: 1e6, maxMs: 1e6 };

/** One run of the engine under test. */
class Run extends FakeEngine implements Pick<AnyEngine, "ring" | "join"> {
  readonly ring = new Ring({ maxBytes: 0, maxMs: 0 });
  readonly joins: JoinWish[] = [];
  #settings: LiveSettings;

  constructor(settings: LiveSettings) {
    super("run", { width: 10, height: 10 });
    this.#settings = settings;
  }

  override settings = () => this.#settings;
  change = (patch: Partial<LiveSettings>) =>
    Promise.resolve(this.#settings = { ...this.#settings, ...patch });

  join(wish: JoinWish): Promise<JoinPoint> {
    this.joins.push(wish);
    return Promise.resolve({
      index: this.ring.end,
      seq: 1,
      width: 10,
      height: 10,
      bytes: undefined,
      keyframe: false,
    });
  }

  /** The next chunk of this run. */
  say(text: string): void {
    this.ring.push({
      index: this.ring.end,
      seq: 1,
      epoch: 1,
      startsEpoch: true,
      resizes: undefined,
      time: 0,
      stream: new Uint8Array(),
      messages: new TextEncoder().encode(text),
    });
  }
}

function rig() {
  const timers = new ManualTimers();
  const clock = { now: 0 };
  const runs: Run[] = [];
  const events: string[] = [];
  /** `start`: what the Worker's start answers, where a test says when. */
  const fault: { now?: Error; start?: Promise<AnyEngine>; die: (error: Error) => void } = {
    die: () => {},
  };
  const engine = new StandbyEngine({
    label: "all sources",
    ring: LIMITS,
    settings: liveDefaults,
    hello: (viewer) => ({ width: 5, height: 5, source: "resting", viewer, heartbeatMs: 1000 }),
    start(settings, onFault) {
      events.push("start");
      if (fault.now) return Promise.reject(fault.now);
      if (fault.start) return fault.start;
      fault.die = onFault;
      runs.push(new Run(settings));
      return Promise.resolve(runs.at(-1) as unknown as AnyEngine);
    },
    started: () => events.push("started"),
    rested: () => events.push("rested"),
    died: ({ message }) => events.push(`died: ${message}`),
    steady: () => clock.now,
    after: timers.after,
  });
  const pass = (ms: number) => {
    clock.now += ms;
    timers.pass(ms);
  };
  return { engine, runs, events, fault, timers, pass };
}

const WISH: JoinWish = { since: null, bridge: true, oldest: 0 };

Deno.test("StandbyEngine runs with its first viewer, and ends 30 s after the last", async () => {
  const { engine, runs, events, pass } = rig();
  assert.deepEqual(await engine.health(), {
    healthy: true,
    state: "live",
    detail: "ok",
    lastLookAgeMs: null,
    sleeping: true,
  });
  assert.equal(engine.hello("v").source, "resting");
  assert.deepEqual(events, []);
  engine.setViewers(1, Infinity);
  await setImmediate();
  assert.deepEqual(events, ["start", "started"]);
  assert.equal(runs[0].viewers, 1);
  engine.setViewers(0, Infinity);
  pass(REST_MS - 1);
  engine.setViewers(2, 5);
  engine.setViewers(0, Infinity);
  pass(REST_MS - 1);
  await setImmediate();
  assert.equal(runs[0].stopped, false);
  pass(1);
  await setImmediate();
  assert.equal(runs[0].stopped, true);
  assert.deepEqual(events, ["start", "started", "rested"]);
});

Deno.test("StandbyEngine runs for a question too, and several at once start it once", async () => {
  const { engine, runs, events, timers, pass } = rig();
  await Promise.all([engine.join(WISH), engine.join(WISH), engine.change({ fps: 7 })]);
  assert.equal(runs.length, 1);
  assert.equal(engine.settings().fps, 7);
  pass(REST_MS);
  await setImmediate();
  assert.equal(events.at(-1), "rested");
  assert.equal(timers.pending, 0);
  // What was set holds in the next run.
  assert.equal(engine.settings().fps, 7);
  await engine.join(WISH);
  assert.equal(runs[1].settings().fps, 7);
});

Deno.test("StandbyEngine's ring counts on from run to run, and nobody goes on across them", async () => {
  const { engine, runs, pass } = rig();
  const first = await engine.join({ ...WISH, oldest: 3 });
  const at = first.index;
  assert.equal(runs[0].joins[0].oldest, 2);
  runs[0].say("a");
  runs[0].say("b");
  assert.deepEqual([engine.ring.get(at), engine.ring.get(at + 1)].map(textOf), ["a", "b"]);
  const reader = new ViewerCursor({
    form: "messages",
    ring: engine.ring,
    capture: engine,
    hello: () => engine.hello("v"),
    resume: undefined,
    now: () => 0,
  });
  await reader.next();
  const third = reader.next();
  await setImmediate();
  runs[0].say("c");
  assert.deepEqual((await third)!.map((bytes) => new TextDecoder().decode(bytes)), ["c"]);
  pass(REST_MS);
  await setImmediate();
  assert.equal(engine.ring.stats().entries, 0);
  assert.equal(engine.ring.indexAfter(1, 1), undefined);
  runs[0].say("too late");
  assert.equal(engine.ring.stats().entries, 0);

  const second = await engine.join(WISH);
  assert.ok(second.index > at + 3);
  const joins = runs[1].joins.length;
  const fifth = reader.next();
  await setImmediate();
  runs[1].say("d");
  await setImmediate();
  assert.equal(textOf(engine.ring.get(second.index)), "d");
  // The reader of the run before has lost its place, and joins.
  assert.equal(runs[1].joins.length, joins + 1);
  runs[1].say("e");
  // This engine's joins bring no bytes.
  assert.deepEqual(await fifth, []);
  assert.deepEqual((await reader.next())!.map((bytes) => new TextDecoder().decode(bytes)), ["e"]);
});

Deno.test("StandbyEngine, when its Worker dies, says so and begins anew with the next viewer", async () => {
  const { engine, runs, events, fault, pass } = rig();
  await engine.join(WISH);
  fault.die(new Error("bang"));
  assert.deepEqual(events.slice(2), ["rested", "died: bang"]);
  const again = engine.join(WISH);
  await setImmediate();
  // Not at once: a Worker that always dies must not keep the machine busy.
  assert.equal(runs.length, 1);
  pass(1000);
  await again;
  assert.equal(runs.length, 2);
});

Deno.test("StandbyEngine begins anew by itself for who stays: a follower within the process", async () => {
  const { engine, runs, fault, pass } = rig();
  engine.setViewers(1, 10);
  await setImmediate();
  fault.die(new Error("bang"));
  await setImmediate();
  pass(1000);
  await setImmediate();
  assert.equal(runs.length, 2);
  assert.deepEqual([runs[1].viewers, runs[1].neededFps], [1, 10]);
});

Deno.test("StandbyEngine that cannot be started says why, and is tried again", async () => {
  const { engine, fault, pass } = rig();
  fault.now = new Error("no memory");
  await assert.rejects(engine.join(WISH), /no memory/);
  fault.now = undefined;
  const joined = engine.join(WISH);
  await setImmediate();
  pass(1000);
  assert.equal((await joined).width, 10);
});

Deno.test("StandbyEngine: a start that fails late does not end the run that follows it", async () => {
  const { engine, runs, events, fault, pass } = rig();
  const first = Promise.withResolvers<AnyEngine>();
  fault.start = first.promise;
  const failed = assert.rejects(engine.join(WISH), /no memory/);
  await setImmediate();
  pass(REST_MS);
  fault.start = undefined;
  const second = engine.join(WISH);
  await setImmediate();
  assert.deepEqual(events, ["start"], "one at a time");
  first.reject(new Error("no memory"));
  await failed;
  await second;
  const third = engine.join(WISH);
  await setImmediate();
  pass(1000);
  await third;
  assert.deepEqual(events, ["start", "start", "started"]);
  await engine.stop();
  assert.deepEqual(runs.map(({ stopped }) => stopped), [true]);
});

Deno.test("StandbyEngine.stop() ends it for good", async () => {
  const { engine, runs } = rig();
  await engine.join(WISH);
  await engine.stop();
  assert.equal(runs[0].stopped, true);
  await assert.rejects(engine.join(WISH), EngineGone);
  await engine.stop();
});

function textOf(chunk: { messages: Uint8Array } | undefined): string | undefined {
  return chunk && new TextDecoder().decode(chunk.messages);
}
