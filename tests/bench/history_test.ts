/** The bench runs, on a short recording and a short day, and its pictures come back. */
import assert from "node:assert/strict";
import { benchHistory } from "../../bench/history.ts";
import { planDay, seeded } from "../../bench/history/day.ts";
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

Deno.test({
  name: "benchHistory() measures a short day and gets every picture back",
  ignore: missingCommands(["ffmpeg", "ffprobe"]).length > 0,
  async fn() {
    const options = { shots: 12, jumps: 5, liveSeconds: 1, h264: true };
    const { day, live } = await benchHistory([RECORDING], options);
    assert.equal(day.exact, true);
    assert.equal(day.shots, 12);
    assert.ok(day.historyBytes > 0 && day.pngBytes > 0 && day.h264Bytes! > 0);
    assert.equal(live?.pictures, 10);
  },
});
