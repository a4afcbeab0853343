/** Which instants are known to have the picture that is shown. */
import assert from "node:assert/strict";
import { Stretch } from "../../../public/engine/stretch.js";

const at = (previous: number | null, next: number | null, gap = false) => ({ previous, next, gap });

Deno.test("Stretch knows what lies between the picture and the instants asked for", () => {
  const stretch = new Stretch();
  assert.equal(stretch.at(0), null);
  stretch.learn(100, 150, at(50, 300));
  assert.deepEqual(stretch.at(100), at(50, 300));
  assert.deepEqual(stretch.at(150), at(50, 300));
  assert.equal(stretch.at(99), null);
  assert.equal(stretch.at(151), null, "a gap may begin there");
  stretch.learn(100, 250, at(50, 300));
  assert.deepEqual(stretch.at(200), at(50, 300));
  stretch.learn(100, 120, at(50, 300));
  assert.deepEqual(stretch.at(250), at(50, 300), "an older instant does not make it less");
});

Deno.test("Stretch knows a gap from an instant in it to its end", () => {
  const stretch = new Stretch();
  stretch.learn(100, 250, at(50, 300, true));
  assert.deepEqual(stretch.at(250), at(50, 300, true));
  assert.deepEqual(stretch.at(299), at(50, 300, true));
  assert.equal(stretch.at(300), null);
  assert.equal(stretch.at(200), null, "the gap may begin later");
  stretch.learn(100, 200, at(50, 300));
  assert.deepEqual(stretch.at(200), at(50, 300));
  assert.equal(stretch.at(260), null, "what was known of the gap is not mixed up with the picture");
});

Deno.test("Stretch believes nothing about the newest picture, or after forgetting", () => {
  const stretch = new Stretch();
  stretch.learn(100, 150, at(50, null));
  assert.equal(stretch.at(120), null);
  stretch.learn(100, 150, at(50, 300));
  stretch.forget();
  assert.equal(stretch.at(120), null);
});
