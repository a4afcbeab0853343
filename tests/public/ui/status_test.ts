import assert from "node:assert/strict";
import { countdownText, statusDetail, statusWord } from "../../../public/ui/status.js";

Deno.test("statusWord() has a word for every status", () => {
  assert.deepEqual(
    ([
      "connecting",
      "live",
      "reconnecting",
      "lost",
      "paused",
      "unauthorised",
      "hidden",
      "ended",
    ] as const).map(statusWord),
    [
      "Connecting",
      "Live",
      "Reconnecting",
      "Source lost",
      "Paused",
      "Not signed in",
      "Hidden",
      "Disconnected",
    ],
  );
});

Deno.test("statusDetail() makes sentences of reason and consequence", () => {
  assert.equal(
    statusDetail("reconnecting", "the server could not be reached"),
    "The server could not be reached. The picture may be out of date.",
  );
  assert.equal(statusDetail("live", ""), "");
  assert.equal(statusDetail("ended", "Thrown out!"), "Thrown out!");
});

Deno.test("countdownText() counts whole seconds down", () => {
  assert.equal(countdownText(2001), "in 3 s");
  assert.equal(countdownText(2000), "in 2 s");
  assert.equal(countdownText(1), "in 1 s");
  assert.equal(countdownText(-5), "now");
  assert.equal(countdownText(null), "");
});
