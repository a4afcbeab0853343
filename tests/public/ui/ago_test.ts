import assert from "node:assert/strict";
import { agoText } from "../../../public/ui/ago.js";

Deno.test("agoText() is in the unit that people would use, rounded down", () => {
  assert.equal(agoText(-5), "0 s ago");
  assert.equal(agoText(4999), "4 s ago");
  assert.equal(agoText(119_000), "119 s ago");
  assert.equal(agoText(120_000), "2 min ago");
  assert.equal(agoText(7_199_000), "119 min ago");
  assert.equal(agoText(7_200_000), "2 h ago");
  assert.equal(agoText(172_800_000), "2 days ago");
});
