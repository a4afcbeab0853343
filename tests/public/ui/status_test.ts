import assert from "node:assert/strict";
import { countdownText, quietText, statusDetail, statusWord } from "../../../public/ui/status.js";

Deno.test("statusWord() has a word for every status", () => {
  assert.deepEqual(
    ([
      "connecting",
      "live",
      "stale",
      "reconnecting",
      "missing",
      "lost",
      "paused",
      "unauthorised",
      "hidden",
      "ended",
    ] as const).map(statusWord),
    [
      "Connecting",
      "Live",
      "Stale",
      "Reconnecting",
      "No such source",
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
  assert.equal(
    statusDetail("reconnecting", "the server could not be reached", false),
    "The server could not be reached. Waiting for the first picture.",
  );
  assert.equal(
    statusDetail("missing", "There is no source x; there are: demo"),
    "There is no source x; there are: demo. It is shown here as soon as it opens.",
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

Deno.test("quietText() tells the server's silence where the picture may be old", () => {
  assert.equal(quietText("stale", 4200), "Last sign of life 4 s ago");
  assert.equal(quietText("reconnecting", 3_600_000 * 3), "Last sign of life 3 h ago");
  assert.equal(quietText("connecting", 800), "");
  assert.equal(quietText("live", 4200), "");
  assert.equal(quietText("reconnecting", null), "");
});
