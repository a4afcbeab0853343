import assert from "node:assert/strict";
import { crc32, deflateSync } from "node:zlib";
import * as fc from "fast-check";
import { Image } from "imagescript";
import { makeDelta } from "../../compare/delta.ts";
import { chunkOf, DELTA_CHUNK } from "../../compare/delta_chunks.ts";
import { tellFile } from "../../compare/file/tell_file.ts";
import { CompareError, digestOf, type Picture } from "../../compare/picture.ts";
import { COMPARE_LIMITS, readPicture } from "../../compare/read_picture.ts";
import { restore, restorePicture } from "../../compare/restore.ts";
import { writePng } from "../../compare/write_png.ts";
import { concat, makePng, pngChunk, pngHeader, SIGNATURE } from "../helpers/make_png.ts";
import { Random } from "../helpers/random.ts";
import { changed, encode, randomKind } from "./random_png.ts";

/** A picture of one row. */
function row(...pixels: number[][]): Picture {
  return { width: pixels.length, height: 1, depth: 8, samples: Uint8Array.from(pixels.flat()) };
}

/** The delta that also tells B's file. */
async function deltaOf(a: Uint8Array, b: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const [pictureA, pictureB] = [await readPicture(a), await readPicture(b)];
  return makeDelta(pictureA, pictureB, tellFile(a, b, pictureB, COMPARE_LIMITS));
}

async function refusal(action: Promise<unknown>): Promise<string> {
  try {
    await action;
  } catch (error) {
    if (error instanceof CompareError) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

const RED = [255, 0, 0, 255];
const HALF = [1, 2, 3, 128];
/** Transparent, with colours under it, and without. */
const HIDDEN = [9, 8, 7, 0];
const NOTHING = [0, 0, 0, 0];

Deno.test("makeDelta() is transparent where nothing changed, and has B's colours elsewhere", async () => {
  const delta = makeDelta(row(RED, RED, HALF, HIDDEN), row(RED, HALF, HALF, RED));
  assert.deepEqual([...(await readPicture(delta)).samples], [
    ...[NOTHING, HALF, NOTHING, RED].flat(),
  ]);
  // For any other program it is a picture like others.
  const seen = await Image.decode(delta);
  assert.deepEqual([...seen.bitmap], [NOTHING, HALF, NOTHING, RED].flat());
});

Deno.test("restore() gives back pixels that have become transparent, and what lies under them", async () => {
  const a = row(RED, RED, HIDDEN, NOTHING, RED, HIDDEN);
  const b = row(NOTHING, HIDDEN, NOTHING, NOTHING, RED, HIDDEN);
  const back = await restorePicture(a, makeDelta(a, b));
  assert.deepEqual([...back.samples], [...b.samples]);
});

Deno.test("restore() gives back pictures that are larger or smaller, also where they are transparent black", async () => {
  const small = row(RED, NOTHING);
  const large: Picture = {
    width: 3,
    height: 2,
    depth: 8,
    samples: Uint8Array.from([RED, NOTHING, NOTHING, HALF, RED, HIDDEN].flat()),
  };
  for (const [a, b] of [[small, large], [large, small]]) {
    const back = await restorePicture(a, makeDelta(a, b));
    assert.deepEqual(back, b);
  }
});

Deno.test("restore() gives back 16 bits, from 8 and from 16, and 8 from 16", async () => {
  const narrow = row(RED, HALF, NOTHING);
  const wide = (...samples: number[]): Picture => {
    return { width: 3, height: 1, depth: 16, samples: Uint16Array.from(samples) };
  };
  const same = wide(...RED.map((one) => one * 257), ...HALF.map((one) => one * 257), 0, 0, 0, 0);
  const other = wide(65535, 0, 0, 65535, 1, 2, 3, 4, 0, 0, 0, 1);
  for (const [a, b] of [[narrow, same], [same, narrow], [narrow, other], [other, same]]) {
    const back = await restorePicture(a, makeDelta(a, b));
    assert.deepEqual(back, b);
  }
  assert.deepEqual(digestOf(same), digestOf(narrow), "the same picture");
});

Deno.test("restore() gives B's file back byte for byte: any kinds, sizes, filters, levels, cuts, other chunks", async () => {
  const sizes = fc.integer({ min: 1, max: 40 });
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.tuple(sizes, sizes, sizes, sizes), async (seed, size) => {
      const random = new Random(seed);
      const first = randomKind(random, size[0], size[1]);
      const second = random.int(0, 1)
        ? changed(first, random)
        : randomKind(random, size[2], size[3]);
      const [a, b] = [encode(first, random), encode(second, random)];
      const { bytes, exact } = await restore(a, await deltaOf(a, b));
      assert.equal(exact, "file");
      assert.deepEqual(bytes, b);
    }),
    { numRuns: 300 },
  );
});

Deno.test("restore() without the file gives back B's pixels: any kinds, sizes", async () => {
  const sizes = fc.integer({ min: 1, max: 24 });
  await fc.assert(
    fc.asyncProperty(fc.integer(), sizes, sizes, async (seed, width, height) => {
      const random = new Random(seed);
      const first = randomKind(random, width, height);
      const [a, b] = [
        first,
        random.int(0, 1) ? changed(first, random) : randomKind(random, height, width),
      ]
        .map((png) => encode(png, random));
      const [pictureA, pictureB] = [await readPicture(a), await readPicture(b)];
      const { bytes, exact } = await restore(a, makeDelta(pictureA, pictureB));
      assert.equal(exact, "pixels");
      assert.deepEqual(await readPicture(bytes), pictureB);
    }),
    { numRuns: 200 },
  );
});

Deno.test("restore() gives back JPEG files, and PNG files from JPEG files", async () => {
  const image = new Image(40, 30);
  image.fill((x, y) => (x * 6) << 24 | (y * 8) << 16 | 255);
  const jpeg = new Uint8Array(await image.encodeJPEG(80));
  const png = new Uint8Array(await image.encode());
  for (const [a, b] of [[png, jpeg], [jpeg, png], [jpeg, jpeg]]) {
    const { bytes, exact } = await restore(a, await deltaOf(a, b));
    assert.equal(exact, "file");
    assert.deepEqual(bytes, b);
  }
});

Deno.test("restore() gives back a PNG whose zlib stream is odd: no check sum, bytes behind it", async () => {
  const kind = { width: 2, height: 1, colour: 2, depth: 8 };
  const stream = deflateSync(Uint8Array.of(0, 1, 2, 3, 4, 5, 6));
  const file = (data: Uint8Array) =>
    concat(SIGNATURE, pngHeader(kind), pngChunk("IDAT", data), pngChunk("IEND", new Uint8Array()));
  const a = file(stream);
  for (const b of [file(stream.subarray(0, -4)), file(concat(stream, Uint8Array.of(1, 2, 3)))]) {
    assert.deepEqual((await restore(a, await deltaOf(a, b))).bytes, b);
  }
});

Deno.test("restore() of a picture that was saved anew by another program gives B's pixels", async () => {
  const kind = { width: 8, height: 8, colour: 2, depth: 8 };
  const samples = Array.from({ length: 192 }, (_, i) => i);
  const a = makePng({ ...kind, samples });
  const b = makePng({ ...kind, samples: samples.map((one) => one ^ 1) });
  const saved = makePng({ ...kind, samples, level: 0 });
  const { bytes, exact } = await restore(saved, await deltaOf(a, b));
  assert.equal(exact, "other-file");
  assert.deepEqual(await readPicture(bytes), await readPicture(b));
});

Deno.test("a delta of a small change is small, also where it gives the file back", async () => {
  const random = new Random(1);
  const [width, height] = [640, 480];
  const samples = Array.from(
    { length: width * height * 3 },
    (_, i) => i % 7 < 3 ? 200 : random.int(0, 255),
  );
  const other = samples.slice();
  for (let y = 200; y < 220; y++) other.fill(9, (y * width + 100) * 3, (y * width + 130) * 3);
  const kind = { width, height, colour: 2, depth: 8 };
  const [a, b] = [makePng({ ...kind, samples }), makePng({ ...kind, samples: other })];
  const delta = await deltaOf(a, b);
  assert.ok(b.length > 500_000, `B has ${b.length} bytes`);
  assert.ok(delta.length < b.length / 50, `the delta has ${delta.length} bytes, B ${b.length}`);
  assert.deepEqual((await restore(a, delta)).bytes, b);
});

Deno.test("restore() refuses another A, and what is no delta", async () => {
  const [a, b] = [writePng(row(RED, HALF)), writePng(row(RED, RED))];
  const delta = await deltaOf(a, b);
  assert.equal(
    await refusal(restore(b, delta)),
    "The delta is for another picture: its A has other pixels than this one",
  );
  assert.equal(
    await refusal(restore(writePng(row(RED)), delta)),
    "The delta is for another picture: its A has 2×1 pixels, this one 1×1",
  );
  assert.match(await refusal(restore(a, b)), /^The second picture is no delta/);
  assert.equal(
    await refusal(restore(a, Uint8Array.of(1))),
    "The delta cannot be used: it is neither a PNG nor a JPEG file",
  );
  assert.match(
    await refusal(restore(Uint8Array.of(1), delta)),
    /^The first picture cannot be used/,
  );
});

Deno.test("restore() gives B or an error, whatever byte of the delta is damaged", async () => {
  const random = new Random(3);
  const [a, b] = [0, 1].map(() => encode(randomKind(random, 9, 7), random));
  const delta = await deltaOf(a, b);
  for (let at = 0; at < delta.length; at++) {
    const damaged = delta.slice();
    damaged[at] ^= 1 << at % 8;
    mendCheckSums(damaged);
    const result = await restore(a, damaged).then(
      ({ bytes, exact }) => ({ bytes, exact }),
      (error) => {
        assert.ok(error instanceof CompareError, `byte ${at}: ${error.stack}`);
      },
    );
    if (result?.exact === "file") assert.deepEqual(result.bytes, b, `byte ${at}`);
    if (result) {
      assert.deepEqual((await readPicture(result.bytes)).samples, (await readPicture(b)).samples);
    }
  }
});

Deno.test("a delta says its version, and another one is refused", async () => {
  const a = row(RED);
  const delta = makeDelta(a, row(HALF));
  const content = chunkOf(delta, DELTA_CHUNK)!;
  assert.equal(content[0], 1);
  content[0] = 2;
  mendCheckSums(delta);
  assert.match(await refusal(restorePicture(a, delta)), /version 2, wanted 1/);
});

/** Computes the check sums of all chunks anew, as far as there are chunks. */
function mendCheckSums(png: Uint8Array): void {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  for (let at = 8; at + 12 <= png.length;) {
    const length = view.getUint32(at);
    if (length > png.length - at - 12) return;
    view.setUint32(at + 8 + length, crc32(png.subarray(at + 4, at + 8 + length)));
    at += 12 + length;
  }
}
