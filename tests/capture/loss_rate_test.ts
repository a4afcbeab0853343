/** Quality as the load allows. */
import assert from "node:assert/strict";
import { LossRate } from "../../capture/loss_rate.ts";

const TICK_MS = 33;

/** Ticks of `seconds`, each update as large and as slow as said. */
function run(rate: LossRate, from: number, seconds: number, bytes: number, workMs: number): number {
  const end = from + seconds * 1000;
  let now = from;
  for (; now < end; now += TICK_MS) rate.sent({ bytes, workMs, tickMs: TICK_MS }, now);
  return now;
}

Deno.test("LossRate gives what is cheap the best quality, without hurry", () => {
  const rate = new LossRate();
  run(rate, 0, 10, 2000, 5);
  assert.equal(rate.quality, 50);
  assert.equal(rate.hurry, false);
});

Deno.test("LossRate lowers the quality while too many bytes are sent, and not below what helps", () => {
  const rate = new LossRate();
  let now = run(rate, 0, 1.5, 10_000, 5);
  assert.ok(rate.quality < 42);
  now = run(rate, now, 10, 10_000, 5);
  assert.equal(rate.quality, 35);
  assert.equal(rate.hurry, false);
  now = run(rate, now, 10, 40_000, 5);
  assert.equal(rate.quality, 20);
  // Less load, but still too much, is no reason to rise.
  now = run(rate, now, 10, 10_000, 5);
  assert.equal(rate.quality, 20);
  run(rate, now, 30, 2000, 5);
  assert.equal(rate.quality, 50);
});

Deno.test("LossRate hurries as soon as an update takes most of a tick, and rests when there is room again", () => {
  const rate = new LossRate();
  rate.sent({ bytes: 100, workMs: 30, tickMs: TICK_MS }, 0);
  assert.equal(rate.hurry, true);
  let now = run(rate, TICK_MS, 5, 100, 15);
  assert.equal(rate.hurry, true, "without hurry it would be too late again");
  now = run(rate, now, 3, 100, 8);
  assert.equal(rate.hurry, false);
  run(rate, now, 5, 100, 40);
  assert.ok(rate.quality < 42 && rate.hurry);
});

Deno.test("LossRate judges updates with losses only", () => {
  const rate = new LossRate();
  run(rate, 0, 10, 0, 500);
  assert.equal(rate.quality, 42);
  assert.equal(rate.hurry, false);
});
