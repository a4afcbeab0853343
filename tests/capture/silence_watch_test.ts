import assert from "node:assert/strict";
import { SilenceWatch } from "../../capture/silence_watch.ts";
import { ManualTimers } from "../helpers/manual_timers.ts";

function rig() {
  const timers = new ManualTimers();
  const clock = { now: 0 };
  const changes: (number | undefined)[] = [];
  const watch = new SilenceWatch({
    now: () => clock.now,
    after: timers.after,
    changed: (since) => changes.push(since),
  });
  return {
    watch,
    timers,
    changes,
    pass(ms: number) {
      clock.now += ms;
      timers.pass(ms);
    },
  };
}

Deno.test("SilenceWatch gives twice the promised pause and 10 s", () => {
  const { watch, pass, changes } = rig();
  watch.heard(1000);
  pass(11_999);
  assert.deepEqual([changes, watch.silentSince], [[], undefined]);
  pass(1);
  assert.deepEqual([changes, watch.silentSince], [[0], 0]);
  pass(100_000);
  assert.deepEqual(changes, [0], "told once");
});

Deno.test("SilenceWatch counts from the newest report, by the newest promise", () => {
  const { watch, pass, changes } = rig();
  watch.heard(1000);
  pass(11_000);
  watch.heard(60_000);
  assert.equal(watch.promisedMs, 60_000);
  pass(129_999);
  assert.deepEqual(changes, []);
  pass(1);
  assert.deepEqual(changes, [11_000]);
  watch.heard(1000);
  assert.deepEqual([changes, watch.silentSince], [[11_000, undefined], undefined]);
});

Deno.test("SilenceWatch never calls silent who promises nothing, or is not listened to any more", () => {
  const { watch, pass, changes, timers } = rig();
  watch.heard(undefined);
  watch.heard(1000);
  watch.heard(undefined);
  pass(1e9);
  watch.heard(1000);
  watch.stop();
  pass(1e9);
  assert.deepEqual([changes, timers.pending], [[], 0]);
});
