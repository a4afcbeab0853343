import assert from "node:assert/strict";
import fc from "fast-check";
import type { Rect, Size } from "../../../capture/geometry.ts";
import { mix } from "../../../capture/sources/demo/canvas.ts";
import { wallTime } from "../../../capture/sources/demo/clock.ts";
import { Desktop, renderFrame } from "../../../capture/sources/demo/desktop.ts";
import { SOURCE_LINES } from "../../../capture/sources/demo/editor_text.ts";
import { pointerAt } from "../../../capture/sources/demo/pointer.ts";
import { Scene } from "../../../capture/sources/demo/scene.ts";
import { openDemoSource } from "../../../capture/sources/demo/source.ts";
import { contentArea, gripOf, loadFonts } from "../../../capture/sources/demo/theme.ts";
import { CYCLE, dragAt, FRAME_RATE } from "../../../capture/sources/demo/timeline.ts";

const SMALL: Size = { width: 640, height: 400 };
/** A frame while the log arrives, and one while the clock is dragged. */
const LOG_FRAME = 500;
const DRAG_FRAME = 755;

/** A clock that stands where it was put, in frames. */
function frameClock(frame = 0) {
  const clock = { frame, now: () => clock.frame * 1000 / FRAME_RATE + 1 };
  return clock;
}

function grabAll(source: ReturnType<typeof openDemoSource>): Uint8Array {
  const { width, height } = source.size;
  const frame = new Uint8Array(width * height * 4);
  source.grab(frame, { top: 0, bottom: height });
  return frame;
}

type Pixels = Uint8Array | Uint32Array;

function equal(a: Pixels, b: Pixels): boolean {
  return a.length === b.length && firstDifference(a, b) === -1;
}

function firstDifference(a: Pixels, b: Pixels): number {
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return index;
  return -1;
}

/** Like `deepEqual`, whose description of two different pictures would take minutes and gigabytes. */
function assertSame(actual: Pixels, expected: Pixels, what = "picture"): void {
  assert.equal(actual.length, expected.length);
  const at = firstDifference(actual, expected);
  assert.equal(at, -1, `${what}: ${actual[at]} instead of ${expected[at]} at ${at}`);
}

/** The picture of a frame painted from nothing. */
function painted(scene: Scene, frame: number): Uint32Array {
  const desktop = new Desktop(scene);
  desktop.show(frame);
  return desktop.pixels;
}

/** Fails, naming a pixel, where `after` differs from `before` outside `damage`. */
function assertCovered(before: Uint32Array, after: Uint32Array, damage: Rect[], size: Size): void {
  const expected = after.slice();
  for (const { x, y, w, h } of damage) {
    assert(x >= 0 && y >= 0 && w >= 1 && h >= 1 && x + w <= size.width && y + h <= size.height);
    for (let row = y; row < y + h; row++) {
      const at = row * size.width + x;
      expected.set(before.subarray(at, at + w), at);
    }
  }
  const at = firstDifference(expected, before);
  assert.equal(at, -1, `undamaged change at ${at % size.width}, ${Math.floor(at / size.width)}`);
}

function pixelsOf(pixels: Uint32Array, { width }: Size, { x, y, w, h }: Rect): Uint32Array {
  const cut = new Uint32Array(w * h);
  for (let row = 0; row < h; row++) {
    const at = (y + row) * width + x;
    cut.set(pixels.subarray(at, at + w), row * w);
  }
  return cut;
}

Deno.test("openDemoSource() opens a 1280x720 screen called demo", () => {
  const source = openDemoSource({ clock: () => 0 });
  assert.equal(source.label, "demo");
  assert.deepEqual(source.size, { width: 1280, height: 720 });
  assert.equal(grabAll(source).length, 1280 * 720 * 4);
  source.close();
});

Deno.test("poll() reports everything at first, then only what happened", () => {
  const clock = frameClock();
  const source = openDemoSource({ ...SMALL, clock: clock.now });
  const first = source.poll();
  assert.deepEqual(first.damage, [{ x: 0, y: 0, w: 640, h: 400 }]);
  assert.equal(first.resized, false);
  assert.equal(first.cursor?.visible, true);
  const shape = first.cursor?.shape;
  assert(shape);
  assert.equal(shape.rgba.length, shape.width * shape.height * 4);
  assert.deepEqual([...shape.rgba.subarray(0, 4)], [16, 16, 28, 255], "the tip is opaque");

  assert.deepEqual(source.poll(), { damage: [], resized: false });

  clock.frame = DRAG_FRAME;
  const later = source.poll();
  assert(later.damage !== "unknown" && later.damage.length > 0);
  assert(later.cursor);
  assert.equal(later.cursor.shape, undefined);
});

Deno.test("poll() still reports everything at first after a grab() before it", () => {
  const source = openDemoSource({ ...SMALL, clock: frameClock(40).now });
  const before = grabAll(source);
  assert.deepEqual(source.poll().damage, [{ x: 0, y: 0, w: 640, h: 400 }]);
  assertSame(grabAll(source), before);
});

Deno.test("grab() shows the picture of the last poll, not a newer one", () => {
  const clock = frameClock(LOG_FRAME);
  const source = openDemoSource({ ...SMALL, clock: clock.now });
  source.poll();
  const before = grabAll(source);
  clock.frame = DRAG_FRAME;
  assertSame(grabAll(source), before);
  source.poll();
  assert(!equal(grabAll(source), before));
});

Deno.test("grab() copies the rows asked for and leaves the others alone", () => {
  const source = openDemoSource({ ...SMALL, clock: frameClock(7).now });
  const whole = grabAll(source);
  const frame = new Uint8Array(whole.length).fill(0x5a);
  source.grab(frame, { top: 100, bottom: 130 });
  const [from, to] = [100 * 640 * 4, 130 * 640 * 4];
  assertSame(frame.subarray(from, to), whole.subarray(from, to));
  assert(frame.subarray(0, from).every((byte) => byte === 0x5a));
  assert(frame.subarray(to).every((byte) => byte === 0x5a));
});

Deno.test("renderFrame() gives the bytes that a source shows which came there frame by frame", () => {
  const size = { width: 1280, height: 720 };
  const clock = frameClock(1000);
  const source = openDemoSource({ ...size, seed: 5, clock: clock.now });
  for (; clock.frame < 1234; clock.frame++) source.poll();
  source.poll();
  assert.equal(clock.frame, 1234);
  assertSame(grabAll(source), renderFrame(1234, 5, size));
});

Deno.test("renderFrame() fills the fourth byte with 0xff", () => {
  const bytes = renderFrame(DRAG_FRAME, 1, SMALL);
  for (let index = 3; index < bytes.length; index += 4) assert.equal(bytes[index], 0xff);
});

Deno.test("renderFrame() gives another desktop for another seed", () => {
  assert(!equal(renderFrame(0, 1, SMALL), renderFrame(0, 2, SMALL)));
});

Deno.test("Desktop.show() repaints frame after frame to what painting from nothing gives", () => {
  const scene = new Scene({ width: 960, height: 600 }, 3);
  const desktop = new Desktop(scene);
  // Two turns of the clock window, one there and one back, with all that happens between.
  for (let frame = 440; frame < 2 * CYCLE; frame += frame % 7 === 0 ? 5 : 1) {
    const before = desktop.pixels.slice();
    const damage = desktop.show(frame);
    assertCovered(before, desktop.pixels, damage, scene.size);
    if (frame % 8 === 0) {
      assertSame(desktop.pixels, painted(scene, frame), `frame ${frame}`);
    }
  }
});

Deno.test("Desktop.show() is exact for any frames in any order", () => {
  const scene = new Scene(SMALL, 9);
  const desktop = new Desktop(scene);
  fc.assert(
    fc.property(fc.nat({ max: 10 * CYCLE }), (frame) => {
      const before = desktop.pixels.slice();
      const damage = desktop.show(frame);
      const expected = painted(scene, frame);
      assertCovered(before, expected, damage, scene.size);
      assertSame(desktop.pixels, expected, `frame ${frame}`);
    }),
    { numRuns: 200 },
  );
});

Deno.test("the desktop is mostly quiet, and a change is mostly small", () => {
  const scene = new Scene({ width: 1280, height: 720 }, 1);
  const desktop = new Desktop(scene);
  desktop.show(0);
  let quiet = 0;
  let pixels = 0;
  for (let frame = 1; frame <= CYCLE; frame++) {
    const damage = desktop.show(frame);
    if (damage.length === 0) quiet++;
    pixels += damage.reduce((sum, { w, h }) => sum + w * h, 0);
  }
  assert(quiet > CYCLE / 2, `${quiet} of ${CYCLE} frames without a change`);
  assert(quiet < CYCLE * 0.8, `${quiet} of ${CYCLE} frames without a change`);
  const share = pixels / (CYCLE * 1280 * 720);
  assert(share < 0.04, `${share} of the screen damaged per frame`);
});

Deno.test("the log scrolls by whole lines", () => {
  const scene = new Scene({ width: 1280, height: 720 }, 1);
  const area = contentArea(scene.layout.terminal);
  const block = { x: area.x, y: area.y + 8 + 16, w: area.w, h: 16 * 16 };
  const now = painted(scene, LOG_FRAME);
  const expected = pixelsOf(now, scene.size, block);
  // At most two lines come in a frame, so a frame is found at which exactly one or two have come.
  for (let frame = LOG_FRAME + 1; frame < LOG_FRAME + 40; frame++) {
    const later = painted(scene, frame);
    if (equal(pixelsOf(later, scene.size, block), expected)) continue;
    const scrolled = [16, 32].map((up) => {
      const kept = { ...block, y: block.y + up, h: block.h - up };
      const moved = pixelsOf(later, scene.size, { ...kept, y: block.y });
      return equal(moved, pixelsOf(now, scene.size, kept));
    });
    assert(scrolled.includes(true), `frame ${frame} is no scroll`);
    return;
  }
  assert.fail("nothing scrolled");
});

Deno.test("the dragged window moves as a whole, with the pointer on its title bar", () => {
  const scene = new Scene({ width: 1280, height: 720 }, 1);
  const titles = [DRAG_FRAME, DRAG_FRAME + 1].map((frame) => {
    const rect = scene.layout.clock(dragAt(frame));
    assert.deepEqual(pointerAt(frame, scene.layout), gripOf(rect));
    const title = { x: rect.x, y: rect.y + 10, w: rect.w, h: 20 };
    return { rect, pixels: pixelsOf(painted(scene, frame), scene.size, title) };
  });
  assert.notEqual(titles[0].rect.x, titles[1].rect.x);
  assertSame(titles[0].pixels, titles[1].pixels);
});

Deno.test("pointerAt() glides, and stands still most of the time", () => {
  const { layout } = new Scene({ width: 1280, height: 720 }, 1);
  let still = 0;
  for (let frame = 1; frame <= 2 * CYCLE; frame++) {
    const [a, b] = [pointerAt(frame - 1, layout), pointerAt(frame, layout)];
    const step = Math.hypot(b.x - a.x, b.y - a.y);
    assert(step < 90, `jumps ${step} pixels at frame ${frame}`);
    if (step === 0) still++;
  }
  assert(still > CYCLE, `${still} of ${2 * CYCLE} frames still`);
});

Deno.test("wallTime() counts from 09:41:00 by the frame, over midnight too", () => {
  assert.equal(wallTime(0).text, "09:41:00");
  assert.equal(wallTime(FRAME_RATE - 1).text, "09:41:00");
  assert.equal(wallTime(FRAME_RATE).text, "09:41:01");
  assert.equal(wallTime(0).date, "Tue 9 Jun");
  const midnight = FRAME_RATE * 60 * (14 * 60 + 19);
  assert.equal(wallTime(midnight - 1).text, "23:59:59");
  assert.equal(wallTime(midnight).text, "00:00:00");
  assert.equal(wallTime(midnight).date, "Wed 10 Jun");
});

Deno.test("openDemoSource() shows frame 0 to a clock before its zero", () => {
  const source = openDemoSource({ ...SMALL, seed: 4, clock: () => -12_345 });
  assertSame(grabAll(source), renderFrame(0, 4, SMALL));
});

const SIZES: [number, number][] = [
  [1, 1],
  [1, 900],
  [900, 1],
  [2, 3],
  [37, 35],
  [333, 217],
  [720, 1280],
  [4096, 2160],
];
for (const [width, height] of SIZES) {
  Deno.test(`openDemoSource() plays at ${width}x${height}`, () => {
    const clock = frameClock();
    const source = openDemoSource({ width, height, clock: clock.now });
    const step = width * height > 1e6 ? 211 : 11;
    for (; clock.frame < 2 * CYCLE; clock.frame += step) {
      const { damage } = source.poll();
      assert(damage !== "unknown");
      for (const { x, y, w, h } of damage) {
        assert(x >= 0 && y >= 0 && w >= 1 && h >= 1 && x + w <= width && y + h <= height);
      }
    }
    const last = clock.frame - step;
    const expected = new Desktop(new Scene({ width, height }, 1));
    expected.show(last);
    assertSame(grabAll(source), new Uint8Array(expected.pixels.buffer));
    source.close();
  });
}

Deno.test("openDemoSource() refuses options out of range by name", () => {
  const refused = [
    [{ width: 0 }, "Cannot set width: got 0, wanted a whole number 1 to 4096"],
    [{ width: 4097 }, "Cannot set width: got 4097, wanted a whole number 1 to 4096"],
    [{ height: 1.5 }, "Cannot set height: got 1.5, wanted a whole number 1 to 4096"],
    [{ height: NaN }, "Cannot set height: got NaN, wanted a whole number 1 to 4096"],
    [{ seed: -1 }, "Cannot set seed: got -1, wanted a whole number 0 to 4294967295"],
  ] as const;
  for (const [options, message] of refused) {
    assert.throws(() => openDemoSource(options), { name: "RangeError", message });
  }
});

Deno.test("grab() refuses a frame of another size and rows outside", () => {
  const source = openDemoSource({ width: 10, height: 10, clock: () => 0 });
  assert.throws(() => source.grab(new Uint8Array(399), { top: 0, bottom: 10 }), {
    name: "RangeError",
    message: "Cannot grab: got a frame of 399 bytes, wanted 400",
  });
  assert.throws(() => source.grab(new Uint8Array(400), { top: 0, bottom: 11 }), {
    name: "RangeError",
    message: "Cannot grab: got rows 0 to 11, wanted 0 to 10",
  });
});

Deno.test("close() may be called twice; poll() and grab() then say so", () => {
  const source = openDemoSource({ width: 10, height: 10, clock: () => 0 });
  source.close();
  source.close();
  assert.throws(() => source.poll(), { message: "Cannot poll: the demo is closed" });
  assert.throws(() => source.grab(new Uint8Array(400), { top: 0, bottom: 1 }), {
    message: "Cannot grab: the demo is closed",
  });
});

Deno.test("loadFonts() gives every character its own glyph", () => {
  const { regular, bold, large } = loadFonts();
  for (const font of [regular, bold, large]) {
    const looks = [...font.glyphs.values()].map((glyph) =>
      font.rows.slice(glyph * font.height, (glyph + 1) * font.height).join()
    );
    assert.equal(new Set(looks).size, looks.length);
    const right = 0xffff >> font.width;
    assert(font.rows.every((row) => (row & right) === 0), "no glyph leaves its cell");
  }
  const missing = [...SOURCE_LINES.join("")].filter((character) => !regular.glyphs.has(character));
  assert.deepEqual(missing, []);
});

Deno.test("mix() goes from one colour exactly to the other", () => {
  assert.equal(mix(0xff123456, 0xfedcba, 0), 0x123456);
  assert.equal(mix(0x123456, 0xfedcba, 256), 0xfedcba);
  assert.equal(mix(0x000000, 0xffffff, 128), 0x7f7f7f);
  assert.equal(mix(0xffffff, 0xffffff, 77), 0xffffff);
});
