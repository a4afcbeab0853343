import assert from "node:assert/strict";
import { Histogram } from "../../capture/histogram.ts";
import { Samples } from "../../capture/samples.ts";

Deno.test("Histogram.observe() counts a value in the first range whose bound it does not pass", () => {
  const histogram = new Histogram([1, 10]);
  for (const value of [0, 1, 1.5, 10, 10.5, 1e9]) histogram.observe(value);
  assert.deepEqual(histogram.counts(), { bounds: [1, 10], counts: [2, 2, 2], sum: 1e9 + 23 });
});

Deno.test("Histogram.counts() is a copy", () => {
  const histogram = new Histogram([1]);
  const before = histogram.counts();
  histogram.observe(0);
  assert.deepEqual(before.counts, [0, 0]);
});

Deno.test("Samples.histogram() forgets nothing, unlike the percentiles", () => {
  const samples = new Samples();
  for (let i = 0; i < 1000; i++) samples.add(i < 400 ? 500 : 1);
  assert.equal(samples.summary().p95, 1);
  const { counts, sum } = samples.histogram();
  assert.equal(counts.reduce((a, b) => a + b), 1000);
  assert.equal(sum, 400 * 500 + 600);
});
