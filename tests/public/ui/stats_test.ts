import assert from "node:assert/strict";
import {
  checkText,
  latencyText,
  perSecondText,
  rateText,
  statsRows,
} from "../../../public/ui/stats.js";

Deno.test("rateText() chooses the unit", () => {
  assert.equal(rateText(0), "0.0 kB/s");
  assert.equal(rateText(1234), "1.2 kB/s");
  assert.equal(rateText(123_456), "123 kB/s");
  assert.equal(rateText(999_600), "1.0 MB/s");
  assert.equal(rateText(12_300_000), "12.3 MB/s");
});

Deno.test("latencyText() is whole milliseconds, never negative, and says nothing it does not know", () => {
  assert.equal(latencyText(40.4), "40 ms");
  assert.equal(latencyText(-3), "0 ms");
  assert.equal(latencyText(null), "–");
});

const EXACT = {
  result: "exact" as const,
  tiles: 510,
  wrong: 0,
  exact: 3,
  mismatches: 0,
  healed: 0,
};

Deno.test("checkText() says when the canvas was compared, and how it was", () => {
  assert.equal(checkText(null, 0), "not yet");
  assert.equal(checkText({ report: EXACT, at: 1000 }, 13_900), "12 s ago, exact");
  const differs = { ...EXACT, result: "differs" as const, mismatches: 1 };
  assert.equal(
    checkText({ report: { ...differs, wrong: 1 }, at: 0 }, 0),
    "0 s ago, 1 tile differs",
  );
  assert.equal(
    checkText({ report: { ...differs, wrong: 7 }, at: 0 }, 500_000),
    "8 min ago, 7 tiles differ",
  );
  const unreadable = { ...EXACT, result: "unreadable" as const };
  assert.equal(checkText({ report: unreadable, at: 0 }, 5000), "5 s ago, exact as decoded");
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
    roundTripMs: null,
    compressed: true,
  };
  const context = {
    seq: 7,
    frame: { width: 640, height: 480 },
    zoom: "100%",
    check: null,
    now: 0,
    inexactTiles: 0,
    path: "stream, worker",
    past: false,
  };
  const value = (compressed: boolean) =>
    statsRows({ ...stats, compressed }, context).find(({ key }) => key === "bytes");
  assert.equal(value(true)?.label, "Received");
  assert.equal(value(false)?.label, "Unpacked");
  assert.match(value(false)?.hint ?? "", /the wire carried fewer/);
  assert.equal(statsRows(stats, context).find(({ key }) => key === "size")?.value, "640 × 480");
  // What the stream did last says nothing about a recorded picture.
  const past = statsRows(stats, { ...context, path: "history, worker", past: true });
  assert.deepEqual(past.map(({ key }) => key), ["size", "zoom", "path"]);
});

Deno.test("statsRows() tells of healing once there was something to heal", () => {
  const stats = {
    updatesPerSecond: 0,
    patchesPerSecond: 0,
    bytesPerSecond: 0,
    lagMs: null,
    roundTripMs: 31.4,
    compressed: true,
  };
  const picture = { seq: 7, frame: null, zoom: "100%", inexactTiles: 0 };
  const context = { ...picture, now: 0, path: "", past: false };
  const healed = (mismatches: number, healed: number) => {
    const check = { report: { ...EXACT, mismatches, healed }, at: 0 };
    return statsRows(stats, { ...context, check }).find(({ key }) => key === "healed")?.value;
  };
  assert.equal(healed(0, 0), undefined);
  assert.equal(healed(1, 1), "1");
  assert.equal(healed(3, 1), "1 of 3");
  const rows = statsRows(stats, { ...context, check: null });
  assert.equal(rows.find(({ key }) => key === "roundtrip")?.value, "31 ms");
});
