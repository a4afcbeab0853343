import assert from "node:assert/strict";
import { play } from "../../bench/traces.ts";
import { missingCommands } from "../capture/sources/xvfb.ts";

/** 8 s of the demo desktop at 15 frames a second, losslessly stored: typing, a scrolling log, a dragged window. */
const RECORDING = new URL("../fixtures/desktop.mkv", import.meta.url).pathname;

Deno.test("bench:traces plays a recording exactly, with copies and recalls, in few bytes", async () => {
  const missing = missingCommands(["ffmpeg", "ffprobe"]);
  if (missing.length > 0) {
    assert.notEqual(Deno.env.get("CI"), "true", `missing: ${missing.join(", ")}`);
    // deno-lint-ignore no-console -- says what is skipped
    console.log(`skipped: no ${missing.join(", ")}`);
    return;
  }
  const result = await play(RECORDING);
  assert.equal(result.exact, true);
  assert.equal(result.frames, 120);
  assert.equal(result.changedFrames, 49);
  assert.ok(result.copies > 0, "the dragged window and the log move by copies");
  assert.ok(result.recalls > 0, "what the window uncovers is recalled");
  // Bytes do not depend on the machine; a change that makes them grow has to say why.
  assert.ok(result.keyframeBytes < 135_000, `the keyframe has ${result.keyframeBytes} bytes`);
  assert.ok(result.updateBytes < 60_000, `the updates have ${result.updateBytes} bytes`);
});
