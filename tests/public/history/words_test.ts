/** Sizes and lengths in words. */
import assert from "node:assert/strict";
import { changesText } from "../../../public/history/box_bar.js";
import { binned } from "../../../public/history/archive_view.js";
import { bytesText, lengthText, speedText, storageText } from "../../../public/history/words.js";

Deno.test("bytesText() has two or three digits", () => {
  const texts = [0, 999, 1000, 9_940_000, 412_345_678, 2e9, 3.2e13].map(bytesText);
  assert.deepEqual(texts, ["0 B", "999 B", "1.0 kB", "9.9 MB", "412 MB", "2.0 GB", "32 TB"]);
});

Deno.test("lengthText() names the unit that people would", () => {
  const texts = [0, 40_000, 720_000, 111_600_000, 864_000_000].map(lengthText);
  assert.deepEqual(texts, ["0 s", "40 s", "12 min", "31 h", "10 days"]);
});

Deno.test("storageText() tells what is used, the growth and how far back it will reach", () => {
  const storage = { usedBytes: 412e6, maxAgeMs: 864e5 * 2, bytesPerHour: 13e6 };
  assert.equal(
    storageText({ ...storage, budgetBytes: 5e8, horizonMs: 31 * 36e5 }),
    "412 MB of 500 MB, 13 MB/h: at this rate 31 h",
  );
  assert.equal(
    storageText({ ...storage, budgetBytes: 0, horizonMs: null, bytesPerHour: 0 }),
    "412 MB, keeps 48 h",
  );
});

Deno.test("speedText() writes a half as people do", () => {
  assert.deepEqual([0.5, 1, 64].map(speedText), ["½×", "1×", "64×"]);
});

Deno.test("changesText() counts", () => {
  assert.equal(changesText({ times: [], more: false }), "The box never changed");
  assert.equal(changesText({ times: [1], more: false }), "The box changed once");
  assert.equal(changesText({ times: [1, 2], more: true }), "The box changed 2+ times");
});

Deno.test("binned() asks for whole bins of what is stored, and never for too many", () => {
  const day = binned({ from: 86_400_123, to: 2 * 86_400_123 }, 1200);
  assert.ok(day.bins <= 300);
  assert.equal(day.from % 10_000, 0);
  assert.ok(day.from <= 86_400_123 && day.to >= 2 * 86_400_123);
  const minute = binned({ from: 600_123, to: 660_123 }, 1200);
  assert.deepEqual(minute, { from: 600_000, to: 670_000, bins: 7 });
});
