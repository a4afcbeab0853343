/** The stretch of time on the strip. */
import assert from "node:assert/strict";
import {
  DAY_MS,
  MIN_SPAN_MS,
  panned,
  showing,
  ticks,
  timeAt,
  wholeSpan,
  xOf,
  zoomed,
} from "../../../public/history/span.js";

const NOW = 1_000 * DAY_MS;
const limits = { oldest: NOW - DAY_MS, now: NOW };
const hour = { from: NOW - 3_600_000, to: NOW };

Deno.test("timeAt() and xOf() are each other's inverse", () => {
  assert.equal(timeAt(hour, 0, 600), hour.from);
  assert.equal(timeAt(hour, 600, 600), hour.to);
  assert.equal(xOf(hour, timeAt(hour, 150, 600), 600), 150);
});

Deno.test("wholeSpan() shows everything, a minute at least, a day at most, and some room behind now", () => {
  for (const [age, length] of [[0, 60_000], [600_000, 612_000], [9 * DAY_MS, DAY_MS]]) {
    const { from, to } = wholeSpan(NOW - age, NOW);
    assert.ok(Math.abs(to - from - length * 1.02) < 2 || to - from === length, `${to - from}`);
    assert.ok(to > NOW && to < NOW + length * 0.03);
  }
});

Deno.test("zoomed() keeps the anchor in its place, between a minute and a day", () => {
  const anchor = NOW - 1_800_000;
  const half = zoomed(hour, 0.5, anchor, limits);
  assert.deepEqual(half, { from: anchor - 900_000, to: anchor + 900_000 });
  assert.equal(xOf(half, anchor, 100), 50);
  const { from, to } = zoomed(hour, 1e-6, anchor, limits);
  assert.equal(to - from, MIN_SPAN_MS);
  const day = zoomed(hour, 1e6, anchor, limits);
  assert.ok(day.to - day.from >= DAY_MS && day.to - day.from <= 1.05 * DAY_MS);
});

Deno.test("panned() stops a little behind now, and before the oldest picture", () => {
  const length = hour.to - hour.from;
  const late = panned(hour, 9 * DAY_MS, limits);
  assert.equal(late.to, NOW + length * 0.02);
  assert.equal(late.to - late.from, length);
  const early = panned(hour, -9 * DAY_MS, limits);
  assert.equal(early.from, limits.oldest - length * 0.02);
});

Deno.test("showing() moves only when the instant is out of view", () => {
  assert.equal(showing(hour, NOW - 1000, limits), hour);
  const moved = showing(hour, NOW - 2 * 3_600_000, limits);
  assert.ok(moved.from < NOW - 2 * 3_600_000 && moved.to > NOW - 2 * 3_600_000);
  assert.equal(moved.to - moved.from, 3_600_000);
});

Deno.test("ticks() are round in the viewer's zone and far enough apart", () => {
  const zone = 5.5 * 3_600_000;
  const span = { from: Date.UTC(2026, 0, 1, 0, 10), to: Date.UTC(2026, 0, 1, 6, 10) };
  const { times, stepMs } = ticks(span, 600, 80, () => zone);
  assert.equal(stepMs, 3_600_000);
  assert.deepEqual(times.map((time) => (time + zone) % stepMs), times.map(() => 0));
  assert.equal(times.length, 6);
});
