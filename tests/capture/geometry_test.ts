import assert from "node:assert/strict";
import { clip, contains, rowsOf } from "../../capture/geometry.ts";

const SIZE = { width: 10, height: 20 };

Deno.test("clip() gives the part inside", () => {
  assert.deepEqual(clip({ x: 2, y: 3, w: 4, h: 5 }, SIZE), { x: 2, y: 3, w: 4, h: 5 });
  assert.deepEqual(clip({ x: -2, y: -3, w: 4, h: 5 }, SIZE), { x: 0, y: 0, w: 2, h: 2 });
  assert.deepEqual(clip({ x: 9, y: 19, w: 4, h: 5 }, SIZE), { x: 9, y: 19, w: 1, h: 1 });
  assert.deepEqual(clip({ x: -5, y: -5, w: 99, h: 99 }, SIZE), { x: 0, y: 0, w: 10, h: 20 });
});

Deno.test("clip() gives undefined where nothing is inside", () => {
  assert.equal(clip({ x: 10, y: 0, w: 4, h: 5 }, SIZE), undefined);
  assert.equal(clip({ x: 0, y: 20, w: 4, h: 5 }, SIZE), undefined);
  assert.equal(clip({ x: -4, y: 0, w: 4, h: 5 }, SIZE), undefined);
});

Deno.test("rowsOf() spans from the topmost to the bottommost row", () => {
  assert.equal(rowsOf([]), undefined);
  assert.deepEqual(rowsOf([{ x: 0, y: 7, w: 1, h: 2 }]), { top: 7, bottom: 9 });
  const rects = [{ x: 0, y: 7, w: 1, h: 2 }, { x: 0, y: 3, w: 1, h: 1 }];
  assert.deepEqual(rowsOf(rects), { top: 3, bottom: 9 });
});

Deno.test("contains() is true where all of the inner one lies in the outer one", () => {
  const outer = { x: 2, y: 3, w: 4, h: 5 };
  assert.equal(contains(outer, outer), true);
  assert.equal(contains(outer, { x: 5, y: 7, w: 1, h: 1 }), true);
  for (const [x, y] of [[1, 3], [2, 2], [6, 3], [2, 8]]) {
    assert.equal(contains(outer, { x, y, w: 1, h: 1 }), false);
  }
  assert.equal(contains(outer, { x: 2, y: 3, w: 5, h: 1 }), false);
});
