/** Motion on drawn frames: what moved is found as copies, every copied pixel is right, and nothing else is found. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Differ } from "../../capture/diff.ts";
import type { Copy } from "../../capture/encode.ts";
import { clip, type Rect } from "../../capture/geometry.ts";
import { Arena, type Kernels, loadKernels } from "../../capture/kernels/kernels.ts";
import { applyCopies } from "../../capture/motion/apply_copies.ts";
import { MAX_COPIES, motionBytes, MotionFinder } from "../../capture/motion/motion.ts";
import { Workspace } from "../../capture/workspace.ts";

const COLOURS = 0x00ffffff;
const EXACT = { threshold: 0, refineAfterMs: 0 };
const kernels = await loadKernels();

/** A picture to draw on: one u32 a pixel. */
class Canvas {
  readonly pixels: Uint32Array;

  constructor(readonly width: number, readonly height: number, background = 0x202428) {
    this.pixels = new Uint32Array(width * height).fill(background);
  }

  copy(): Canvas {
    const canvas = new Canvas(this.width, this.height);
    canvas.pixels.set(this.pixels);
    return canvas;
  }

  at(x: number, y: number): number {
    return this.pixels[y * this.width + x] & COLOURS;
  }

  fill({ x, y, w, h }: Rect, colourAt: (x: number, y: number) => number): this {
    for (let row = y; row < y + h; row++) {
      for (let column = x; column < x + w; column++) {
        this.pixels[row * this.width + column] = colourAt(column, row);
      }
    }
    return this;
  }

  /** What a scroll does: the rectangle's content moves within it, the part that comes in is `colourAt`. */
  scroll(rect: Rect, dx: number, dy: number, colourAt: (x: number, y: number) => number): this {
    const before = this.copy();
    return this.fill(rect, (x, y) => {
      const [sx, sy] = [x - dx, y - dy];
      const inside = sx >= rect.x && sx < rect.x + rect.w && sy >= rect.y && sy < rect.y + rect.h;
      return inside ? before.at(sx, sy) : colourAt(x, y);
    });
  }
}

/** Different for each x, y and seed, but always the same. */
function hash(x: number, y: number, seed: number): number {
  let h = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b) ^ Math.imul(seed, 0xc2b2ae35);
  h = Math.imul(h ^ h >>> 15, 0x2c1b3c6d);
  h = Math.imul(h ^ h >>> 12, 0x297a2d39);
  return (h ^ h >>> 15) >>> 0;
}

function noise(seed: number): (x: number, y: number) => number {
  return (x, y) => hash(x, y, seed) & COLOURS;
}

/** Like text in two colours: lines of 17 pixels, 11 with ink, words of random glyphs of 8 pixels, ragged ends. */
function text(seed: number): (x: number, y: number) => number {
  return (x, y) => {
    const line = Math.floor(y / 17);
    const row = y % 17;
    const glyph = hash(Math.floor(x / 8), line, seed) % 40;
    const inked = row >= 3 && row < 14 && x % 8 < 7 && glyph > 6 &&
      x < 100 + hash(0, line, seed) % 400 && hash(x % 8, row, glyph) % 3 === 0;
    return inked ? 0xd0d0d0 : 0x202428;
  };
}

interface Found {
  readonly copies: Copy[];
  /** Pixels that differed before, and after the copies. */
  readonly before: number;
  readonly after: number;
}

function find(reference: Canvas, frame: Canvas, using: Kernels = kernels): Found {
  const { width, height } = frame;
  const arena = new Arena(using.memory);
  const space = new Workspace(using, arena, { width, height }, { width, height }, false);
  const finder = new MotionFinder(using, space, arena.take(motionBytes(using, width, height)));
  const scratch = arena.take(width * height * 4);
  const memory = (address: number) => new Uint32Array(using.memory.buffer, address, width * height);
  memory(space.frame).set(frame.pixels);
  memory(space.reference).set(reference.pixels);

  const copies = finder.find(new Differ(using, space).find("unknown", EXACT, 0));
  checkShape(copies, frame);
  applyCopies(using, { address: space.reference, width }, copies, scratch);
  const after = memory(space.reference);
  for (const { dx, dy, w, h } of copies) {
    for (let y = dy; y < dy + h; y++) {
      for (let x = dx; x < dx + w; x++) {
        assert.equal(after[y * width + x] & COLOURS, frame.at(x, y), `copied pixel ${x}, ${y}`);
      }
    }
  }
  return {
    copies,
    before: countDiffering(reference.pixels, frame.pixels),
    after: countDiffering(after, frame.pixels),
  };
}

/** Inside the picture, disjoint, and no more of them than promised. */
function checkShape(copies: readonly Copy[], { width, height }: Canvas): void {
  assert.ok(copies.length <= MAX_COPIES);
  copies.forEach((copy, index) => {
    const { sx, sy, dx, dy, w, h } = copy;
    const shown = JSON.stringify(copy);
    assert.ok(w >= 1 && h >= 1, shown);
    assert.ok(Math.min(sx, sy, dx, dy) >= 0, shown);
    assert.ok(Math.max(sx, dx) + w <= width && Math.max(sy, dy) + h <= height, shown);
    for (const other of copies.slice(0, index)) {
      const apart = other.dx + other.w <= dx || dx + w <= other.dx ||
        other.dy + other.h <= dy || dy + h <= other.dy;
      assert.ok(apart, `${shown} overlaps ${JSON.stringify(other)}`);
    }
  });
}

function countDiffering(a: Uint32Array, b: Uint32Array): number {
  return a.reduce((count, pixel, i) => count + Number(((pixel ^ b[i]) & COLOURS) !== 0), 0);
}

function vector({ sx, sy, dx, dy }: Copy): string {
  return `${dx - sx},${dy - sy}`;
}

Deno.test("MotionFinder finds a scroll beside a panel that stands still", () => {
  const before = new Canvas(640, 480).fill({ x: 0, y: 0, w: 640, h: 480 }, text(1));
  const pane = { x: 150, y: 20, w: 430, h: 440 };
  const after = before.copy().scroll(pane, 0, -23, text(2));
  const { copies, after: left } = find(before, after);
  assert.equal(vector(copies[0]), "0,-23");
  const fresh = countDiffering(
    after.pixels.subarray(437 * 640, 460 * 640),
    before.pixels.subarray(437 * 640, 460 * 640),
  );
  assert.ok(left <= fresh, `${left} pixels left, ${fresh} came in`);
});

Deno.test("MotionFinder finds scrolls by whole lines where most rows are blank", () => {
  const screen = { x: 0, y: 0, w: 800, h: 600 };
  const sparse = (x: number, y: number) => Math.floor(y / 17) % 9 === 4 ? text(3)(x, y) : 0x202428;
  const before = new Canvas(800, 600).fill(screen, sparse);
  const after = before.copy().scroll(screen, 0, -34, () => 0x202428);
  const { copies, after: left } = find(before, after);
  assert.equal(vector(copies[0]), "0,-34");
  assert.equal(left, 0);
});

Deno.test("MotionFinder finds several scrolls at once, by odd amounts", () => {
  const upper = { x: 10, y: 10, w: 500, h: 200 };
  const lower = { x: 40, y: 240, w: 560, h: 220 };
  const before = new Canvas(640, 480).fill(upper, text(4)).fill(lower, noise(5));
  const after = before.copy().scroll(upper, 0, -51, text(6)).scroll(lower, 0, 7, noise(7));
  const { copies, before: changed, after: left } = find(before, after);
  assert.deepEqual(copies.slice(0, 2).map(vector).sort(), ["0,-51", "0,7"]);
  assert.ok(left < changed / 5, `${left} of ${changed} pixels left`);
});

Deno.test("MotionFinder finds a horizontal scroll", () => {
  const pane = { x: 33, y: 50, w: 500, h: 300 };
  const before = new Canvas(640, 480).fill(pane, text(8));
  const after = before.copy().scroll(pane, 13, 0, () => 0x202428);
  const { copies, after: left } = find(before, after);
  assert.equal(vector(copies[0]), "13,0");
  assert.equal(left, 0);
});

Deno.test("MotionFinder finds a window dragged over a photograph, to the pixel", () => {
  const photo = noise(9);
  const desktop = new Canvas(640, 480).fill({ x: 0, y: 0, w: 640, h: 480 }, photo);
  const content = (left: number, top: number) => (x: number, y: number) =>
    y - top < 20 ? 0x4060a0 : text(10)(x - left, y - top);
  const before = desktop.copy().fill({ x: 101, y: 99, w: 303, h: 201 }, content(101, 99));
  const after = desktop.copy().fill({ x: 138, y: 82, w: 303, h: 201 }, content(138, 82));
  const { copies, after: left } = find(before, after);
  assert.deepEqual(copies, [{ sx: 101, sy: 99, dx: 138, dy: 82, w: 303, h: 201 }]);
  // What is left is the uncovered background: the old place without the new one.
  assert.equal(left, 303 * 201 - (303 - 37) * (201 - 17));
});

Deno.test("MotionFinder copies from outside of what changed, too", () => {
  const before = new Canvas(640, 480).fill({ x: 0, y: 0, w: 300, h: 200 }, noise(11));
  // The same content appears a second time. Only a strip of the first is in a tile that changed.
  const target = { x: 317, y: 100, w: 300, h: 200 };
  const after = before.copy().fill(target, (x, y) => before.at(x - 317, y - 100));
  const { copies, after: left } = find(before, after);
  assert.deepEqual(copies, [{ sx: 0, sy: 0, dx: 317, dy: 100, w: 300, h: 200 }]);
  assert.equal(left, 0);
});

Deno.test("MotionFinder finds repeating content once its surroundings have told how far", () => {
  // All lines alike but for a number at the left: only that is unique.
  const lines = (first: number) => (x: number, y: number) => {
    const line = Math.floor(y / 17);
    return x < 48 ? text(first + line)(x, y % 17) : text(12)(x, y % 17);
  };
  const pane = { x: 0, y: 0, w: 640, h: 476 };
  const before = new Canvas(640, 480).fill(pane, lines(100));
  const after = new Canvas(640, 480).fill(pane, lines(103));
  const { before: changed, after: left } = find(before, after);
  assert.ok(left < changed / 3, `${left} of ${changed} pixels left`);
});

Deno.test("MotionFinder finds nothing where nothing moved", () => {
  const screen = { x: 0, y: 0, w: 320, h: 240 };
  const photo = new Canvas(320, 240).fill(screen, noise(13));
  assert.deepEqual(find(photo, photo).copies, []);
  assert.deepEqual(find(photo, new Canvas(320, 240).fill(screen, noise(14))).copies, []);
});

Deno.test("MotionFinder gives blank and striped screens no vote", () => {
  const screen = { x: 0, y: 0, w: 320, h: 240 };
  const blank = new Canvas(320, 240);
  const white = new Canvas(320, 240, 0xffffff);
  const rows = new Canvas(320, 240).fill(screen, (_x, y) => y % 20 < 10 ? 0xffffff : 0x000000);
  const shifted = new Canvas(320, 240).fill(screen, (_x, y) => y % 20 < 13 ? 0xffffff : 0x000000);
  assert.deepEqual(find(blank, white).copies, []);
  assert.deepEqual(find(rows, shifted).copies, []);
});

Deno.test("MotionFinder lets small changes pass", () => {
  const before = new Canvas(320, 240).fill({ x: 0, y: 0, w: 320, h: 240 }, text(15));
  const after = before.copy().scroll({ x: 20, y: 20, w: 24, h: 17 }, 3, 0, text(16));
  assert.deepEqual(find(before, after).copies, []);
});

Deno.test("MotionFinder ignores the fourth byte", () => {
  const pane = { x: 10, y: 10, w: 280, h: 200 };
  const before = new Canvas(320, 240).fill(pane, text(17));
  const after = before.copy().scroll(pane, 0, -19, text(18));
  before.pixels.forEach((_, i) => before.pixels[i] |= i << 24);
  const { copies } = find(before, after);
  assert.equal(vector(copies[0]), "0,-19");
});

Deno.test("MotionFinder takes pictures smaller than a feature", () => {
  for (const [width, height] of [[1, 1], [7, 7], [16, 300], [300, 6], [2000, 1]]) {
    const screen = { x: 0, y: 0, w: width, h: height };
    const before = new Canvas(width, height).fill(screen, noise(19));
    const after = new Canvas(width, height).fill(screen, noise(20));
    assert.deepEqual(find(before, after).copies, []);
  }
});

Deno.test("MotionFinder stays exact, disjoint and inside for any rectangles moved anywhere", () => {
  const moved = fc.record({
    rect: fc.record({
      x: fc.integer({ min: 0, max: 200 }),
      y: fc.integer({ min: 0, max: 130 }),
      w: fc.integer({ min: 1, max: 300 }),
      h: fc.integer({ min: 1, max: 200 }),
    }),
    dx: fc.integer({ min: -60, max: 60 }),
    dy: fc.integer({ min: -60, max: 60 }),
  });
  const scene = fc.record({
    width: fc.integer({ min: 24, max: 330 }),
    height: fc.integer({ min: 24, max: 230 }),
    seed: fc.integer({ min: 0, max: 1000 }),
    photo: fc.boolean(),
    moves: fc.array(moved, { minLength: 1, maxLength: 4 }),
  });
  let found = 0;
  fc.assert(
    fc.property(scene, ({ width, height, seed, photo, moves }) => {
      const paint = photo ? noise(seed) : text(seed);
      const before = new Canvas(width, height).fill({ x: 0, y: 0, w: width, h: height }, paint);
      const after = before.copy();
      for (const { rect, dx, dy } of moves) {
        const inside = clip(rect, after);
        if (inside) after.scroll(inside, dx, dy, noise(seed + 1));
      }
      found += find(before, after).copies.length; // asserts exactness and shape
    }),
    { numRuns: 250 },
  );
  assert.ok(found > 10, `only ${found} copies in all scenes: the property says little`);
});

Deno.test("applyCopies reads the picture as it was, whatever overlaps", () => {
  const [width, height] = [40, 30];
  const size = fc.record({
    w: fc.integer({ min: 1, max: 20 }),
    h: fc.integer({ min: 1, max: 15 }),
  });
  const copy = size.chain(({ w, h }) => {
    const x = fc.integer({ min: 0, max: width - w });
    const y = fc.integer({ min: 0, max: height - h });
    return fc.record({ sx: x, sy: y, dx: x, dy: y, w: fc.constant(w), h: fc.constant(h) });
  });
  const arena = new Arena(kernels.memory);
  const address = arena.take(width * height * 4);
  const scratch = arena.take(width * height * 4);
  fc.assert(fc.property(fc.array(copy, { maxLength: 4 }), (copies) => {
    const start = new Canvas(width, height).fill({ x: 0, y: 0, w: width, h: height }, noise(21));
    const picture = new Uint32Array(kernels.memory.buffer, address, width * height);
    picture.set(start.pixels);
    applyCopies(kernels, { address, width }, copies, scratch);
    const expected = start.copy();
    for (const { sx, sy, dx, dy, w, h } of copies) {
      expected.fill({ x: dx, y: dy, w, h }, (x, y) => start.at(x - dx + sx, y - dy + sy));
    }
    assert.deepEqual([...picture], [...expected.pixels]);
  }));
});
