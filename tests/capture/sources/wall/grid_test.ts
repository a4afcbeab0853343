import assert from "node:assert/strict";
import { clip, contains, type Rect } from "../../../../capture/geometry.ts";
import { gridOf, MAX_CELLS, pictureIn } from "../../../../capture/sources/wall/grid.ts";

Deno.test("gridOf() gives one source half of a 1080p screen, and two halves of the width", () => {
  assert.deepEqual(gridOf(1), { width: 960, height: 540, cells: [{ x: 0, y: 0, w: 960, h: 540 }] });
  assert.deepEqual(gridOf(2), {
    width: 1920,
    height: 538,
    cells: [{ x: 0, y: 0, w: 956, h: 538 }, { x: 964, y: 0, w: 956, h: 538 }],
  });
});

Deno.test("gridOf() fills rows from the left, in the order of the sources", () => {
  const { cells, width, height } = gridOf(5);
  assert.deepEqual(cells.map(({ x, y }) => [x, y]), [
    [0, 0],
    [642, 0],
    [1284, 0],
    [0, 365],
    [642, 365],
  ]);
  assert.deepEqual([width, height], [1918, 722]);
});

Deno.test("gridOf() keeps all walls small, their cells apart and inside", () => {
  for (let count = 0; count <= MAX_CELLS; count++) {
    const { width, height, cells } = gridOf(count);
    assert.ok(width >= 1 && width <= 1920 && height >= 1 && height < 1105, `${width}×${height}`);
    assert.equal(cells.length, count);
    for (const [i, cell] of cells.entries()) {
      assert.deepEqual(clip(cell, { width, height }), cell);
      for (const other of cells.slice(i + 1)) assert.ok(!overlap(cell, other));
    }
  }
});

Deno.test("gridOf() refuses counts that it has no room for", () => {
  assert.throws(() => gridOf(65), /got 65 sources, wanted 0 to 64/);
  assert.throws(() => gridOf(-1), RangeError);
  assert.throws(() => gridOf(1.5), RangeError);
});

Deno.test("pictureIn() keeps proportions, stays inside, and never enlarges", () => {
  const cell = { x: 100, y: 50, w: 474, h: 267 };
  assert.deepEqual(pictureIn(cell, { width: 1920, height: 1080 }), {
    x: 100,
    y: 50,
    w: 474,
    h: 267,
  });
  assert.deepEqual(pictureIn(cell, { width: 100, height: 60 }), { x: 287, y: 153, w: 100, h: 60 });
  assert.deepEqual(pictureIn(cell, { width: 1080, height: 1920 }), {
    x: 262,
    y: 50,
    w: 150,
    h: 267,
  });
  assert.deepEqual(pictureIn(cell, { width: 16384, height: 1 }), { x: 100, y: 183, w: 474, h: 1 });
  for (const size of [{ width: 1, height: 9000 }, { width: 333, height: 334 }]) {
    const rect = pictureIn(cell, size);
    assert.ok(contains(cell, rect));
    assert.ok(rect.w <= size.width && rect.h <= size.height);
  }
});

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}
