import assert from "node:assert/strict";
import { atMost, DirtyRects, MAX_RECTS } from "../../../public/engine/dirty.js";

const size = { width: 100, height: 80 };
const whole = { x: 0, y: 0, w: 100, h: 80 };
const small = { x: 3, y: 4, w: 5, h: 6 };

Deno.test("DirtyRects hands out what was added, once", () => {
  const dirty = new DirtyRects();
  dirty.add([small, { ...small, x: 50 }], size);
  assert.deepEqual(dirty.take(size), [small, { ...small, x: 50 }]);
  assert.deepEqual(dirty.take(size), []);
});

Deno.test("DirtyRects becomes the whole picture when the parts add up to it", () => {
  const dirty = new DirtyRects();
  dirty.add([{ x: 0, y: 0, w: 100, h: 40 }], size);
  dirty.add([{ x: 0, y: 0, w: 100, h: 40 }, small], size);
  assert.deepEqual(dirty.take(size), [whole]);
});

Deno.test("DirtyRects becomes the whole picture past its bound", () => {
  const wide = { width: 16_384, height: 1024 };
  const dirty = new DirtyRects();
  for (let i = 0; i < MAX_RECTS; i += 1) dirty.add([{ x: i, y: 0, w: 1, h: 1 }], wide);
  assert.equal(dirty.take(wide).length, MAX_RECTS);
  for (let i = 0; i <= MAX_RECTS; i += 1) dirty.add([{ x: i, y: 0, w: 1, h: 1 }], wide);
  assert.deepEqual(dirty.take(wide), [{ x: 0, y: 0, w: 16_384, h: 1024 }]);
});

Deno.test("atMost() merges what is too much into its bounds", () => {
  const rects = [small, { x: 20, y: 1, w: 2, h: 2 }];
  assert.deepEqual(atMost(rects, 2), rects);
  assert.deepEqual(atMost(rects, 1), [{ x: 3, y: 1, w: 19, h: 9 }]);
});
