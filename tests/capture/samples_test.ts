import assert from "node:assert/strict";
import { Rate, Samples } from "../../capture/samples.ts";

Deno.test("Samples.summary() gives the 50th and 95th percentile, 0 for none", () => {
  const samples = new Samples();
  assert.deepEqual(samples.summary(), { p50: 0, p95: 0 });
  samples.add(7);
  assert.deepEqual(samples.summary(), { p50: 7, p95: 7 });
  for (let i = 1; i <= 99; i++) samples.add(100 + i);
  assert.deepEqual(samples.summary(), { p50: 150, p95: 195 });
});

Deno.test("Samples keeps the newest 512", () => {
  const samples = new Samples();
  for (let i = 0; i < 1000; i++) samples.add(1e6);
  for (let i = 0; i < 512; i++) samples.add(1);
  assert.deepEqual(samples.summary(), { p50: 1, p95: 1 });
});

Deno.test("Rate.perSecond() counts the last two seconds", () => {
  const rate = new Rate();
  assert.equal(rate.perSecond(0), 0);
  for (let at = 0; at < 1000; at += 100) rate.add(at);
  assert.equal(rate.perSecond(1000), 5);
  assert.equal(rate.perSecond(2400), 2.5);
  assert.equal(rate.perSecond(10_000), 0);
});

Deno.test("Rate is bounded: more than 1000 a second are not counted", () => {
  const rate = new Rate();
  for (let i = 0; i < 100_000; i++) rate.add(i / 100);
  assert.equal(rate.perSecond(1000), 1000);
});
