import assert from "node:assert/strict";
import { ClockOffset } from "../../../public/engine/clock_offset.js";

/** A server whose clock is behind by this. */
const BEHIND = 12_345;

Deno.test("ClockOffset says nothing before the first message", () => {
  const offset = new ClockOffset();
  assert.equal(offset.value, null);
  assert.equal(offset.since(1000, 0), null);
});

Deno.test("ClockOffset is that of the message that came fastest", () => {
  const offset = new ClockOffset();
  for (const [now, delay] of [[1000, 80], [2000, 15], [3000, 400]]) {
    offset.note(now, BEHIND + delay);
  }
  assert.equal(offset.value, BEHIND + 15);
  assert.equal(offset.since(10_000, 10_000 - BEHIND - 100), 85);
});

Deno.test("ClockOffset.since() is never negative", () => {
  const offset = new ClockOffset();
  offset.note(0, BEHIND);
  assert.equal(offset.since(1000, 1000 - BEHIND + 50), 0);
});

Deno.test("ClockOffset forgets the fastest message after one to two minutes: clocks drift", () => {
  const offset = new ClockOffset();
  offset.note(0, BEHIND);
  for (let now = 2000; now <= 180_000; now += 2000) offset.note(now, BEHIND + 30);
  assert.equal(offset.value, BEHIND + 30);
});

Deno.test("ClockOffset follows a clock that was set, forward at once, back by more than a minute at once", () => {
  const offset = new ClockOffset();
  offset.note(0, BEHIND);
  offset.note(1000, BEHIND - 3_600_000);
  assert.equal(offset.value, BEHIND - 3_600_000);
  offset.note(2000, BEHIND);
  assert.equal(offset.value, BEHIND);
  offset.note(3000, BEHIND + 61_000);
  assert.equal(offset.value, BEHIND + 61_000);
});

Deno.test("ClockOffset after a long pause knows only what is new", () => {
  const offset = new ClockOffset();
  offset.note(0, BEHIND);
  offset.note(500_000, BEHIND + 7);
  assert.equal(offset.value, BEHIND + 7);
});
