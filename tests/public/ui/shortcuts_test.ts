import assert from "node:assert/strict";
import { actionFor, SHORTCUTS } from "../../../public/ui/shortcuts.js";

const plain = { ctrlKey: false, metaKey: false, altKey: false };
const free = { typing: false, onStage: false };

Deno.test("actionFor() knows the keys, in either case", () => {
  assert.equal(actionFor({ key: "f", ...plain }, free), "fullscreen");
  assert.equal(actionFor({ key: "F", ...plain }, free), "fullscreen");
  assert.equal(actionFor({ key: "+", ...plain }, free), "zoomIn");
  assert.equal(actionFor({ key: "=", ...plain }, free), "zoomIn");
  assert.equal(actionFor({ key: "?", ...plain }, free), "help");
  assert.equal(actionFor({ key: "x", ...plain }, free), null);
});

Deno.test("actionFor() leaves combinations and typing alone", () => {
  assert.equal(actionFor({ key: "f", ...plain, ctrlKey: true }, free), null);
  assert.equal(actionFor({ key: "+", ...plain, metaKey: true }, free), null);
  assert.equal(actionFor({ key: "c", ...plain, altKey: true }, free), null);
  assert.equal(actionFor({ key: "0", ...plain }, { typing: true, onStage: false }), null);
});

Deno.test("actionFor() gives the arrows to the picture only while it has the focus", () => {
  assert.equal(actionFor({ key: "ArrowLeft", ...plain }, free), null);
  assert.equal(actionFor({ key: "ArrowLeft", ...plain }, { typing: false, onStage: true }), "left");
});

Deno.test("SHORTCUTS gives each key to one action", () => {
  const keys = SHORTCUTS.flatMap((shortcut) => shortcut.keys);
  assert.deepEqual(keys, [...new Set(keys)]);
});
