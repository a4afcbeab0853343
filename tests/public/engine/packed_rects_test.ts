/** Parts of a picture in one buffer: what comes out is what went in. */
import assert from "node:assert/strict";
import { packRects, unpackRects } from "../../../public/engine/packed_rects.js";
import type { Rect } from "../../../public/engine/messages.js";
import { Random } from "../../helpers/random.ts";

function noise(width: number, height: number) {
  const random = new Random(7);
  const rgba = Uint8ClampedArray.from({ length: width * height * 4 }, () => random.int(0, 255));
  return { width, height, rgba };
}

/** What a black canvas shows once the packed parts are on it. */
function painted({ width, height, rgba }: ReturnType<typeof noise>, rects: Rect[]) {
  const asked: number[] = [];
  const packed = packRects({ width, height, rgba }, rects, (bytes) => {
    asked.push(bytes);
    // Buffers that are used again are longer than needed.
    return new ArrayBuffer(bytes + 12);
  });
  const canvas = new Uint8ClampedArray(rgba.length);
  for (const { x, y, image } of unpackRects(packed)) {
    for (let row = 0; row < image.height; row++) {
      const from = row * image.width * 4;
      const line = image.data.subarray(from, from + image.width * 4);
      canvas.set(line, ((y + row) * width + x) * 4);
    }
  }
  return { canvas, asked, parts: packed.rects };
}

function assertShows(
  picture: ReturnType<typeof noise>,
  canvas: Uint8ClampedArray,
  { x, y, w, h }: Rect,
) {
  for (let row = y; row < y + h; row++) {
    const from = (row * picture.width + x) * 4;
    const to = from + w * 4;
    assert.deepEqual(canvas.subarray(from, to), picture.rgba.subarray(from, to));
  }
}

Deno.test("packRects() packs small parts alone, pixel for pixel", () => {
  const picture = noise(20, 16);
  const rects = [{ x: 3, y: 1, w: 2, h: 3 }, { x: 19, y: 15, w: 1, h: 1 }];
  const { canvas, asked, parts } = painted(picture, rects);
  for (const rect of rects) assertShows(picture, canvas, rect);
  assert.deepEqual(asked, [(6 + 1) * 4]);
  assert.deepEqual(parts, rects);
  // Nothing else was touched.
  assert.equal(canvas.reduce((sum, byte) => sum + (byte === 0 ? 0 : 1), 0) <= 7 * 4, true);
});

Deno.test("packRects() packs whole rows once most of them changed", () => {
  const picture = noise(20, 16);
  const rects = [{ x: 0, y: 4, w: 10, h: 4 }, { x: 10, y: 6, w: 10, h: 4 }];
  const { canvas, asked, parts } = painted(picture, rects);
  assert.deepEqual(parts, [{ x: 0, y: 4, w: 20, h: 6 }]);
  assert.deepEqual(asked, [20 * 6 * 4]);
  assertShows(picture, canvas, parts[0]);
});

Deno.test("packRects() packs the whole picture, or nothing", () => {
  const picture = noise(9, 5);
  const all = { x: 0, y: 0, w: 9, h: 5 };
  assert.deepEqual(painted(picture, [all]).canvas, picture.rgba);
  assert.deepEqual(painted(picture, []).asked, [0]);
});

Deno.test("packRects() is right for any rectangles", () => {
  const picture = noise(33, 29);
  const random = new Random(3);
  for (let run = 0; run < 200; run++) {
    const rects = Array.from({ length: random.int(1, 6) }, () => {
      const x = random.int(0, 32);
      const y = random.int(0, 28);
      return { x, y, w: random.int(1, 33 - x), h: random.int(1, 29 - y) };
    });
    const { canvas } = painted(picture, rects);
    for (const rect of rects) assertShows(picture, canvas, rect);
  }
});
