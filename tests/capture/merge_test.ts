import assert from "node:assert/strict";
import fc from "fast-check";
import type { Rect } from "../../capture/geometry.ts";
import { mergeRects } from "../../capture/merge.ts";
import { Random } from "../helpers/random.ts";

const TILE = 64;

/** Boxes inside the tiles of a grid, in reading order, as the differ finds them. */
function boxesOn(across: number, down: number, random: Random, share: number, full: boolean) {
  const boxes: Rect[] = [];
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      if (!random.chance(share)) continue;
      const left = full || random.chance(0.5) ? 0 : random.int(0, TILE - 1);
      const top = full || random.chance(0.5) ? 0 : random.int(0, TILE - 1);
      const right = full || random.chance(0.5) ? TILE : random.int(left + 1, TILE);
      const bottom = full || random.chance(0.5) ? TILE : random.int(top + 1, TILE);
      boxes.push({ x: x * TILE + left, y: y * TILE + top, w: right - left, h: bottom - top });
    }
  }
  return boxes;
}

Deno.test("mergeRects() loses no pixel, and never gives more rectangles", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 6 }),
      fc.nat(),
      fc.double({ min: 0.1, max: 1, noNaN: true }),
      (across, down, seed, share) => {
        const boxes = boxesOn(across, down, new Random(seed), share, false);
        const merged = mergeRects(boxes);
        assert.ok(merged.length <= boxes.length);
        const covered = new Uint8Array(across * down * TILE * TILE);
        for (const { x, y, w, h } of merged) {
          for (let row = y; row < y + h; row++) {
            covered.fill(1, row * across * TILE + x, row * across * TILE + x + w);
          }
        }
        for (const { x, y, w, h } of boxes) {
          for (let row = y; row < y + h; row++) {
            for (let column = x; column < x + w; column++) {
              assert.equal(covered[row * across * TILE + column], 1, `${column},${row} is lost`);
            }
          }
        }
      },
    ),
    { seed: 4, numRuns: 100 },
  );
});

Deno.test("mergeRects() joins whole tiles to one rectangle, and leaves distant ones alone", () => {
  const tiles = boxesOn(8, 5, new Random(1), 1, true);
  assert.deepEqual(mergeRects(tiles), [{ x: 0, y: 0, w: 512, h: 320 }]);
  const apart = [{ x: 0, y: 0, w: 10, h: 10 }, { x: 128, y: 0, w: 10, h: 10 }];
  assert.deepEqual(mergeRects(apart), apart);
  assert.deepEqual(mergeRects([]), []);
});

Deno.test("mergeRects() joins a line of text that ends in the middle of a tile", () => {
  const line = [
    { x: 10, y: 20, w: 54, h: 12 },
    { x: 64, y: 20, w: 64, h: 12 },
    { x: 128, y: 22, w: 30, h: 9 },
  ];
  assert.deepEqual(mergeRects(line), [{ x: 10, y: 20, w: 148, h: 12 }]);
});
