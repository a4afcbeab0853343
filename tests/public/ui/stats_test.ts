import assert from "node:assert/strict";
import { latencyText, perSecondText, rateText, statsRows } from "../../../public/ui/stats.js";

Deno.test("rateText() chooses the unit", () => {
  assert.equal(rateText(0), "0.0 kB/s");
  assert.equal(rateText(1234), "1.2 kB/s");
  assert.equal(rateText(123_456), "123 kB/s");
  assert.equal(rateText(999_600), "1.0 MB/s");
  assert.equal(rateText(12_300_000), "12.3 MB/s");
});

Deno.test("latencyText() removes the clocks' difference", () => {
  assert.equal(latencyText(-3960, 4000), "40 ms");
  assert.equal(latencyText(4010.4, -4000), "10 ms");
});

Deno.test("latencyText() is never negative, and says nothing it does not know", () => {
  assert.equal(latencyText(-3, 0), "0 ms");
  assert.equal(latencyText(null, 0), "–");
  assert.equal(latencyText(20, null), "–");
});

Deno.test("perSecondText() has a decimal for small numbers", () => {
  assert.equal(perSecondText(0.5), "0.5");
  assert.equal(perSecondText(9.96), "10");
  assert.equal(perSecondText(29.97), "30");
});

Deno.test("statsRows() says what kind of bytes were counted", () => {
  const stats = {
    updatesPerSecond: 30,
    patchesPerSecond: 90,
    bytesPerSecond: 5000,
    lagMs: 20,
    compressed: true,
  };
  const context = {
    seq: 7,
    frame: { width: 640, height: 480 },
    zoom: "100%",
    clockOffsetMs: 0,
    inexactTiles: 0,
    path: "stream, worker",
  };
  const value = (compressed: boolean) =>
    statsRows({ ...stats, compressed }, context).find(({ key }) => key === "bytes");
  assert.equal(value(true)?.label, "Received");
  assert.equal(value(false)?.label, "Unpacked");
  assert.match(value(false)?.hint ?? "", /the wire carried fewer/);
  assert.equal(statsRows(stats, context).find(({ key }) => key === "size")?.value, "640 × 480");
});
