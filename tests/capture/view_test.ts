import assert from "node:assert/strict";
import fc from "fast-check";
import type { Rect } from "../../capture/geometry.ts";
import { Arena, loadKernels } from "../../capture/kernels/kernels.ts";
import { View, type ViewSettings } from "../../capture/view.ts";
import { Workspace } from "../../capture/workspace.ts";
import {
  blankFrame,
  copyFrame,
  type Frame,
  paint,
  randomFrame,
  randomRect,
} from "../helpers/frames.ts";
import { Random } from "../helpers/random.ts";

const SOURCE = { width: 100, height: 80 };
const PLAIN: ViewSettings = { region: null, scale: 1, masks: [] };
const kernels = await loadKernels();
const arena = new Arena(kernels.memory);

/** What `view` makes of a source's picture. */
function frameOf(view: View, source: Frame): Frame {
  const space = new Workspace(kernels, arena, view.size, source, view.active);
  space.grabbedBytes.set(source.bgrx);
  view.apply(kernels, space);
  const { width, height } = view.size;
  const bytes = new Uint8Array(kernels.memory.buffer, space.frame, width * height * 4);
  return { width, height, bgrx: bytes.slice() };
}

Deno.test("View without settings is the source's picture itself", () => {
  const view = new View(SOURCE, PLAIN);
  assert.deepEqual([view.size, view.active], [SOURCE, false]);
  const damage = [{ x: 1, y: 2, w: 3, h: 4 }];
  assert.deepEqual(view.toFrame(damage), damage);
  assert.deepEqual(view.pointToFrame(-5, 7), { x: -5, y: 7 });
});

Deno.test("View with a region has its size, and its origin at the region's corner", () => {
  const view = new View(SOURCE, { ...PLAIN, region: { x: 10, y: 20, w: 30, h: 40 } });
  assert.deepEqual([view.size, view.active], [{ width: 30, height: 40 }, true]);
  assert.deepEqual(view.pointToFrame(11, 22), { x: 1, y: 2 });
  assert.deepEqual(view.toFrame([{ x: 0, y: 0, w: 15, h: 25 }]), [{ x: 0, y: 0, w: 5, h: 5 }]);
  assert.deepEqual(view.toFrame([{ x: 0, y: 0, w: 10, h: 20 }]), []);
});

Deno.test("View clips a region that reaches over the edge; one outside shows nothing", () => {
  const over = new View(SOURCE, { ...PLAIN, region: { x: 90, y: 70, w: 500, h: 500 } });
  assert.deepEqual(over.crop, { x: 90, y: 70, w: 10, h: 10 });
  const outside = new View(SOURCE, { ...PLAIN, region: { x: 100, y: 0, w: 10, h: 10 } });
  assert.deepEqual(outside.size, { width: 1, height: 1 });
  const white = blankFrame(SOURCE.width, SOURCE.height);
  white.bgrx.fill(255);
  assert.deepEqual([...frameOf(outside, white).bgrx.subarray(0, 3)], [0, 0, 0]);
});

Deno.test("View scales to whole pixels, at least one", () => {
  assert.deepEqual(new View(SOURCE, { ...PLAIN, scale: 0.5 }).size, { width: 50, height: 40 });
  assert.deepEqual(new View(SOURCE, { ...PLAIN, scale: 0.33 }).size, { width: 33, height: 26 });
  const tiny = { width: 2, height: 1 };
  assert.deepEqual(new View(tiny, { ...PLAIN, scale: 0.1 }).size, { width: 1, height: 1 });
});

Deno.test("View.apply() averages what each pixel covers", () => {
  const source = blankFrame(4, 2);
  source.bgrx.set([0, 0, 8, 0, 0, 0, 4, 0, 10, 0, 0, 0, 20, 0, 0, 0]);
  source.bgrx.set([0, 0, 0, 0, 0, 0, 4, 0, 10, 0, 0, 0, 40, 1, 0, 0], 16);
  const { bgrx } = frameOf(new View(source, { ...PLAIN, scale: 0.5 }), source);
  assert.deepEqual([...bgrx.subarray(0, 3)], [0, 0, 4]);
  assert.deepEqual([...bgrx.subarray(4, 7)], [20, 0, 0]);
});

Deno.test("View.apply() blackens masks before scaling, also where they reach over the edge", () => {
  const source = copyFrame(blankFrame(8, 8));
  source.bgrx.fill(200);
  const masks = [{ x: 4, y: 0, w: 100, h: 100 }];
  const { width, bgrx } = frameOf(new View(source, { ...PLAIN, scale: 0.5, masks }), source);
  assert.equal(width, 4);
  for (let i = 0; i < bgrx.length; i += 4) {
    const masked = (i / 4) % 4 >= 2;
    assert.deepEqual([...bgrx.subarray(i, i + 3)], masked ? [0, 0, 0] : [200, 200, 200]);
  }
});

Deno.test("View.toFrame() holds every pixel that a change of the source can reach", () => {
  const regions = fc.option(fc.nat(), { nil: null });
  fc.assert(
    fc.property(
      regions,
      fc.double({ min: 0.1, max: 1, noNaN: true }),
      fc.nat(),
      (at, scale, seed) => {
        const random = new Random(seed);
        const size = { width: random.int(1, 60), height: random.int(1, 60) };
        const region = at === null ? null : randomRect(new Random(at), size);
        const before = randomFrame(random, size, "noise");
        const after = copyFrame(before);
        const damage = randomRect(random, size);
        paint(random, after, damage, "noise");
        const view = new View(size, { region, scale, masks: [] });
        const shown = view.toFrame([damage]);
        assertSameOutside(frameOf(view, before), frameOf(view, after), shown);
      },
    ),
    { seed: 7, numRuns: 300 },
  );
});

function assertSameOutside(a: Frame, b: Frame, rects: readonly Rect[]): void {
  for (let y = 0; y < a.height; y++) {
    for (let x = 0; x < a.width; x++) {
      const at = (y * a.width + x) * 4;
      const same = [0, 1, 2].every((channel) => a.bgrx[at + channel] === b.bgrx[at + channel]);
      const inside = rects.some((r) => x >= r.x && y >= r.y && x < r.x + r.w && y < r.y + r.h);
      assert.ok(same || inside, `${x},${y} changed outside ${JSON.stringify(rects)}`);
    }
  }
}
