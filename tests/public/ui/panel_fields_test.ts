import assert from "node:assert/strict";
import { changedFields, fieldValue } from "../../../public/ui/panel_fields.js";

Deno.test("fieldValue() reads numbers, and hands on what is none for the server to refuse", () => {
  assert.equal(fieldValue(" 12 "), 12);
  assert.equal(fieldValue("0,5"), 0.5);
  assert.equal(fieldValue("-3"), -3);
  assert.equal(fieldValue("abc"), "abc");
  assert.equal(fieldValue("1e999"), "1e999");
  assert.equal(fieldValue(""), null);
});

Deno.test("changedFields() sends only what differs", () => {
  const settings = { fps: 30, threshold: 0, scale: 0.5 };
  const texts = new Map([["fps", "30"], ["threshold", "12"], ["scale", ".5"]]);
  assert.deepEqual(changedFields(texts, settings), { threshold: 12 });
});
