import assert from "node:assert/strict";
import { FreshWishes } from "../../../../capture/sources/child/fresh_wishes.ts";
import { settled, TestClock } from "./support.ts";

/** A wish that notes when it is fulfilled. */
function ask(wishes: FreshWishes, since: number) {
  const wish = { over: false };
  wishes.ask(since).then(() => wish.over = true);
  return wish;
}

Deno.test("FreshWishes end with a picture that was read since", async () => {
  let changes = 0;
  const wishes = new FreshWishes(new TestClock(), () => changes++);
  const [early, late] = [ask(wishes, 10), ask(wishes, 20)];
  assert.deepEqual([wishes.any, changes], [true, 2]);
  wishes.shown(9);
  await settled();
  assert.deepEqual([early.over, late.over], [false, false]);
  wishes.shown(19);
  await settled();
  assert.deepEqual([early.over, late.over], [true, false]);
  wishes.giveUp();
  await settled();
  assert.deepEqual([late.over, wishes.any, changes], [true, false, 4]);
});

Deno.test("FreshWishes end after 3 s, and leave no timer behind", async () => {
  const clock = new TestClock();
  const wishes = new FreshWishes(clock, () => {});
  const wish = ask(wishes, 0);
  await clock.pass(2999);
  assert.equal(wish.over, false);
  await clock.pass(1);
  assert.deepEqual([wish.over, clock.pending], [true, 0]);
});

Deno.test("FreshWishes has room for 64", async () => {
  const wishes = new FreshWishes(new TestClock(), () => {});
  const all = Array.from({ length: 65 }, () => ask(wishes, 0));
  await settled();
  assert.deepEqual(all.map(({ over }) => over), [...Array(64).fill(false), true]);
});
