import assert from "node:assert/strict";
import * as fc from "fast-check";
import { Image } from "imagescript";
import { BadImage } from "../../../capture/images/bad_image.ts";
import { decodeJpeg } from "../../../capture/images/decode_jpeg.ts";
import { readJpegHeader } from "../../../capture/images/jpeg_header.ts";
import { IMAGE_LIMITS } from "../../../capture/images/limits.ts";
import { concat } from "../../helpers/make_png.ts";

const SIZE = { width: 37, height: 21 };

/** A picture of two colours that survive JPEG at the highest quality nearly unchanged. */
async function makeJpeg(): Promise<Uint8Array<ArrayBuffer>> {
  const image = new Image(SIZE.width, SIZE.height).fill(0x2040c0ff);
  return new Uint8Array(await image.encodeJPEG(100));
}

/** Where the frame header's marker is. */
function frameAt(bytes: Uint8Array): number {
  return bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc0);
}

/** The file with some bytes of its frame header changed; `at` counts from the marker. */
function changed(
  bytes: Uint8Array,
  at: number,
  values: readonly number[],
): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  copy.set(values, frameAt(bytes) + at);
  return copy;
}

const refused = (words: RegExp) => (error: unknown) =>
  error instanceof BadImage && words.test(error.message);

Deno.test("decodeJpeg() gives the picture", async () => {
  const { width, height, bgrx } = await decodeJpeg(await makeJpeg(), IMAGE_LIMITS);
  assert.deepEqual({ width, height }, SIZE);
  for (let i = 0; i < bgrx.length; i += 4) {
    const near = [0xc0, 0x40, 0x20].every((value, n) => Math.abs(bgrx[i + n] - value) <= 3);
    assert.ok(near && bgrx[i + 3] === 255, `${bgrx.subarray(i, i + 4)}`);
  }
});

Deno.test("decodeJpeg() refuses a frame header that lies about the size", async () => {
  const jpeg = await makeJpeg();
  // Larger: within the limits, so it comes to decoding.
  await assert.rejects(
    decodeJpeg(changed(jpeg, 5, [0x0f, 0x00, 0x0f, 0x00]), IMAGE_LIMITS),
    refused(/3840×3840 pixels and has \d+ bytes, too few for them/),
  );
  await assert.rejects(
    decodeJpeg(changed(jpeg, 5, [0xff, 0xff, 0xff, 0xff]), IMAGE_LIMITS),
    refused(/65535×65535 pixels, wanted at most 16384 a side/),
  );
  await assert.rejects(decodeJpeg(changed(jpeg, 5, [0, 0]), IMAGE_LIMITS), refused(/37×0 pixels/));
});

Deno.test("decodeJpeg() refuses a file that is cut off", async () => {
  const jpeg = await makeJpeg();
  for (let length = 0; length < jpeg.length - 20; length += 7) {
    await assert.rejects(decodeJpeg(jpeg.slice(0, length), IMAGE_LIMITS), BadImage, `${length}`);
  }
});

/** 24 × 16 pixels, four rectangles of one colour each, by MozJPEG's coder. */
const PROGRESSIVE =
  "/9j/4AAQSkZJRgABAQAAAQABAAD/2wCEAAMDAwMDAwQEBAQFBQUFBQcHBgYHBwsICQgJCAsRCwwLCwwLEQ8SDw4PEg" +
  "8bFRMTFRsfGhkaHyYiIiYwLTA+PlQBAwMDAwMDBAQEBAUFBQUFBwcGBgcHCwgJCAkICxELDAsLDAsRDxIPDg8SDxsVExMVGx8aGRofJiIiJj" +
  "AtMD4+VP/CABEIABAAGAMBEQACEQEDEQH/xAAsAAEBAQAAAAAAAAAAAAAAAAAHBQgBAQEAAwAAAAAAAAAAAAAAAAcGBAgJ/9oADAMBAAIQAx" +
  "AAAADMW3B0gTbUgTbXVxOXiBNtaBNtf//EABkQAAIDAQAAAAAAAAAAAAAAAAYQRIPCAP/aAAgBAQABPwDgWfTpgs+nS//EABkRAAIDAQAAAA" +
  "AAAAAAAAAAAAYQRILBAP/aAAgBAgEBPwDiGNfGQxr4v//EABkRAAIDAQAAAAAAAAAAAAAAAAcQRYTCAP/aAAgBAwEBPwDg9M1dsPTNXa//2Q" +
  "==";
const GREY =
  "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMDAwMDAwQEBAQFBQUFBQcHBgYHBwsICQgJCAsRCwwLCwwLEQ8SDw4PEg8bFRMT" +
  "FRsfGhkaHyYiIiYwLTA+PlT/wAALCAAQABgBAREA/8QALAABAQEAAAAAAAAAAAAAAAAABwUIEAEAAwEAAAAAAAAAAAAAAAAABkSDwv/aAAgB" +
  "AQAAPwDMRAgt/HogKpAgt/HogP/Z";

Deno.test("decodeJpeg() gives the picture of progressive files and grey ones", async () => {
  const [b, r, g] = [0xc0, [0x20, 0xc0], [0x40, 0xa0]] as const;
  for (const [text, isGrey] of [[PROGRESSIVE, false], [GREY, true]] as const) {
    const file = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const { width, height, bgrx } = await decodeJpeg(file, IMAGE_LIMITS);
    assert.deepEqual([width, height], [24, 16]);
    // In the middle of each rectangle: at their edges, colours run into each other.
    for (const [x, y] of [[4, 4], [20, 4], [4, 12], [20, 12]]) {
      const [red, green] = [r[x < 12 ? 0 : 1], g[y < 8 ? 0 : 1]];
      const luma = 0.299 * red + 0.587 * green + 0.114 * b;
      const wanted = isGrey ? [luma, luma, luma] : [b, green, red];
      const got = [...bgrx.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)];
      assert.ok(got.every((value, i) => Math.abs(value - wanted[i]) <= 6), `${got}, not ${wanted}`);
    }
  }
});

Deno.test("decodeJpeg() says what is damaged where the rest could be shown, and decodes the next file", async () => {
  const jpeg = await makeJpeg();
  const end = Uint8Array.of(0xff, 0xd9);
  const half = concat(jpeg.subarray(0, jpeg.length - 20), end);
  await assert.rejects(decodeJpeg(half, IMAGE_LIMITS), refused(/damaged: .*premature end/i));
  // A table of Huffman codes that cannot be one: the decoder gives up.
  const table = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc4);
  const hopeless = jpeg.with(table + 5, 0xff);
  await assert.rejects(decodeJpeg(hopeless, IMAGE_LIMITS), refused(/damaged: .*Huffman/));
  // Bytes behind the picture, as cameras write them.
  const padded = concat(jpeg.subarray(0, -2), new Uint8Array(9), end);
  const [got, wanted] = [
    await decodeJpeg(padded, IMAGE_LIMITS),
    await decodeJpeg(jpeg, IMAGE_LIMITS),
  ];
  assert.deepEqual(got, wanted);
});

Deno.test("decodeJpeg() does not turn a picture as its EXIF orientation says", async () => {
  const jpeg = await makeJpeg();
  // One entry: orientation (0x0112), one short, 6: turned by 90°.
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0];
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff, 0, 0, 0, 0];
  const segment = Uint8Array.of(0xff, 0xe1, 0, exif.length + 2, ...exif);
  const turned = concat(jpeg.subarray(0, 2), segment, jpeg.subarray(2));
  assert.deepEqual(await decodeJpeg(turned, IMAGE_LIMITS), await decodeJpeg(jpeg, IMAGE_LIMITS));
});

Deno.test("readJpegHeader() refuses kinds that nobody decodes here", async () => {
  const jpeg = await makeJpeg();
  const cases: [number, number[], RegExp][] = [
    [1, [0xc3], /lossless, hierarchical or arithmetic/],
    [1, [0xc9], /lossless, hierarchical or arithmetic/],
    [4, [12], /12 bits a sample/],
    [9, [4], /4 colour channels.*no CMYK/],
    [9, [1], /frame header has the wrong length/],
  ];
  for (const [at, values, words] of cases) {
    assert.throws(() => readJpegHeader(changed(jpeg, at, values)), refused(words));
  }
  const frame = jpeg.subarray(frameAt(jpeg), frameAt(jpeg) + 19);
  const [before, after] = [jpeg.subarray(0, frameAt(jpeg)), jpeg.subarray(frameAt(jpeg))];
  assert.throws(() => readJpegHeader(concat(before, frame, after)), refused(/more than one frame/));
  assert.throws(
    () => readJpegHeader(concat(before, after.subarray(19))),
    refused(/scan before its frame header/),
  );
  assert.throws(() => readJpegHeader(Uint8Array.of(255, 216, 255, 217)), refused(/no picture/));
  assert.throws(() => readJpegHeader(Uint8Array.of(255, 216, 0)), refused(/damaged at byte 2/));
});

Deno.test("decodeJpeg() throws nothing but BadImage, whatever is damaged", async () => {
  const jpeg = await makeJpeg();
  const damage = fc.array(
    fc.tuple(fc.nat({ max: jpeg.length - 1 }), fc.nat({ max: 255 })),
    { minLength: 1, maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(damage, async (places) => {
      const bytes = jpeg.slice();
      for (const [at, value] of places) bytes[at] = value;
      try {
        const { width, height, bgrx } = await decodeJpeg(bytes, {
          ...IMAGE_LIMITS,
          maxPixels: 1e5,
        });
        assert.equal(bgrx.length, width * height * 4);
      } catch (error) {
        if (!(error instanceof BadImage)) throw error;
      }
    }),
    { numRuns: 300 },
  );
});
