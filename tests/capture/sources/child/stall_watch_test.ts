import assert from "node:assert/strict";
import { StallWatch } from "../../../../capture/sources/child/stall_watch.ts";
import { TestClock } from "./support.ts";

function watched() {
  const clock = new TestClock();
  const said: string[] = [];
  const watch = new StallWatch({
    clock,
    silent: (ms) => said.push(`silent ${ms}`),
    stalled: (ms) => said.push(`stalled ${ms}`),
  });
  return { clock, said, watch };
}

Deno.test("StallWatch tells after 10 s without a picture, and after 30 s", async () => {
  const { clock, said, watch } = watched();
  watch.begin();
  await clock.pass(9999);
  assert.deepEqual(said, []);
  await clock.pass(1);
  assert.deepEqual(said, ["silent 10000"]);
  await clock.pass(19_999);
  assert.deepEqual(said, ["silent 10000"]);
  await clock.pass(1);
  assert.deepEqual(said, ["silent 10000", "stalled 30000"]);
  assert.equal(clock.pending, 0);
});

Deno.test("StallWatch begins anew with each picture", async () => {
  const { clock, said, watch } = watched();
  watch.begin();
  for (let second = 0; second < 15; second++) {
    await clock.pass(900);
    watch.picture();
  }
  assert.deepEqual(said, []);
  await clock.pass(10_000);
  assert.deepEqual(said, ["silent 10000"]);
  // The long interval is forgotten with some pictures.
  for (let picture = 0; picture < 12; picture++) {
    await clock.pass(33);
    watch.picture();
  }
  await clock.pass(10_000);
  assert.equal(said.length, 2);
});

Deno.test("StallWatch waits for ten intervals of a child that is slow", async () => {
  const { clock, said, watch } = watched();
  watch.begin();
  for (let picture = 0; picture < 30; picture++) {
    await clock.pass(5000);
    watch.picture();
  }
  await clock.pass(45_000);
  assert.deepEqual(said, []);
  await clock.pass(5001);
  assert.match(said[0], /^silent (49|50)/);
});

Deno.test("StallWatch says nothing when no pictures are to be expected", async () => {
  const { clock, said, watch } = watched();
  watch.begin();
  watch.end();
  watch.picture();
  await clock.pass(40_000);
  assert.deepEqual([said, clock.pending], [[], 0]);
});
