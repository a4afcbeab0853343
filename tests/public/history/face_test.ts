/** What screen readers say of the slider. */
import assert from "node:assert/strict";
import { spokenText } from "../../../public/history/face.js";
import { clockText } from "../../../public/history/words.js";

const NOW = Date.UTC(2026, 5, 9, 12, 0, 30);

Deno.test("spokenText() does not change each second while time goes on by itself", () => {
  const at = NOW - 1000;
  assert.equal(spokenText("live", NOW, NOW), "Live");
  assert.equal(spokenText("past", at, NOW), `In the past, ${clockText(at)}`);
  assert.equal(spokenText("playing", at, NOW), `Playing, ${clockText(NOW - 15_000)}`);
  assert.equal(spokenText("playing", at - 13_000, NOW), spokenText("playing", at, NOW));
  assert.notEqual(spokenText("playing", at - 15_000, NOW), spokenText("playing", at, NOW));
});
