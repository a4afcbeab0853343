import assert from "node:assert/strict";
import { Pulse } from "../../../public/engine/pulse.js";
import { FakeClock } from "./fake_clock.ts";

function setUp() {
  const clock = new FakeClock();
  const said: string[] = [];
  const pulse = new Pulse({
    clock,
    faint: () => said.push("faint"),
    back: () => said.push("back"),
    dead: (quietMs) => {
      said.push(`dead ${quietMs}`);
      pulse.stop();
    },
    woke: () => said.push("woke"),
  });
  return { clock, pulse, take: () => said.splice(0) };
}

const LIMITS = { faintMs: 3000, deadMs: 5000 };

Deno.test("Pulse is faint, then dead, to the millisecond", () => {
  const { clock, pulse, take } = setUp();
  pulse.watch(LIMITS);
  clock.advance(700);
  pulse.beat();
  clock.advance(2999);
  assert.deepEqual(take(), []);
  clock.advance(1);
  assert.deepEqual(take(), ["faint"]);
  clock.advance(1999);
  assert.deepEqual(take(), []);
  clock.advance(1);
  assert.deepEqual(take(), ["dead 5000"]);
  assert.equal(clock.pending, 0);
});

Deno.test("Pulse comes back with the next sign of life, and can be faint again", () => {
  const { clock, pulse, take } = setUp();
  pulse.watch(LIMITS);
  clock.advance(4000);
  pulse.beat();
  pulse.beat();
  assert.deepEqual(take(), ["faint", "back"]);
  clock.advance(3000);
  assert.deepEqual(take(), ["faint"]);
});

Deno.test("Pulse.quietMs counts from the last sign of life over all watches", () => {
  const { clock, pulse } = setUp();
  assert.equal(pulse.quietMs, null);
  pulse.watch(LIMITS);
  pulse.beat();
  clock.advance(2000);
  pulse.stop();
  pulse.watch(LIMITS);
  clock.advance(500);
  assert.equal(pulse.quietMs, 2500);
});

Deno.test("Pulse.quietMs is not fooled by a wall clock that is set back, and knows of sleep", () => {
  const { clock, pulse } = setUp();
  pulse.watch(LIMITS);
  pulse.beat();
  clock.advance(100);
  clock.setWall(-3_600_000);
  assert.equal(pulse.quietMs, 100);
  clock.setWall(3_600_000);
  clock.sleep(7_200_000, false);
  assert.equal(pulse.quietMs, 7_200_100);
});

Deno.test("Pulse notices sleep within a second of waking up, whichever clock shows it", () => {
  for (const steady of [true, false]) {
    const { clock, pulse, take } = setUp();
    pulse.watch({ faintMs: Infinity, deadMs: Infinity });
    clock.advance(10_500);
    assert.deepEqual(take(), []);
    clock.sleep(60_000, steady);
    clock.advance(1000);
    assert.deepEqual(take(), ["woke"]);
    clock.advance(10_000);
    assert.deepEqual(take(), []);
  }
});

Deno.test("Pulse.stop() leaves no timer behind", () => {
  const { clock, pulse } = setUp();
  pulse.watch(LIMITS);
  clock.advance(4000);
  pulse.stop();
  pulse.beat();
  assert.equal(clock.pending, 0);
});
