import assert from "node:assert/strict";
import { CapturedSources } from "../../capture/captured_sources.ts";
import { assignIds } from "../../capture/source_ids.ts";
import { FakeEngine } from "../helpers/fake_engine.ts";
import { ManualTimers } from "../helpers/manual_timers.ts";

/** Two sources whose engines a test lets die and start. */
function rig() {
  const timers = new ManualTimers();
  const clock = { now: 0 };
  const said: string[] = [];
  const starts: PromiseWithResolvers<FakeEngine>[] = [];
  const engineOf = (label: string) => new FakeEngine(label, { width: 4, height: 2 });
  const set = new CapturedSources<FakeEngine>({
    sources: [
      { id: "left", engine: engineOf("x11 :1") },
      {
        id: "right",
        engine: engineOf("x11 :2"),
        restart() {
          starts.push(Promise.withResolvers());
          return starts.at(-1)!.promise;
        },
      },
    ],
    now: () => clock.now,
    after: timers.after,
    onDied: (id, reason) => said.push(`${id}: ${reason}`),
    onRestarted: ({ id, engine }) => said.push(`${id} is ${engine.label}`),
  });
  const pass = (ms: number) => {
    clock.now += ms;
    timers.pass(ms);
  };
  return { set, said, starts, engineOf, pass, timers };
}

/** Lets what has been resolved be noticed. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("CapturedSources lists its sources in order, the default one first", () => {
  const { set } = rig();
  assert.deepEqual(set.list().map(({ id, kind }) => `${id} ${kind}`), [
    "left captured",
    "right captured",
  ]);
  assert.equal(set.default.id, "left");
  assert.equal(set.get("right"), set.list()[1]);
  assert.equal(set.get("none"), undefined);
  assert.throws(() => new CapturedSources({ sources: [], now: () => 0 }), RangeError);
});

Deno.test("CapturedSources.died() tells the viewers, who may come back, and begins anew after a pause", async () => {
  const { set, said, starts, engineOf, pass } = rig();
  const told: string[] = [];
  const before = set.get("right")!;
  before.enter((reason, code) => told.push(`${code}: ${reason}`));
  set.get("left")!.enter((reason) => told.push(`left: ${reason}`));
  set.died("right", new Error("it broke"));
  set.died("right", new Error("it broke again"));
  assert.deepEqual(told, ["fault: it broke"]);
  assert.deepEqual(said, ["right: it broke"]);
  pass(999);
  assert.equal(starts.length, 0);
  pass(1);
  starts[0].resolve(engineOf("x11 :3"));
  await settled();
  assert.deepEqual(said, ["right: it broke", "right is x11 :3"]);
  assert.notEqual(set.get("right"), before);
  assert.deepEqual(set.list().map(({ id }) => id), ["left", "right"]);
});

Deno.test("CapturedSources waits longer each time that a source dies soon or does not start", async () => {
  const { set, starts, engineOf, pass } = rig();
  set.died("right", new Error("1"));
  pass(1000);
  starts[0].reject(new Error("not there"));
  await settled();
  pass(1999);
  assert.equal(starts.length, 1);
  pass(1);
  starts[1].resolve(engineOf("x11 :3"));
  await settled();
  set.died("right", new Error("2"));
  pass(3999);
  assert.equal(starts.length, 2);
  pass(1);
  starts[2].resolve(engineOf("x11 :4"));
  await settled();
  pass(60_000);
  set.died("right", new Error("after a long life"));
  pass(1000);
  assert.equal(starts.length, 4);
});

Deno.test("CapturedSources.stop() begins nothing anew, and stops what was being started", async () => {
  const { set, starts, engineOf, pass, timers } = rig();
  set.died("right", new Error("1"));
  pass(1000);
  set.stop();
  const late = engineOf("x11 :3");
  starts[0].resolve(late);
  await settled();
  assert.equal(late.stopped, true);
  set.died("left", new Error("2"));
  assert.equal(timers.pending, 0);
});

Deno.test("assignIds() numbers what nobody names, around the names that are taken", () => {
  const of = (id: string | undefined, kindId: string) => ({ id, kindId });
  assert.deepEqual(
    assignIds([
      of(undefined, "screen"),
      of("camera", "camera"),
      of(undefined, "camera"),
      of(undefined, "screen"),
      of("screen-2", "demo"),
      of(undefined, "demo"),
    ]),
    ["screen", "camera", "camera-2", "screen-3", "screen-2", "demo"],
  );
});
