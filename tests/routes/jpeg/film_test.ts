/** Our JPEG files, as another decoder reads them. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Rect, Size } from "../../../capture/geometry.ts";
import { JpegFilm } from "../../../routes/jpeg/film.ts";
import { blankFrame, type Content, CONTENTS, randomFrame, rgbaOf } from "../../helpers/frames.ts";
import { decodeJpegFile as decode, meanError } from "../../helpers/mjpeg_parts.ts";
import { Random } from "../../helpers/random.ts";

/** A file of one picture, all rows coded anew. */
async function encodeAnew(rgba: Uint8Array, size: Size, quality: number): Promise<Uint8Array> {
  return (await JpegFilm.open(size, quality)).encode(rgba);
}

function picture(width: number, height: number, content: Content, seed = 1): Uint8Array {
  return rgbaOf(randomFrame(new Random(seed), { width, height }, content));
}

const SIZES = [[1, 1], [8, 8], [16, 16], [17, 9], [15, 33], [200, 3], [3, 200], [130, 147]];

for (const quality of [1, 50, 89, 90, 100]) {
  Deno.test(`JpegFilm in quality ${quality} makes files that others decode, in any size`, async () => {
    for (const [width, height] of SIZES) {
      for (const content of CONTENTS) {
        const rgba = picture(width, height, content);
        const got = await decode(await encodeAnew(rgba, { width, height }, quality));
        assert.deepEqual([got.width, got.height], [width, height]);
        const error = meanError(got.rgba, rgba);
        if (quality === 100) assert.ok(error < 1.2, `${content} ${width}×${height}: ${error}`);
        // One colour loses half a step of its averages: 255 / 8 at quality 1, 16 / 8 at 50.
        const least = quality >= 50 ? 3 : 32;
        if (content === "solid") {
          assert.ok(error < least, `${content} ${width}×${height}: ${error}`);
        }
      }
    }
  });
}

Deno.test("JpegFilm in full colour keeps red text on black sharp, and averages it below quality 90", async () => {
  const frame = blankFrame(64, 64);
  // Every other column is red: the finest detail of colour there is.
  for (let i = 0; i < 64 * 64; i += 2) frame.bgrx[i * 4 + 2] = 255;
  const rgba = rgbaOf(frame);
  const size = { width: 64, height: 64 };
  const sharp = await decode(await encodeAnew(rgba, size, 95));
  const soft = await decode(await encodeAnew(rgba, size, 89));
  assert.ok(meanError(sharp.rgba, rgba) < 4, `${meanError(sharp.rgba, rgba)}`);
  assert.ok(meanError(soft.rgba, rgba) > 20, `${meanError(soft.rgba, rgba)}`);
});

Deno.test("JpegFilm gives greys back within one step at quality 100", async () => {
  const size = { width: 256, height: 16 };
  const rgba = new Uint8Array(size.width * size.height * 4);
  for (let i = 0; i < rgba.length; i += 4) rgba.fill(i / 4 % 256, i, i + 4);
  const got = await decode(await encodeAnew(rgba, size, 100));
  for (let i = 0; i < rgba.length; i++) {
    if (i % 4 !== 3) assert.ok(Math.abs(got.rgba[i] - rgba[i]) <= 1, `${i}: ${got.rgba[i]}`);
  }
});

Deno.test("JpegFilm's fourth bytes may be anything", async () => {
  const rgba = picture(40, 40, "mixed");
  const other = rgba.map((byte, i) => i % 4 === 3 ? i & 255 : byte);
  const size = { width: 40, height: 40 };
  assert.deepEqual(await encodeAnew(other, size, 80), await encodeAnew(rgba, size, 80));
});

Deno.test("JpegFilm of changes is, byte for byte, the file of the picture coded anew", async () => {
  const arbitrarySize = fc.record({
    width: fc.integer({ min: 1, max: 90 }),
    height: fc.integer({ min: 1, max: 90 }),
  });
  await fc.assert(
    fc.asyncProperty(
      arbitrarySize,
      fc.integer({ min: 1, max: 100 }),
      fc.integer(),
      fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()), { maxLength: 6 }),
      async (size, quality, seed, places) => {
        const random = new Random(seed);
        const rgba = rgbaOf(randomFrame(random, size, random.pick(CONTENTS)));
        const film = await JpegFilm.open(size, quality);
        film.encode(rgba);
        for (const place of places) {
          const rect = rectWithin(size, place);
          for (let y = rect.y; y < rect.y + rect.h; y++) {
            for (let x = rect.x; x < rect.x + rect.w; x++) {
              rgba.set(random.bytes(3), (y * size.width + x) * 4);
            }
          }
          film.changed([rect]);
          assert.deepEqual(film.encode(rgba), await encodeAnew(rgba, size, quality));
        }
      },
    ),
    { numRuns: 60, seed: 4 },
  );
});

function rectWithin({ width, height }: Size, [a, b, c, d]: readonly number[]): Rect {
  const x = a % width;
  const y = b % height;
  return { x, y, w: 1 + c % (width - x), h: 1 + d % (height - y) };
}

Deno.test("JpegFilm codes only the rows that have changed", async () => {
  const size = { width: 64, height: 64 };
  const film = await JpegFilm.open(size, 80);
  const first = film.encode(picture(64, 64, "text", 1));
  const other = picture(64, 64, "noise", 2);
  assert.deepEqual(film.encode(other), first, "nothing was said to have changed");
  film.changed([{ x: 5, y: 16, w: 1, h: 1 }]);
  const half = await decode(film.encode(other));
  const before = await decode(first);
  const after = await decode(await encodeAnew(other, size, 80));
  const rows = ({ rgba }: { rgba: Uint8ClampedArray }, from: number, to: number) =>
    rgba.subarray(from * 256, to * 256);
  // Decoders smooth colours across rows of MCUs: their edges are left out.
  assert.deepEqual(rows(half, 0, 15), rows(before, 0, 15));
  assert.deepEqual(rows(half, 17, 31), rows(after, 17, 31));
  assert.deepEqual(rows(half, 33, 64), rows(before, 33, 64));
});

Deno.test("JpegFilm refuses what the format cannot hold", async () => {
  await assert.rejects(
    JpegFilm.open({ width: 65536, height: 1 }, 80),
    new RangeError("Cannot make a JPEG: got 65536×1, wanted each side 1 to 65535"),
  );
});
