import assert from "node:assert/strict";
import fc from "fast-check";
import type { Rect, Size } from "../../capture/geometry.ts";
import { Arena, loadKernels } from "../../capture/kernels/kernels.ts";
import { scaledRect } from "../../capture/scaled_rect.ts";
import { areaAverage } from "../helpers/area_average.ts";
import { copyFrame, type Frame, literalFrame, paint, randomFrame } from "../helpers/frames.ts";
import { randomRect } from "../helpers/frames.ts";
import { Random } from "../helpers/random.ts";

const kernels = await loadKernels();
const arena = new Arena(kernels.memory);
/** Around the target: a kernel that writes beside it is found out. */
const MARGIN = 3;
const UNTOUCHED = 0xa5;

/**
 * What the kernel draws of `crop` made `to` large, or of the `part` of that; `UNTOUCHED` bytes elsewhere.
 * @throws {AssertionError} when it writes beside the target
 */
function shrunk(frame: Frame, crop: Rect, to: Size, part?: Rect): Frame {
  const { x, y, w, h } = part ?? { x: 0, y: 0, w: to.width, h: to.height };
  arena.reset();
  const from = arena.take(frame.bgrx.length);
  const across = to.width + 2 * MARGIN;
  const canvas = arena.take(across * (to.height + 2 * MARGIN) * 4);
  const scratchBytes = kernels.shrinkBytes(crop.w);
  const scratch = arena.take(scratchBytes);
  const end = arena.take(64);
  const memory = new Uint8Array(kernels.memory.buffer);
  memory.set(frame.bgrx, from);
  memory.fill(UNTOUCHED, canvas, scratch);
  memory.fill(UNTOUCHED, end, end + 64);
  const corner = canvas + (MARGIN * across + MARGIN) * 4;
  kernels.shrink(
    from,
    frame.width,
    crop.x,
    crop.y,
    crop.w,
    crop.h,
    corner,
    across,
    to.width,
    to.height,
    x,
    y,
    x + w,
    y + h,
    scratch,
  );
  assert.ok(memory.subarray(end, end + 64).every((byte) => byte === UNTOUCHED), "beyond scratch");
  const out = new Uint8Array(to.width * to.height * 4);
  for (let row = -MARGIN; row < to.height + MARGIN; row++) {
    const line = memory.subarray(corner + row * across * 4 - MARGIN * 4).subarray(0, across * 4);
    const drawn = line.subarray(MARGIN * 4, (MARGIN + to.width) * 4);
    const beside = [...line.subarray(0, MARGIN * 4), ...line.subarray((MARGIN + to.width) * 4)];
    assert.ok(beside.every((byte) => byte === UNTOUCHED), `beside row ${row}`);
    if (row >= 0 && row < to.height) out.set(drawn, row * to.width * 4);
    else assert.ok(drawn.every((byte) => byte === UNTOUCHED), `row ${row}`);
  }
  return { ...to, bgrx: out };
}

function wholeOf({ width, height }: Size): Rect {
  return { x: 0, y: 0, w: width, h: height };
}

/** A picture, the part of it to make smaller, and the size that this gets. */
function anyShrink(seed: number): { frame: Frame; crop: Rect; to: Size; random: Random } {
  const random = new Random(seed);
  const size = { width: random.int(1, 70), height: random.int(1, 70) };
  const crop = randomRect(random, size);
  const to = { width: random.int(1, crop.w), height: random.int(1, crop.h) };
  return { frame: randomFrame(random, size, "noise"), crop, to, random };
}

Deno.test("shrink() gives parts of pixels their share: three become two", () => {
  const frame = literalFrame(3, [0x000000, 0x0000ff, 0x00ff00]);
  const { bgrx } = shrunk(frame, wholeOf(frame), { width: 2, height: 1 });
  // 255 / 3 = 85: the pixel in the middle lends each neighbour half of itself; two thirds of 255 are 170.
  assert.deepEqual([...bgrx], [85, 0, 0, 0, 85, 170, 0, 0]);
});

Deno.test("shrink() rounds halves up, and to the nearest", () => {
  const frame = literalFrame(4, [0, 1, 2, 2, 0, 0, 2, 1]);
  const { bgrx } = shrunk(frame, wholeOf(frame), { width: 2, height: 1 });
  assert.deepEqual([...bgrx], [0, 0, 0, 0, 2, 0, 0, 0]);
  const half = shrunk(frame, { x: 0, y: 0, w: 2, h: 1 }, { width: 1, height: 1 });
  assert.deepEqual([...half.bgrx], [1, 0, 0, 0]);
});

Deno.test("shrink() is the mean of the covered area, exactly, for any sizes and parts", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const { frame, crop, to } = anyShrink(seed);
      assert.deepEqual(shrunk(frame, crop, to), areaAverage(frame, crop, to));
    }),
    { seed: 1, numRuns: 500 },
  );
});

for (
  const to of [{ width: 640, height: 360 }, { width: 1267, height: 713 }, { width: 192, height: 1 }]
) {
  Deno.test(`shrink() of 1920×1080 to ${to.width}×${to.height}: at most one off, hardly ever`, () => {
    const frame = randomFrame(new Random(3), { width: 1920, height: 1080 }, "noise");
    const { bgrx } = shrunk(frame, wholeOf(frame), to);
    const wanted = areaAverage(frame, wholeOf(frame), to).bgrx;
    let off = 0;
    bgrx.forEach((value, i) => {
      if (value === wanted[i]) return;
      assert.equal(Math.abs(value - wanted[i]), 1);
      off++;
    });
    assert.ok(off <= bgrx.length / 100_000, `${off} values of ${bgrx.length} are one off`);
  });
}

Deno.test("shrink() leaves a picture of one colour that colour, whatever the sizes", () => {
  for (const [w, h, width, height] of [[1919, 3, 1000, 2], [333, 1021, 332, 1020], [7, 7, 7, 7]]) {
    const frame = literalFrame(w, Array(w * h).fill(0xfefdfc));
    const { bgrx } = shrunk(frame, wholeOf(frame), { width, height });
    const pixels = new Uint32Array(bgrx.buffer);
    assert.ok(pixels.every((pixel) => pixel === 0xfefdfc));
  }
});

Deno.test("shrink() of a part draws what it draws of all, there and nowhere else", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const { frame, crop, to, random } = anyShrink(seed);
      const part = randomRect(random, to);
      const all = shrunk(frame, crop, to).bgrx;
      const some = shrunk(frame, crop, to, part).bgrx;
      for (let i = 0; i < all.length; i++) {
        const x = (i >> 2) % to.width;
        const y = Math.floor((i >> 2) / to.width);
        const inside = x >= part.x && x < part.x + part.w && y >= part.y && y < part.y + part.h;
        if (some[i] !== (inside ? all[i] : UNTOUCHED)) assert.fail(`${x},${y} is ${some[i]}`);
      }
    }),
    { seed: 2, numRuns: 300 },
  );
});

Deno.test("scaledRect() is all that a change can reach, and no more", () => {
  const whole = { width: 6, height: 4 };
  const half = { width: 3, height: 2 };
  const rect = scaledRect({ x: 2, y: 0, w: 2, h: 4 }, whole, half);
  assert.deepEqual(rect, { x: 1, y: 0, w: 1, h: 2 });
  assert.deepEqual(
    scaledRect({ x: 1, y: 1, w: 2, h: 2 }, whole, half),
    wholeOf({ width: 2, height: 2 }),
  );
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const { frame, crop, to, random } = anyShrink(seed);
      const damage = randomRect(random, { width: crop.w, height: crop.h });
      const after = copyFrame(frame);
      paint(random, after, { ...damage, x: crop.x + damage.x, y: crop.y + damage.y }, "noise");
      const old = shrunk(frame, crop, to);
      const now = shrunk(after, crop, to);
      const part = scaledRect(damage, { width: crop.w, height: crop.h }, to);
      const drawn = shrunk(after, crop, to, part);
      drawn.bgrx.forEach((value, i) => {
        const x = (i >> 2) % to.width;
        const y = Math.floor((i >> 2) / to.width);
        const inside = x >= part.x && x < part.x + part.w && y >= part.y && y < part.y + part.h;
        if ((inside ? value : old.bgrx[i]) !== now.bgrx[i]) assert.fail(`${x},${y} was missed`);
      });
    }),
    { seed: 3, numRuns: 300 },
  );
});
