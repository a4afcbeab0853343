import assert from "node:assert/strict";
import { isChoice } from "../../../public/sources/list.js";

Deno.test("isChoice() wants another source than the chosen one", () => {
  const [a, b] = [{ id: "a" }, { id: "b" }];
  assert.equal(isChoice([], ""), false);
  assert.equal(isChoice([], "x"), false);
  assert.equal(isChoice([a], ""), false);
  assert.equal(isChoice([a], "a"), false);
  // The way out of a link to one that is not there.
  assert.equal(isChoice([a], "x"), true);
  assert.equal(isChoice([a, b], "a"), true);
});
