import assert from "node:assert/strict";
import { place, readFit } from "../../../public/embed/placing.js";

Deno.test("readFit() takes three words, and `contain` for all others", () => {
  assert.deepEqual(["contain", "cover", "actual"].map(readFit), ["contain", "cover", "actual"]);
  assert.deepEqual([null, "", "Cover", "fill"].map(readFit), Array(4).fill("contain"));
});

Deno.test("place() shows all of the frame, in the middle", () => {
  const frame = { width: 200, height: 100 };
  assert.deepEqual(place({ width: 400, height: 400 }, frame, "contain"), {
    scale: 2,
    x: 0,
    y: 100,
  });
  assert.deepEqual(place({ width: 400, height: 100 }, frame, "contain"), {
    scale: 1,
    x: 100,
    y: 0,
  });
});

Deno.test("place() fills the box and cuts off what is too much on both sides", () => {
  const frame = { width: 200, height: 100 };
  assert.deepEqual(place({ width: 400, height: 400 }, frame, "cover"), { scale: 4, x: -200, y: 0 });
});

Deno.test("place() of a box that is as large as the frame on a fine display", () => {
  const frame = { width: 200, height: 100 };
  assert.deepEqual(place({ width: 100, height: 50 }, frame, "actual"), { scale: 0.5, x: 0, y: 0 });
});
