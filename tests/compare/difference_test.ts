import assert from "node:assert/strict";
import * as fc from "fast-check";
import { differenceOf } from "../../compare/difference.ts";
import { marked } from "../../compare/mark.ts";
import { patchesOf } from "../../compare/patches.ts";
import type { Picture } from "../../compare/picture.ts";
import { Random } from "../helpers/random.ts";

/** A black picture on which `draw` sets greys. */
function picture(
  width: number,
  height: number,
  grey: (x: number, y: number) => number = () => 0,
): Picture {
  const samples = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const value = grey(i % width, Math.floor(i / width));
    samples.set([value, value, value, 255], i * 4);
  }
  return { width, height, depth: 8, samples };
}

function row(...samples: number[]): Picture {
  return { width: samples.length / 4, height: 1, depth: 8, samples: Uint8Array.from(samples) };
}

Deno.test("differenceOf() counts changed pixels and takes the mean over all colours", () => {
  const a = row(0, 0, 0, 255, 10, 20, 30, 255, 1, 1, 1, 255, 5, 5, 5, 255);
  const b = row(0, 0, 0, 255, 10, 20, 33, 255, 1, 1, 1, 255, 255, 5, 5, 255);
  const found = differenceOf(a, b);
  assert.deepEqual([...found.changed], [0, 1, 0, 1]);
  assert.equal(found.changedPixels, 2);
  assert.equal(found.largest, 250);
  assert.equal(found.mean, (3 + 250) / (4 * 3 * 255));
});

Deno.test("differenceOf() of what is the same is nothing", () => {
  const a = row(1, 2, 3, 4, 5, 6, 7, 8);
  const { changed, ...found } = differenceOf(a, a);
  assert.deepEqual([...changed], [0, 0]);
  assert.deepEqual(found, { width: 2, height: 1, changedPixels: 0, mean: 0, largest: 0 });
});

Deno.test("differenceOf() does not count differences up to the threshold; mean and largest are of all", () => {
  const a = row(100, 100, 100, 255, 100, 100, 100, 255, 100, 100, 100, 255);
  const b = row(104, 96, 100, 255, 105, 100, 100, 255, 100, 100, 100, 255);
  assert.deepEqual([...differenceOf(a, b, 4).changed], [0, 1, 0]);
  assert.deepEqual([...differenceOf(a, b, 5).changed], [0, 0, 0]);
  const { mean, largest, changedPixels } = differenceOf(a, b, 255);
  assert.deepEqual([changedPixels, largest], [0, 5]);
  assert.ok(Math.abs(mean - (4 + 4 + 5) / (3 * 3 * 255)) < 1e-12);
});

Deno.test("differenceOf() looks at alpha, which counts for the mean where there is any transparency", () => {
  const opaque = row(1, 1, 1, 255, 1, 1, 1, 255);
  const clear = row(1, 1, 1, 0, 1, 1, 1, 255);
  const found = differenceOf(opaque, clear);
  assert.deepEqual([...found.changed], [1, 0]);
  assert.equal(found.mean, 255 / (2 * 4 * 255));
});

Deno.test("differenceOf() of different sizes: what only one has counts as changed, by 100 %", () => {
  const { changed, ...found } = differenceOf(picture(2, 1), picture(1, 3));
  assert.deepEqual([...changed], [0, 1, 1, 1, 1, 1]);
  assert.deepEqual(found, { width: 2, height: 3, changedPixels: 5, mean: 5 / 6, largest: 255 });
});

Deno.test("differenceOf() compares 16 bits with 8, and finds half a step", () => {
  const narrow = row(128, 0, 0, 255);
  const wide = (red: number): Picture => {
    return { width: 1, height: 1, depth: 16, samples: Uint16Array.of(red, 0, 0, 65535) };
  };
  assert.equal(differenceOf(narrow, wide(128 * 257)).changedPixels, 0);
  const half = differenceOf(wide(128 * 257 + 128), narrow);
  assert.equal(half.changedPixels, 1);
  assert.ok(Math.abs(half.largest - 128 / 257) < 1e-9);
  assert.equal(differenceOf(wide(128 * 257 + 128), narrow, 1).changedPixels, 0);
});

Deno.test("patchesOf() is tight, and joins what lies in neighbouring tiles", () => {
  const a = picture(200, 150);
  const inside = (x: number, y: number) => x >= 50 && x < 140 && y >= 60 && y < 70;
  const b = picture(200, 150, (x, y) => inside(x, y) || (x === 199 && y === 149) ? 9 : 0);
  assert.deepEqual(patchesOf(differenceOf(a, b)), [
    { x: 50, y: 60, w: 90, h: 10 },
    { x: 199, y: 149, w: 1, h: 1 },
  ]);
  assert.deepEqual(patchesOf(differenceOf(a, a)), []);
});

Deno.test("patchesOf() holds every changed pixel, whatever changes", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = new Random(seed);
      const [width, height] = [random.int(1, 200), random.int(1, 200)];
      const share = random.pick([0.0005, 0.01, 0.5]);
      const changed = Uint8Array.from(
        { length: width * height },
        () => random.chance(share) ? 1 : 0,
      );
      const left = changed.slice();
      for (const { x, y, w, h } of patchesOf({ changed, width, height })) {
        assert.ok(x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= width && y + h <= height);
        for (let i = 0; i < h; i++) left.fill(0, (y + i) * width + x, (y + i) * width + x + w);
      }
      assert.equal(left.indexOf(1), -1);
    }),
    { numRuns: 60 },
  );
});

Deno.test("marked() draws around a patch and leaves it as it is", () => {
  const grey = picture(12, 12, () => 7);
  const patch = { x: 4, y: 4, w: 3, h: 2 };
  const { samples } = marked(grey, [patch]);
  assert.equal(grey.samples[(2 * 12 + 2) * 4], 7, "the picture itself stays");
  const magenta = (x: number, y: number) => {
    const at = (y * 12 + x) * 4;
    return samples[at] === 255 && samples[at + 1] === 0 && samples[at + 2] === 255;
  };
  const lines = Array.from({ length: 12 }, (_, y) => {
    return Array.from({ length: 12 }, (_, x) => magenta(x, y) ? "#" : ".").join("");
  });
  assert.deepEqual(lines, [
    "............",
    "............",
    "..#######...",
    "..#######...",
    "..##...##...",
    "..##...##...",
    "..#######...",
    "..#######...",
    ...Array<string>(4).fill("............"),
  ]);
});

Deno.test("marked() draws within the picture at its edges, and nothing for what lies outside", () => {
  const black = picture(3, 3);
  const { samples } = marked(black, [{ x: 0, y: 0, w: 3, h: 3 }]);
  assert.equal(samples[0], 255);
  assert.deepEqual(marked(black, [{ x: 5, y: 5, w: 2, h: 2 }]).samples, black.samples);
});
