/** The history Worker as the program uses it: a stream in, questions answered, a clean end. */
import assert from "node:assert/strict";
import { Archive } from "../../history/archive.ts";
import { HistoryOpenFailed } from "../../history/database.ts";
import { HOUR } from "./rig.ts";
import { verifyArchive } from "./verify.ts";
import { CaptureRig } from "../helpers/capture_rig.ts";
import { randomFrame } from "../helpers/frames.ts";
import { Random } from "../helpers/random.ts";
import { setTimeout } from "node:timers/promises";

const OPTIONS = { maxAgeMs: 24 * HOUR, maxBytes: 0, fps: 10 };

Deno.test("Archive follows a source, answers, and closes the file with all in it", async () => {
  const dir = await Deno.makeTempDir({ prefix: "history-" });
  const frame = randomFrame(new Random(1), { width: 300, height: 200 }, "mixed");
  const screen = await CaptureRig.start(frame);
  try {
    const archive = await Archive.open({ ...OPTIONS, dir });
    screen.loop.setViewers(1);
    archive.follow("desk", {
      ring: screen.ring,
      capture: screen,
      now: screen.clock.wall,
      hello: () => screen.hello("history"),
    });
    // The Worker has its own pace: until the picture is there, the loop goes on.
    while ((await archive.ask("sources")).length === 0) {
      await screen.run(50);
      await setTimeout(1);
    }
    const { start, end } = (await archive.ask("span", "desk"))!;
    assert.ok(end >= start);
    const found = (await archive.ask("at", "desk", start))!;
    assert.deepEqual([found.width, found.height, found.grid.length], [300, 200, 20]);
    await assert.rejects(archive.ask("packs", [999]), /Cannot read pack 999: it is gone/);
    await assert.rejects(
      Archive.open({ ...OPTIONS, dir }),
      new HistoryOpenFailed(`Cannot open the history in ${dir}: another process is using it`),
    );
    assert.deepEqual(archive.state, { state: "recording", detail: "ok" });
    archive.unfollow("desk", "the source was removed");
    assert.equal((await archive.ask("span", "desk"))?.gaps[0].reason, "the source was removed");
    await archive.close();
    assert.equal(verifyArchive(dir).segments, 1);
  } finally {
    screen.close();
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("Archive.open() refuses what its store refuses", async () => {
  await assert.rejects(
    Archive.open({ ...OPTIONS, dir: "/x", fps: 0 }),
    new RangeError("Cannot set history fps: got 0, wanted 1 to 60"),
  );
  await assert.rejects(
    Archive.open({ ...OPTIONS, dir: "/dev/null/x" }),
    /Cannot open the history in/,
  );
});
