import assert from "node:assert/strict";
import { Meter } from "../../../public/engine/meter.js";

Deno.test("Meter measures the last two seconds", () => {
  const meter = new Meter();
  for (let now = 0; now < 10_000; now += 100) {
    meter.addUpdate(now, 3);
    meter.addBytes(now, 1000);
  }
  const { updatesPerSecond, patchesPerSecond, bytesPerSecond } = meter.read(9999);
  assert.ok(Math.abs(updatesPerSecond - 10) < 0.6, `${updatesPerSecond}`);
  assert.ok(Math.abs(patchesPerSecond - 30) < 2, `${patchesPerSecond}`);
  assert.ok(Math.abs(bytesPerSecond - 10_000) < 600, `${bytesPerSecond}`);
});

Deno.test("Meter falls to zero when nothing comes", () => {
  const meter = new Meter();
  meter.addUpdate(1000, 5);
  meter.addLag(1000, 20);
  assert.equal(meter.read(1500).updatesPerSecond, 1);
  assert.deepEqual(meter.read(4000), {
    updatesPerSecond: 0,
    patchesPerSecond: 0,
    bytesPerSecond: 0,
    lagMs: null,
  });
});

Deno.test("Meter survives a pause longer than its memory", () => {
  const meter = new Meter();
  meter.addBytes(1000, 4000);
  meter.addBytes(1000 + 9 * 250, 500);
  assert.equal(meter.read(1000 + 9 * 250).bytesPerSecond, 250);
});

Deno.test("Meter gives the median of the lags in the window", () => {
  const meter = new Meter();
  meter.addLag(1000, 9000);
  for (const lagMs of [40, 10, 30]) meter.addLag(9000, lagMs);
  assert.equal(meter.read(9100).lagMs, 30);
});

Deno.test("Meter.reset() starts at zero", () => {
  const meter = new Meter();
  meter.addUpdate(1000, 5);
  meter.addLag(1000, 20);
  meter.reset();
  assert.equal(meter.read(1000).updatesPerSecond, 0);
  assert.equal(meter.read(1000).lagMs, null);
});
