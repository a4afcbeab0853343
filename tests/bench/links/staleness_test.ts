import assert from "node:assert/strict";
import { StalenessOf } from "../../../bench/links/staleness.ts";

const UPDATES = [{ seq: 1, time: 100 }, { seq: 2, time: 200 }, { seq: 3, time: 300 }];

Deno.test("StalenessOf.at() is for how long there has been a change that is not shown", () => {
  const staleness = new StalenessOf(UPDATES, [
    { seq: 1, at: 150 },
    { seq: 2, at: 350 },
    { seq: 3, at: 360 },
  ]);
  const expected = [[90, 0], [120, 20], [150, 0], [199, 0], [250, 50], [349, 149], [350, 50]];
  for (const [now, ms] of [...expected, [359, 59], [360, 0], [9000, 0]]) {
    assert.equal(staleness.at(now), ms, `at ${now}`);
  }
});

Deno.test("StalenessOf.between() samples every 10 ms", () => {
  const staleness = new StalenessOf(UPDATES.slice(0, 1), [{ seq: 1, at: 200 }]);
  // 0 for 100 ms, then 0, 10, … 90, then 0 for 800 ms.
  assert.deepEqual(staleness.between(0, 1000), { p50: 0, p95: 50, max: 90 });
});

Deno.test("StalenessOf.recovery() is when the viewer is back for half a second", () => {
  const staleness = new StalenessOf(UPDATES, [{ seq: 1, at: 101 }, { seq: 3, at: 2000 }]);
  assert.equal(staleness.recovery(1000, 5000, 300), 1000);
  assert.equal(staleness.recovery(1000, 2300, 300), undefined);
});
