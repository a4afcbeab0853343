import assert from "node:assert/strict";
import { bench } from "../../bench/viewers.ts";
import { readOptions } from "../../bench/viewers/options.ts";

Deno.test("bench:viewers follows 50 viewers who connect at once, and none misses an update", async () => {
  if (Deno.build.os !== "linux") {
    // deno-lint-ignore no-console -- says what is skipped
    console.log("skipped: not Linux");
    return;
  }
  const options = { viewers: 50, fps: 30, bytes: 2048, seconds: 2, json: false };
  const { all, one, undelivered, passed } = await bench(options);
  assert.deepEqual([one.connected, all.connected, all.lost], [1, 50, 0]);
  assert.ok(all.updates > 0, "the source changes");
  assert.deepEqual([all.missed, undelivered], [0, 0]);
  assert.equal(all.delivered, 50 * all.updates);
  assert.equal(passed, true);
});

Deno.test("bench:viewers refuses numbers out of their ranges, and flags that there are not", () => {
  assert.deepEqual(readOptions(["--viewers", "7", "--json"]), {
    viewers: 7,
    fps: 30,
    bytes: 2048,
    seconds: 10,
    json: true,
  });
  assert.throws(() => readOptions(["--fps", "0"]), {
    message: "Cannot set fps: got 0, wanted a whole number, 1 to 120",
  });
  assert.throws(() => readOptions(["--viewers", "many"]), RangeError);
  assert.throws(() => readOptions(["--viewer", "1"]), TypeError);
});
