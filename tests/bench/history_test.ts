/** The bench runs, on a short recording and a short day, and its pictures come back. */
import assert from "node:assert/strict";
import { benchHistory } from "../../bench/history.ts";
import { planDay, seeded } from "../../bench/history/day.ts";
import { report } from "../../bench/history/report.ts";
import { missingCommands } from "../capture/sources/xvfb.ts";
import { fromFileUrl } from "../helpers/source_files.ts";

const RECORDING = fromFileUrl(new URL("../fixtures/desktop.mkv", import.meta.url));

Deno.test("planDay() makes the same day of the same seed, with idle stretches and returns", () => {
  const frames = [300, 2, 1];
  const day = planDay(frames, 1000, seeded(1));
  assert.deepEqual(planDay(frames, 1000, seeded(1)), day);
  assert.equal(day.length, 1000);
  assert.ok(day.every(({ recording, frame }) => frame >= 0 && frame < frames[recording]));
  const same = day.filter((shot, i) => JSON.stringify(shot) === JSON.stringify(day[i - 1]));
  assert.ok(same.length > 200 && same.length < 900, `${same.length} shots like the one before`);
});

Deno.test("benchHistory() measures a short day and gets every picture back", async () => {
  const missing = missingCommands(["ffmpeg", "ffprobe"]);
  if (missing.length > 0) {
    assert.notEqual(Deno.env.get("CI"), "true", `missing: ${missing.join(", ")}`);
    // deno-lint-ignore no-console -- says what is skipped
    console.log(`skipped: no ${missing.join(", ")}`);
    return;
  }
  const said: string[] = [];
  const options = { shots: 100, jumps: 20, liveSeconds: 13, h264: true };
  const result = await benchHistory([RECORDING], options, (line) => said.push(line));
  const { day, live } = result;
  assert.equal(day.exact, true);
  assert.equal(day.shots, 100);
  assert.ok(live);
  // The recording has 120 frames: ten are shown a second time.
  assert.deepEqual([live.pictures, live.distinctPictures], [130, 120]);
  const optional = { h264Bytes: 0, ratioToH264: 0, firstTimeRatioToH264: 0 };
  for (const [name, value] of Object.entries({ ...optional, ...day, ...live })) {
    if (typeof value === "boolean") continue;
    assert.ok(value !== undefined && value > 0 && value < Infinity, `${name} is ${value}`);
  }
  assert.equal(day.bytesFreed, day.historyBytes - day.bytesAfterHalfExpired);
  assert.ok(day.distinctPngBytes < day.pngBytes, "what stands still is a PNG file each time");
  assert.ok(day.ingestMsP50 <= day.ingestMsP95 && day.decodePngMsP50 <= day.ingestMsP50);
  assert.ok(said.some((line) => line.startsWith("taking in the day: 100 of 100")), said.join("\n"));
  assert.doesNotMatch(report(result), /NaN|undefined|not measured|NOT ALL EXACT/);
});
