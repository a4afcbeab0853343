import assert from "node:assert/strict";
import * as fc from "fast-check";
import { ShotOrder } from "../../capture/shot_order.ts";

Deno.test("ShotOrder.judge() tells new, repeated and late pictures apart", () => {
  const order = new ShotOrder();
  assert.equal(order.newestTime, -Infinity);
  assert.equal(order.judge(10, "a", "A"), "newest");
  assert.equal(order.judge(20, "a", "A2"), "duplicate");
  assert.equal(order.newestTime, 20, "what is shown was there at 20 as well");
  assert.equal(order.judge(15, "b", "B"), "late");
  assert.equal(order.judge(20, "b", "B"), "newest", "of the same time, the later to come");
  assert.equal(order.judge(21, "a", "A"), "newest", "an earlier picture is back");
  assert.equal(order.newestTime, 21);
});

Deno.test("ShotOrder.repeats() knows the file that was accepted last", () => {
  const order = new ShotOrder();
  assert.equal(order.repeats(10, "A"), false);
  order.judge(10, "a", "A");
  assert.equal(order.repeats(11, "B"), false);
  assert.equal(order.repeats(9, "A"), false, "late: history may want it");
  assert.equal(order.repeats(12, "A"), true);
  assert.equal(order.judge(11, "b", "B"), "late");
  assert.equal(order.repeats(12, "A"), true, "a late one changes nothing");
});

Deno.test("ShotOrder: what is shown in the end is the newest, however they came", () => {
  const shots = fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 30 });
  fc.assert(fc.property(shots, fc.nat({ max: 3 }), (times, kinds) => {
    const order = new ShotOrder();
    const digestOf = (time: number) => String(time % (kinds + 1));
    let shown: string | undefined;
    for (const time of times) {
      const place = order.judge(time, digestOf(time), "");
      if (place === "newest") shown = digestOf(time);
    }
    assert.equal(order.newestTime, Math.max(...times));
    assert.equal(shown, digestOf(Math.max(...times)));
  }));
});
