import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Rect } from "../../capture/geometry.ts";
import { MAX_SLICES } from "../../capture/slices/packet.ts";
import { TileChanges } from "../../slices/changes.ts";

const SIZE = { width: 200, height: 150 };

Deno.test("TileChanges gives the change itself to who lacks nothing else", () => {
  const changes = new TileChanges(SIZE);
  changes.add({ x: 70, y: 10, w: 20, h: 5 }, 1);
  assert.deepEqual(changes.since(0), [{ x: 70, y: 10, w: 20, h: 5 }]);
  assert.deepEqual(changes.since(1), []);
  changes.add({ x: 100, y: 12, w: 4, h: 9 }, 2);
  assert.deepEqual(changes.since(1), [{ x: 100, y: 12, w: 4, h: 9 }]);
});

Deno.test("TileChanges gives a tile to who lacks more than one of its changes", () => {
  const changes = new TileChanges(SIZE);
  changes.add({ x: 70, y: 10, w: 20, h: 5 }, 1);
  changes.add({ x: 100, y: 12, w: 4, h: 9 }, 2);
  assert.deepEqual(changes.since(0), [{ x: 64, y: 0, w: 64, h: 64 }]);
});

Deno.test("TileChanges puts the rectangles of one version together, tile by tile", () => {
  const changes = new TileChanges(SIZE);
  changes.add({ x: 0, y: 0, w: 2, h: 2 }, 1);
  changes.add({ x: 60, y: 50, w: 2, h: 2 }, 1);
  changes.add({ x: 190, y: 140, w: 10, h: 10 }, 1);
  assert.deepEqual(changes.since(0), [
    { x: 0, y: 0, w: 62, h: 52 },
    // What lies in two tiles is put together again.
    { x: 190, y: 140, w: 10, h: 10 },
  ]);
});

Deno.test("TileChanges: the whole picture is one rectangle", () => {
  const changes = new TileChanges(SIZE);
  changes.add({ x: 0, y: 0, w: 200, h: 150 }, 5);
  assert.deepEqual(changes.since(4), [{ x: 0, y: 0, w: 200, h: 150 }]);
});

Deno.test("TileChanges covers whatever has changed since any version, within the picture", () => {
  const rect = fc.record({
    x: fc.nat({ max: 199 }),
    y: fc.nat({ max: 149 }),
    w: fc.integer({ min: 1, max: 200 }),
    h: fc.integer({ min: 1, max: 150 }),
  }).map(({ x, y, w, h }) => ({ x, y, w: Math.min(w, 200 - x), h: Math.min(h, 150 - y) }));
  fc.assert(
    fc.property(fc.array(fc.array(rect, { maxLength: 4 }), { maxLength: 6 }), (versions) => {
      const changes = new TileChanges(SIZE);
      versions.forEach((rects, i) => {
        for (const one of rects) changes.add(one, i + 1);
      });
      for (let since = 0; since <= versions.length; since++) {
        const covered = mask(changes.since(since));
        versions.slice(since).flat().forEach((one) => {
          for (let y = one.y; y < one.y + one.h; y++) {
            for (let x = one.x; x < one.x + one.w; x++) {
              assert.ok(covered[y * 200 + x], `${x},${y}`);
            }
          }
        });
      }
      assert.deepEqual(changes.since(versions.length), []);
    }),
  );
});

Deno.test("TileChanges never gives more than 3000 rectangles", () => {
  const size = { width: 16_384, height: 2048 };
  const changes = new TileChanges(size);
  let spots = 0;
  for (let y = 0; y < size.height; y += 64) {
    for (let x = 0; x < size.width; x += 64, spots++) changes.add({ x, y, w: 1, h: 1 }, 1);
  }
  assert.ok(spots > MAX_SLICES);
  const rects = changes.since(0);
  assert.ok(rects.length <= MAX_SLICES, `${rects.length} rectangles`);
  for (let y = 0; y < size.height; y += 64) {
    assert.ok(rects.some((rect) => rect.y <= y && rect.y + rect.h > y && rect.x === 0));
  }
});

function mask(rects: readonly Rect[]): Uint8Array {
  const covered = new Uint8Array(200 * 150);
  for (const { x, y, w, h } of rects) {
    assert.ok(x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= 200 && y + h <= 150);
    for (let row = y; row < y + h; row++) covered.fill(1, row * 200 + x, row * 200 + x + w);
  }
  return covered;
}
