import assert from "node:assert/strict";
import * as fc from "fast-check";
import { Image } from "imagescript";
import { BadImage } from "../../../capture/images/bad_image.ts";
import { decodeJpeg } from "../../../capture/images/decode_jpeg.ts";
import { readJpegHeader } from "../../../capture/images/jpeg_header.ts";
import { IMAGE_LIMITS } from "../../../capture/images/limits.ts";
import { JpegFilm } from "../../../routes/jpeg/film.ts";
import { concat } from "../../helpers/make_png.ts";

const SIZE = { width: 37, height: 21 };
const END = Uint8Array.of(0xff, 0xd9);

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
  const half = concat(jpeg.subarray(0, jpeg.length - 20), END);
  await assert.rejects(decodeJpeg(half, IMAGE_LIMITS), refused(/damaged: .*premature end/i));
  // A table of Huffman codes that cannot be one: the decoder gives up.
  const hopeless = jpeg.with(markerAt(jpeg, 0xc4) + 5, 0xff);
  await assert.rejects(decodeJpeg(hopeless, IMAGE_LIMITS), refused(/damaged: .*Huffman/));
  // Bytes behind the picture, as cameras write them.
  const padded = concat(jpeg.subarray(0, -2), new Uint8Array(9), END);
  const [got, wanted] = [
    await decodeJpeg(padded, IMAGE_LIMITS),
    await decodeJpeg(jpeg, IMAGE_LIMITS),
  ];
  assert.deepEqual(got, wanted);
});

/** Puts bytes in front of the second marker of a file: behind FF D8. */
function withFirst(bytes: readonly number[], jpeg: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(jpeg.subarray(0, 2), Uint8Array.from(bytes), jpeg.subarray(2));
}

/** A JFIF segment of this version. */
const jfif = (major: number) => [
  ...[0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, major, 1, 0, 0, 1, 0, 1, 0, 0],
];
/** An Adobe segment with this colour transform. */
const adobe = (transform: number) => [
  ...[0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, transform],
];

/** Where the segment with this marker begins. */
function markerAt(jpeg: Uint8Array, marker: number): number {
  return jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === marker);
}

/** The file with 0, 0, 0 at the end of its scan's header, where 0, 63, 0 belongs. */
function withSloppyScan(jpeg: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(jpeg).with(markerAt(jpeg, 0xda) + 12, 0);
}

Deno.test("decodeJpeg() sees damage behind oddities that do no harm", async () => {
  const jpeg = await makeJpeg();
  const wanted = await decodeJpeg(jpeg, IMAGE_LIMITS);
  const oddities: [string, (file: Uint8Array) => Uint8Array][] = [
    ["JFIF 9.1", (file) => withFirst(jfif(9), file)],
    ["Adobe transform 9", (file) => withFirst(adobe(9), file)],
    ["sloppy scan", withSloppyScan],
  ];
  const cut = concat(jpeg.subarray(0, jpeg.length - 20), END);
  for (const [name, odd] of oddities) {
    assert.deepEqual(await decodeJpeg(odd(jpeg), IMAGE_LIMITS), wanted, name);
    await assert.rejects(decodeJpeg(odd(cut), IMAGE_LIMITS), refused(/premature end/), name);
  }
});

Deno.test("decodeJpeg() goes by JFIF, then Adobe, then component ids for the colours", async () => {
  const jpeg = await makeJpeg();
  const wanted = await decodeJpeg(jpeg, IMAGE_LIMITS);
  // The ids of the three components, in the frame's and the scan's header.
  const rgb = new Uint8Array(jpeg);
  const [frame, scan] = [frameAt(jpeg), markerAt(jpeg, 0xda)];
  Array.from("RGB").forEach((char, i) => {
    rgb[frame + 10 + 3 * i] = rgb[scan + 5 + 2 * i] = char.charCodeAt(0);
  });
  assert.deepEqual([...rgb.subarray(2, 11)], jfif(1).slice(0, 9));
  const bare = concat(rgb.subarray(0, 2), rgb.subarray(2 + 18));
  for (const file of [rgb, withFirst(jfif(9), bare), withFirst(adobe(1), bare)]) {
    assert.deepEqual(await decodeJpeg(file, IMAGE_LIMITS), wanted);
  }
  // Y, Cb and Cr taken for R, G and B.
  for (const file of [bare, withFirst(adobe(0), bare)]) {
    const { bgrx } = await decodeJpeg(file, IMAGE_LIMITS);
    const [y, cb, cr] = [69, 197, 101];
    assert.ok(
      [cr, cb, y].every((value, i) => Math.abs(bgrx[i] - value) <= 3),
      `${bgrx.slice(0, 4)}`,
    );
  }
});

/** A picture with many details, in 12 restart intervals, and where their markers are. */
async function makeIntervals(): Promise<{ jpeg: Uint8Array<ArrayBuffer>; restarts: number[] }> {
  const [width, height] = [96, 192];
  const pixels = Uint8Array.from({ length: width * height * 4 }, (_, i) => (i * i) >> 7);
  const film = await JpegFilm.open({ width, height }, 60);
  const jpeg = new Uint8Array(film.encode(pixels));
  const restarts: number[] = [];
  for (let i = markerAt(jpeg, 0xda); i < jpeg.length; i++) {
    if (jpeg[i] === 0xff && jpeg[i + 1] >= 0xd0 && jpeg[i + 1] <= 0xd7) restarts.push(i);
  }
  assert.equal(restarts.length, 11);
  return { jpeg, restarts };
}

Deno.test("decodeJpeg() sees damage behind bytes that are too many", async () => {
  const { jpeg, restarts } = await makeIntervals();
  for (const at of restarts) {
    for (let count = 1; count <= 8; count++) {
      const stray = new Uint8Array(count).fill(1);
      const begin = concat(jpeg.subarray(0, at), stray);
      // The rest is missing, or all of it but the beginning of an interval.
      for (const rest of [[], jpeg.subarray(at, at + 12)]) {
        const file = concat(begin, Uint8Array.from(rest), END);
        await assert.rejects(
          decodeJpeg(file, IMAGE_LIMITS),
          refused(/damaged: Corrupt/),
          `${count} at ${at}, then ${rest.length}`,
        );
      }
    }
  }
});

Deno.test("decodeJpeg() accepts a file with restart intervals that is filled up", async () => {
  const { jpeg } = await makeIntervals();
  const wanted = await decodeJpeg(jpeg, IMAGE_LIMITS);
  for (const count of [1, 2, 3, 4, 5, 8, 100, 5000]) {
    for (const value of [0, 0x5a, 0xff]) {
      const padding = new Uint8Array(count).fill(value);
      const got = await decodeJpeg(concat(jpeg.subarray(0, -2), padding, END), IMAGE_LIMITS);
      assert.deepEqual(got, wanted, `${count} of ${value}`);
    }
  }
});

Deno.test("decodeJpeg() refuses a progressive file with bytes too many between its scans", async () => {
  const file = Uint8Array.from(atob(PROGRESSIVE), (c) => c.charCodeAt(0));
  const scans = [...file.keys()].filter((i) => file[i] === 0xff && file[i + 1] === 0xda);
  const tables = file.findIndex((byte, i) => {
    return i > scans[0] && byte === 0xff && file[i + 1] === 0xc4;
  });
  const stray = concat(file.subarray(0, tables), new Uint8Array(20), file.subarray(tables));
  await assert.rejects(decodeJpeg(stray, IMAGE_LIMITS), refused(/20 extraneous|1\d extraneous/));
  // A scan that refines what no scan has begun.
  const odd = file.with(scans[1] + 2 + file[scans[1] + 3] - 1, 0x10);
  await assert.rejects(decodeJpeg(odd, IMAGE_LIMITS), refused(/Inconsistent progression/));
});

/** Counts the WebAssembly instances that are made while `act` runs. */
async function instancesIn(act: () => Promise<unknown>): Promise<number> {
  const { Instance } = WebAssembly;
  let count = 0;
  const Counted = class extends Instance {
    constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
      super(module, imports);
      count++;
    }
  };
  Reflect.set(WebAssembly, "Instance", Counted);
  try {
    await act();
  } finally {
    Reflect.set(WebAssembly, "Instance", Instance);
  }
  return count;
}

Deno.test("decodeJpeg() keeps an instance, but not the memory that a large picture took", async () => {
  const jpeg = await makeJpeg();
  await decodeJpeg(jpeg, IMAGE_LIMITS);
  assert.equal(await instancesIn(() => decodeJpeg(jpeg, IMAGE_LIMITS)), 0);
  // 20 million pixels, nearly all of them missing; a comment makes the file large enough for them.
  const comment = [0xff, 0xfe, 0xff, 0xff, ...new Uint8Array(0xfffd)];
  const large = withFirst(
    comment,
    changed(jpeg, 5, [4000 >> 8, 4000 & 255, 5000 >> 8, 5000 & 255]),
  );
  await assert.rejects(decodeJpeg(large, IMAGE_LIMITS), refused(/premature end/));
  assert.equal(await instancesIn(() => decodeJpeg(jpeg, IMAGE_LIMITS)), 1);
});

Deno.test("decodeJpeg() does not use an instance that broke while it waited", async () => {
  const jpeg = await makeJpeg();
  const hopeless = jpeg.with(markerAt(jpeg, 0xc4) + 5, 0xff);
  await assert.rejects(decodeJpeg(hopeless, IMAGE_LIMITS), BadImage);
  // Both wait for the same new one.
  const count = await instancesIn(async () => {
    const [broken, whole] = [decodeJpeg(hopeless, IMAGE_LIMITS), decodeJpeg(jpeg, IMAGE_LIMITS)];
    await assert.rejects(broken, BadImage);
    assert.equal((await whole).width, SIZE.width);
  });
  assert.equal(count, 2);
});

Deno.test("decodeJpeg() works after a start that failed", async () => {
  const jpeg = await makeJpeg();
  // A module of its own, in which nothing has been started yet.
  const path = "../../../capture/images/decode_jpeg.ts?failed-start";
  const fresh: { decodeJpeg: typeof decodeJpeg } = await import(path);
  const { readFile } = Deno;
  Deno.readFile = () => Promise.reject(new Error("no more file handles"));
  try {
    await assert.rejects(fresh.decodeJpeg(jpeg, IMAGE_LIMITS), /no more file handles/);
  } finally {
    Deno.readFile = readFile;
  }
  const { width } = await fresh.decodeJpeg(jpeg, IMAGE_LIMITS);
  assert.equal(width, SIZE.width);
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

Deno.test("readJpegHeader() does not let a frame header hide behind a marker that is none", async () => {
  const jpeg = await makeJpeg();
  const large = changed(jpeg, 5, [0x1f, 0x40, 0x1f, 0x40]).subarray(2);
  for (const marker of [0x00, 0x02, 0x4f, 0xbf]) {
    const file = withFirst([0xff, marker, large.length + 2 >> 8, large.length + 2 & 255], jpeg);
    const hiding = concat(file.subarray(0, 6), large, file.subarray(6));
    assert.throws(() => readJpegHeader(hiding), refused(/damaged at byte 3/), `${marker}`);
  }
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
