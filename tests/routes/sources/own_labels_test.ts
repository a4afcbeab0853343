import assert from "node:assert/strict";
import { withOwnLabels } from "../../../routes/sources/own_labels.ts";

Deno.test("withOwnLabels() tells sources of the same name apart by their ids, and leaves others alone", () => {
  const labelled = withOwnLabels([
    { id: "demo", label: "demo" },
    { id: "two", label: "demo" },
    { id: "left", label: "x11 :0" },
    { id: "right", label: "x11 :0" },
    { id: "cam", label: "camera /dev/video0" },
  ]);
  assert.deepEqual(labelled.map(({ label }) => label), [
    "demo",
    "demo, two",
    "x11 :0, left",
    "x11 :0, right",
    "camera /dev/video0",
  ]);
});
