import assert from "node:assert/strict";
import fc from "fast-check";
import { Differ } from "../../capture/diff.ts";
import type { Rect } from "../../capture/geometry.ts";
import { Arena, loadKernels } from "../../capture/kernels/kernels.ts";
import { TILE, TILE_FIELDS, Workspace } from "../../capture/workspace.ts";
import {
  blankFrame,
  changed,
  CHANGES,
  CONTENTS,
  copyFrame,
  type Frame,
  randomFrame,
  setPixel,
} from "../helpers/frames.ts";
import { Random } from "../helpers/random.ts";

const kernels = await loadKernels();
const arena = new Arena(kernels.memory);

/** A workspace that holds `frame` and `reference`. */
function spaceWith(frame: Frame, reference: Frame): Workspace {
  const space = new Workspace(kernels, arena, frame, frame, false);
  const { buffer } = kernels.memory;
  new Uint8Array(buffer, space.frame, frame.bgrx.length).set(frame.bgrx);
  new Uint8Array(buffer, space.reference, reference.bgrx.length).set(reference.bgrx);
  return space;
}

/** The largest difference of a pixel's three channels. */
function distance(a: Frame, b: Frame, x: number, y: number): number {
  const at = (y * a.width + x) * 4;
  let largest = 0;
  for (let channel = 0; channel < 3; channel++) {
    largest = Math.max(largest, Math.abs(a.bgrx[at + channel] - b.bgrx[at + channel]));
  }
  return largest;
}

/** What `diffTiles` must write, the slow way. */
function naiveTable(a: Frame, b: Frame, look: Uint8Array, threshold: number): number[] {
  const table: number[] = [];
  let tile = 0;
  for (let top = 0; top < a.height; top += TILE) {
    for (let left = 0; left < a.width; left += TILE, tile++) {
      let state = 0;
      let box = { left: Infinity, top: Infinity, right: 0, bottom: 0 };
      for (let y = top; look[tile] !== 0 && y < Math.min(a.height, top + TILE); y++) {
        for (let x = left; x < Math.min(a.width, left + TILE); x++) {
          const far = distance(a, b, x, y);
          if (far > threshold) {
            state = 1;
            box = {
              left: Math.min(box.left, x),
              top: Math.min(box.top, y),
              right: Math.max(box.right, x + 1),
              bottom: Math.max(box.bottom, y + 1),
            };
          } else if (far > 0 && state === 0) {
            state = 2;
          }
        }
      }
      table.push(state, ...state === 1 ? [box.left, box.top, box.right, box.bottom] : [0, 0, 0, 0]);
    }
  }
  return table;
}

const size = fc.record({
  width: fc.oneof(fc.constantFrom(1, 3, 63, 64, 65, 128), fc.integer({ min: 1, max: 200 })),
  height: fc.oneof(fc.constantFrom(1, 3, 63, 64, 65, 128), fc.integer({ min: 1, max: 200 })),
});
const threshold = fc.oneof(
  fc.constantFrom(0, 1, 127, 128, 254, 255),
  fc.integer({ min: 0, max: 255 }),
);

/** A reference and what became of it. */
function pairOf(seed: number, { width, height }: { width: number; height: number }) {
  const random = new Random(seed);
  const reference = randomFrame(random, { width, height }, random.pick(CONTENTS));
  const { frame } = changed(random, reference, random.pick(CHANGES));
  return { random, reference, frame };
}

Deno.test("diffTiles() writes the same table as a comparison pixel by pixel", () => {
  fc.assert(
    fc.property(size, threshold, fc.nat(), fc.boolean(), (size, threshold, seed, everywhere) => {
      const { random, reference, frame } = pairOf(seed, size);
      const space = spaceWith(frame, reference);
      for (let tile = 0; tile < space.tileCount; tile++) {
        space.lookBytes[tile] = everywhere || random.chance(0.5) ? 1 : 0;
      }
      const dirty = kernels.diffTiles(
        space.frame,
        space.reference,
        frame.width,
        frame.height,
        space.look,
        threshold,
        space.tileTable,
      );
      const expected = naiveTable(frame, reference, space.lookBytes, threshold);
      const table = [...space.tileTableFields];
      const states = table.filter((_, i) => i % TILE_FIELDS === 0);
      assert.equal(dirty, states.filter((state) => state === 1).length);
      // Boxes mean something only where there is something to send.
      const meant = table.map((field, i) =>
        i % TILE_FIELDS === 0 || states[Math.floor(i / TILE_FIELDS)] === 1 ? field : 0
      );
      assert.deepEqual(meant, expected);
    }),
    { seed: 1, numRuns: 300 },
  );
});

Deno.test("diffTiles() sees every single channel step, and not the fourth byte", () => {
  const base = blankFrame(66, 3);
  for (const byte of [0, 1, 2, 3]) {
    for (const x of [0, 1, 3, 62, 63, 64, 65]) {
      for (const value of [1, 128, 255]) {
        const frame = copyFrame(base);
        frame.bgrx[(66 + x) * 4 + byte] = value;
        const rects = new Differ(kernels, spaceWith(frame, base)).find("unknown", EXACT, 0);
        assert.deepEqual(rects, byte === 3 ? [] : [{ x, y: 1, w: 1, h: 1 }]);
      }
    }
  }
});

Deno.test("diffTiles() with a threshold: a difference of that much waits, one more does not", () => {
  for (const threshold of [1, 20, 127, 128, 200, 254]) {
    for (const [before, after] of [[0, threshold], [255, 255 - threshold], [0, threshold + 1]]) {
      const reference = literalPixel(before);
      const frame = literalPixel(after);
      const differ = new Differ(kernels, spaceWith(frame, reference));
      const rects = differ.find("unknown", { threshold, refineAfterMs: 1000 }, 0);
      assert.equal(rects.length, Math.abs(after - before) > threshold ? 1 : 0);
      assert.equal(differ.deferredTiles, 1);
    }
  }
});

const EXACT = { threshold: 0, refineAfterMs: 500 };

function literalPixel(green: number): Frame {
  const frame = blankFrame(1, 1);
  setPixel(frame, 0, 0, green << 8);
  return frame;
}

Deno.test("Differ.find() covers every difference, once, tightly", () => {
  fc.assert(
    fc.property(size, fc.nat(), (size, seed) => {
      const { reference, frame } = pairOf(seed, size);
      const rects = new Differ(kernels, spaceWith(frame, reference)).find("unknown", EXACT, 0);
      const covered = coverage(rects, size);
      for (let y = 0; y < size.height; y++) {
        for (let x = 0; x < size.width; x++) {
          const count = covered[y * size.width + x];
          if (distance(frame, reference, x, y) > 0) assert.ok(count >= 1, `${x},${y} is missing`);
        }
      }
      for (const rect of rects) assertTight(rect, frame, reference);
    }),
    { seed: 2, numRuns: 200 },
  );
});

/** Each side of a rectangle touches a difference. */
function assertTight({ x, y, w, h }: Rect, frame: Frame, reference: Frame): void {
  const differs = (px: number, py: number) => distance(frame, reference, px, py) > 0;
  const inRow = (py: number) =>
    Array.from({ length: w }, (_, i) => x + i).some((px) => differs(px, py));
  const inColumn = (px: number) =>
    Array.from({ length: h }, (_, i) => y + i).some((py) => differs(px, py));
  const sides = [inRow(y), inRow(y + h - 1), inColumn(x), inColumn(x + w - 1)];
  assert.deepEqual(sides, [true, true, true, true], `${x},${y} ${w}×${h} is not tight`);
}

function coverage(rects: readonly Rect[], { width, height }: { width: number; height: number }) {
  const counts = new Uint8Array(width * height);
  for (const { x, y, w, h } of rects) {
    assert.ok(x >= 0 && y >= 0 && w >= 1 && h >= 1 && x + w <= width && y + h <= height);
    for (let row = y; row < y + h; row++) {
      for (let column = x; column < x + w; column++) counts[row * width + column]++;
    }
  }
  return counts;
}

Deno.test("Differ.find() looks where damage says, in whole tiles, and clips it", () => {
  const reference = blankFrame(200, 200);
  const frame = copyFrame(reference);
  for (const [x, y] of [[0, 0], [70, 70], [199, 199]]) setPixel(frame, x, y, 0xffffff);
  const find = (damage: Rect[]) =>
    new Differ(kernels, spaceWith(frame, reference)).find(damage, EXACT, 0);
  assert.deepEqual(find([]), []);
  assert.deepEqual(find([{ x: 100, y: 100, w: 1, h: 1 }]), [{ x: 70, y: 70, w: 1, h: 1 }]);
  assert.deepEqual(find([{ x: -50, y: -50, w: 60, h: 60 }]), [{ x: 0, y: 0, w: 1, h: 1 }]);
  assert.deepEqual(find([{ x: 195, y: 195, w: 900, h: 900 }]), [{ x: 199, y: 199, w: 1, h: 1 }]);
  assert.deepEqual(find([{ x: 500, y: 500, w: 10, h: 10 }]), []);
});

Deno.test("Differ defers per tile until the tile has stood still, however others move", () => {
  const reference = blankFrame(128, 64);
  const frame = copyFrame(reference);
  const space = spaceWith(frame, reference);
  const differ = new Differ(kernels, space);
  const options = { threshold: 50, refineAfterMs: 100 };
  const put = (x: number, value: number) => {
    new Uint8Array(kernels.memory.buffer, space.frame)[x * 4] = value;
  };
  put(5, 10);
  put(70, 10);
  assert.deepEqual(differ.find("unknown", options, 0), []);
  put(70, 11);
  assert.deepEqual(differ.find("unknown", options, 60), []);
  assert.equal(differ.refinementDue(99, 100), false);
  assert.equal(differ.refinementDue(100, 100), true);
  assert.deepEqual(differ.find([], options, 100), [{ x: 5, y: 0, w: 1, h: 1 }]);
  assert.equal(differ.deferredTiles, 1);
  assert.deepEqual(differ.find([], options, 160), [{ x: 70, y: 0, w: 1, h: 1 }]);
  assert.equal(differ.deferredTiles, 0);
});

Deno.test("Differ.find() gives one box a tile, in their order, when some are due and others changed", () => {
  const reference = blankFrame(192, 64);
  const space = spaceWith(reference, reference);
  const differ = new Differ(kernels, space);
  const options = { threshold: 50, refineAfterMs: 100 };
  const put = (x: number, value: number) => {
    new Uint8Array(kernels.memory.buffer, space.frame)[x * 4] = value;
  };
  put(5, 10);
  put(130, 10);
  assert.deepEqual(differ.find("unknown", options, 0), []);
  // The middle one changes by more than the threshold; the outer two have waited long enough.
  put(70, 200);
  assert.deepEqual(differ.find([{ x: 64, y: 0, w: 64, h: 64 }], options, 100), [
    { x: 5, y: 0, w: 1, h: 1 },
    { x: 70, y: 0, w: 1, h: 1 },
    { x: 130, y: 0, w: 1, h: 1 },
  ]);
});

Deno.test("Differ.find() gives a tile that has changed and is due at once in one box", () => {
  const reference = blankFrame(64, 64);
  const space = spaceWith(reference, reference);
  const frame = new Uint8Array(kernels.memory.buffer, space.frame);
  frame[0] = 10;
  frame[4 * 63] = 200;
  const found = new Differ(kernels, space).find("unknown", { threshold: 50, refineAfterMs: 0 }, 0);
  assert.deepEqual(found, [{ x: 0, y: 0, w: 64, h: 1 }]);
});

Deno.test("Differ.findRest() compares what is not known to be equal by now", () => {
  const reference = blankFrame(192, 64);
  const space = spaceWith(reference, reference);
  const differ = new Differ(kernels, space);
  const pixels = (address: number) =>
    new Uint32Array(kernels.memory.buffer, address, reference.width * reference.height);
  for (const x of [5, 20, 70, 130]) pixels(space.frame)[x] = 0x102030;
  const found = differ.find("unknown", { threshold: 0, refineAfterMs: 100 }, 0);
  assert.equal(found.length, 3);
  // A copy repaired the first tile.
  for (const x of [5, 20]) pixels(space.reference)[x] = 0x102030;
  const copied = [{ x: 0, y: 0, w: 21, h: 1 }];
  assert.deepEqual(differ.findRest(found, copied), [
    { x: 70, y: 0, w: 1, h: 1 },
    { x: 130, y: 0, w: 1, h: 1 },
  ]);
});

Deno.test("Differ.findRest() finds small differences outside of a box that was repaired", () => {
  const reference = blankFrame(64, 64);
  const space = spaceWith(reference, reference);
  const differ = new Differ(kernels, space);
  const pixels = (address: number) =>
    new Uint32Array(kernels.memory.buffer, address, reference.width * reference.height);
  pixels(space.frame)[5] = 0xffffff;
  pixels(space.frame)[40] = 0x000001;
  const found = differ.find("unknown", { threshold: 50, refineAfterMs: 100 }, 0);
  assert.deepEqual(found, [{ x: 5, y: 0, w: 1, h: 1 }]);
  pixels(space.reference)[5] = 0xffffff;
  assert.deepEqual(differ.findRest(found, found), [{ x: 40, y: 0, w: 1, h: 1 }]);
  assert.equal(differ.deferredTiles, 0);
});

Deno.test("Differ.forget() forgets what waits", () => {
  const differ = new Differ(kernels, spaceWith(literalPixel(3), literalPixel(0)));
  differ.find("unknown", { threshold: 50, refineAfterMs: 100 }, 0);
  assert.equal(differ.deferredTiles, 1);
  differ.forget();
  assert.equal(differ.deferredTiles, 0);
  assert.equal(differ.refinementDue(1e9, 100), false);
});

Deno.test("hashRect() notices every change of a colour, and none of the fourth byte", () => {
  const random = new Random(3);
  const frame = randomFrame(random, { width: 65, height: 9 }, "text");
  const hash = (of: Frame) => kernels.hashRect(spaceWith(of, of).frame, 65, 0, 0, 65, 9);
  const first = hash(frame);
  assert.equal(hash(changed(random, frame, "fourth byte").frame), first);
  for (let i = 0; i < 65 * 9 * 3; i++) {
    const other = copyFrame(frame);
    other.bgrx[Math.floor(i / 3) * 4 + i % 3] ^= 1 << (i & 7);
    assert.notEqual(hash(other), first);
  }
});
