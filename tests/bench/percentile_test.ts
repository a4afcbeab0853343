import assert from "node:assert/strict";
import { summary } from "../../bench/latency/measure.ts";
import { percentile } from "../../bench/percentile.ts";

Deno.test("percentile() is a value of the sample, whose order does not matter", () => {
  assert.equal(percentile([7], 0.99), 7);
  assert.equal(percentile([30, 10, 20], 0.5), 20);
  assert.equal(percentile([30, 10, 20], 1), 30);
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  assert.deepEqual([0.5, 0.95, 0.99].map((share) => percentile(hundred, share)), [51, 96, 100]);
});

Deno.test("percentile() refuses to make a figure of nothing, or of what is no number", () => {
  assert.throws(() => percentile([], 0.5), RangeError);
  assert.throws(() => percentile([1, NaN, 2], 0.5), {
    message: "Cannot tell a percentile: got the value NaN",
  });
});

Deno.test("summary() of bench:latency refuses times before the draw, none and beyond the limit", () => {
  assert.deepEqual(summary([12, 8, 10]), { p50: 10, p95: 12, max: 12 });
  for (const ms of [0, -3, NaN, Infinity, 5001]) {
    assert.throws(() => summary([12, ms]), {
      message: `Cannot believe ${ms} ms: wanted more than 0 to 5000`,
    });
  }
});
