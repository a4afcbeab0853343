import assert from "node:assert/strict";
import { deflateSync } from "node:zlib";
import * as fc from "fast-check";
import { Image } from "imagescript";
import { BadImage } from "../../../capture/images/bad_image.ts";
import { readImageHeader } from "../../../capture/images/image_header.ts";
import { IMAGE_LIMITS } from "../../../capture/images/limits.ts";
import { decodePng } from "../../../capture/images/png/decode_png.ts";
import {
  concat,
  makePng,
  pngChunk,
  pngHeader,
  type PngKind,
  samplesOf,
  SIGNATURE,
} from "../../helpers/make_png.ts";
import { Random } from "../../helpers/random.ts";

const KINDS: readonly (readonly [colour: number, depth: number])[] = [
  ...[1, 2, 4, 8, 16].map((depth) => [0, depth] as const),
  ...[8, 16].map((depth) => [2, depth] as const),
  ...[1, 2, 4, 8].map((depth) => [3, depth] as const),
  ...[8, 16].map((depth) => [4, depth] as const),
  ...[8, 16].map((depth) => [6, depth] as const),
];

const decode = (bytes: Uint8Array) => decodePng(bytes, IMAGE_LIMITS);
const END = pngChunk("IEND", new Uint8Array());
/** 2 × 1 pixels: red, and 1, 2, 3. */
const SMALL = { width: 2, height: 1, colour: 2, depth: 8, samples: [255, 0, 0, 1, 2, 3] };

/** What the samples mean, computed in another way than the decoder does: in fractions, and R, G, B. */
function expected(
  kind: PngKind,
  samples: readonly number[],
  palette: readonly number[],
  transparent: readonly number[] | undefined,
): number[] {
  const most = 2 ** kind.depth - 1;
  const each = samplesOf(kind.colour);
  const bytes: number[] = [];
  for (let pixel = 0; pixel < kind.width * kind.height; pixel++) {
    const own = samples.slice(pixel * each, pixel * each + each);
    const byte = (value: number) => Math.round(value / most * 255);
    if (kind.colour === 3) {
      const alpha = transparent?.[own[0]] ?? 255;
      const rgb = palette.slice(own[0] * 3, own[0] * 3 + 3);
      bytes.push(...rgb.map((value) => Math.round(value * (alpha / 255))));
      continue;
    }
    const hasAlpha = kind.colour >= 4;
    const colours = hasAlpha ? own.slice(0, -1) : own;
    const clear = transparent !== undefined &&
      colours.every((value, i) => value === transparent[i]);
    const alpha = hasAlpha ? byte(own.at(-1)!) : clear ? 0 : 255;
    const rgb = colours.length === 1 ? [colours[0], colours[0], colours[0]] : colours;
    bytes.push(...rgb.map((value) => Math.round(byte(value) * (alpha / 255))));
  }
  return bytes;
}

function rgbOf(bgrx: Uint8Array): number[] {
  const rgb: number[] = [];
  for (let i = 0; i < bgrx.length; i += 4) rgb.push(bgrx[i + 2], bgrx[i + 1], bgrx[i]);
  return rgb;
}

Deno.test("decodePng() gives the pixels of every kind of PNG", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...KINDS),
      fc.record({
        width: fc.integer({ min: 1, max: 20 }),
        height: fc.integer({ min: 1, max: 20 }),
        interlaced: fc.boolean(),
        transparency: fc.boolean(),
        few: fc.boolean(),
        seed: fc.integer(),
        level: fc.constantFrom(0, 1, 6, 9),
      }),
      ([colour, depth], { width, height, interlaced, transparency, few, seed, level }) => {
        const random = new Random(seed);
        const kind = { width, height, colour, depth, interlaced };
        const colours = colour === 3 ? random.int(1, 2 ** depth) : 2 ** depth;
        const values = few ? [0, colours - 1] : undefined;
        const samples = Array.from(
          { length: width * height * samplesOf(colour) },
          () => values ? random.pick(values) : random.int(0, colours - 1),
        );
        const palette = [...random.bytes(colours * 3)];
        const before: Uint8Array[] = [pngChunk("tEXt", random.bytes(9))];
        if (colour === 3) before.push(pngChunk("PLTE", Uint8Array.from(palette)));
        let transparent: number[] | undefined;
        if (transparency && colour < 4) {
          transparent = colour === 3
            ? [...random.bytes(random.int(0, colours))]
            : samples.slice(0, samplesOf(colour));
          const content = colour === 3
            ? transparent
            : transparent.flatMap((value) => [value >> 8, value & 255]);
          before.push(pngChunk("tRNS", Uint8Array.from(content)));
        }
        const picture = decode(makePng({ ...kind, samples, before, random, level }));
        assert.deepEqual([picture.width, picture.height], [width, height]);
        assert.deepEqual(rgbOf(picture.bgrx), expected(kind, samples, palette, transparent));
        assert.ok(picture.bgrx.every((value, i) => i % 4 !== 3 || value === 255));
      },
    ),
    { numRuns: 400 },
  );
});

Deno.test("decodePng() reads what imagescript encodes, also what imagescript refuses itself", async () => {
  const random = new Random(5);
  let refused = 0;
  for (let i = 0; i < 60; i++) {
    const image = new Image(random.int(1, 30), random.int(1, 30));
    image.bitmap.set(random.bytes(image.bitmap.length));
    for (let at = 3; at < image.bitmap.length; at += 4) image.bitmap[at] = 255;
    const png = await image.encode(1);
    const rgb = rgbOf(decode(png).bgrx);
    const bitmap = [...image.bitmap].filter((_, at) => at % 4 !== 3);
    assert.deepEqual(rgb, bitmap);
    await Image.decode(png).catch(() => refused++);
  }
  assert.ok(refused > 0, "imagescript reads them all now: it could decode PNGs again");
});

Deno.test("decodePng() ignores what follows the end, and chunks that may be ignored", () => {
  const png = concat(makePng(SMALL), new TextEncoder().encode("<script>garbage</script>"));
  assert.deepEqual(rgbOf(decode(png).bgrx), SMALL.samples);
});

/** Each of them, and what is said about it. */
const BAD: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ["nothing", new Uint8Array(), /does not begin with its header/],
  ["a signature alone", SIGNATURE, /does not begin with its header/],
  ["no IHDR", concat(SIGNATURE, pngChunk("IDAT", new Uint8Array(13)), END), /IHDR/],
  ["no size", makePng({ ...SMALL, width: 0, samples: [] }), /0×1 pixels/],
  ["a huge IHDR", huge(2 ** 31 - 1, 2 ** 31 - 1), /at most 16384 a side/],
  ["too large a side", huge(16_385, 1), /16385×1 pixels, wanted at most 16384 a side/],
  ["too many pixels", huge(16_384, 2049), /33554432 in all/],
  ["more than PNG allows", huge(2 ** 32 - 1, 1), /more than PNG allows/],
  ["too many bytes", huge(16_000, 2000, 6, 16), /send 8 bits a channel/],
  ["an unknown kind", makeHeaderOnly(2, 4), /colour type 2 with 4 bits/],
  ["another kind", makeHeaderOnly(5, 8), /colour type 5/],
  ["no end", makePng(SMALL).subarray(0, -12), /cut off/],
  ["a wrong check sum", flipped(makePng(SMALL), 29), /check sum of its chunk at byte 8 /],
  [
    "a wrong check sum of the data",
    flipped(makePng(SMALL), 45),
    /check sum of its chunk at byte 33 /,
  ],
  ["no data", concat(SIGNATURE, pngHeader(SMALL), END), /no data/],
  [
    "data that is not zlib",
    withData(new TextEncoder().encode("hello hello")),
    /cannot be inflated/,
  ],
  ["empty data", withData(new Uint8Array()), /holds 0 bytes|cannot be inflated/],
  ["too little data", withData(deflateSync(new Uint8Array(6))), /holds 6 bytes, its size needs 7/],
  ["too much data", withData(deflateSync(new Uint8Array(8))), /more than the 7 bytes/],
  ["a bomb", withData(deflateSync(new Uint8Array(50_000_000))), /more than the 7 bytes/],
  [
    "filter 5",
    withData(deflateSync(Uint8Array.of(5, 1, 2, 3, 4, 5, 6))),
    /filter 5, wanted 0 to 4/,
  ],
  [
    "an unknown chunk that matters",
    withChunks(pngChunk("ABCD", new Uint8Array(3))),
    /unknown chunk/,
  ],
  ["two palettes", withChunks(palette(3), palette(3)), /palette, PLTE, is misplaced/],
  ["a palette of 4 bytes", withChunks(palette(4)), /palette has 4 bytes/],
  ["a tRNS of 5 bytes", withChunks(pngChunk("tRNS", new Uint8Array(5))), /tRNS, does not fit/],
  ["no palette", makePng({ ...SMALL, colour: 3, samples: [0, 0] }), /no palette/],
  [
    "a colour that is not in the palette",
    makePng({ ...SMALL, colour: 3, samples: [0, 1], before: [palette(3)] }),
    /uses colour 1 of a palette of 1/,
  ],
];

for (const [name, bytes, words] of BAD) {
  Deno.test(`decodePng() refuses ${name}`, () => {
    assert.throws(
      () => decode(bytes),
      (error) => error instanceof BadImage && words.test(error.message),
    );
  });
}

Deno.test("decodePng() refuses a file that is cut off anywhere", () => {
  const whole = makePng({ ...SMALL, before: [pngChunk("tEXt", new Uint8Array(5))] });
  for (let length = 0; length < whole.length; length++) {
    assert.throws(() => decode(whole.subarray(0, length)), BadImage, `${length} bytes`);
  }
});

Deno.test("decodePng() throws nothing but BadImage, whatever it gets", () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(bytes, fc.constantFrom(...KINDS), fc.boolean(), (data, [colour, depth], own) => {
      const kind = { width: data.length % 17, height: 3, colour, depth, interlaced: data[0] === 1 };
      const png = concat(
        SIGNATURE,
        pngHeader(kind),
        pngChunk("PLTE", data.subarray(0, 6)),
        pngChunk("IDAT", own ? deflateSync(data) : data),
        END,
      );
      onlyBadImage(() => decode(png));
    }),
    { numRuns: 500 },
  );
});

Deno.test("readImageHeader() throws nothing but BadImage, and never lets a size beyond the limits pass", () => {
  const front = fc.constantFrom(
    new Uint8Array(),
    SIGNATURE,
    concat(SIGNATURE, pngHeader(SMALL)).subarray(0, 16),
    Uint8Array.of(0xff, 0xd8, 0xff),
    Uint8Array.of(0xff, 0xd8, 0xff, 0xc0, 0, 11, 8),
    Uint8Array.of(0xff, 0xd8, 0xff, 0xc0, 0, 17, 8),
  );
  fc.assert(
    fc.property(front, fc.uint8Array({ maxLength: 200 }), (start, rest) => {
      const header = onlyBadImage(() => readImageHeader(concat(start, rest), IMAGE_LIMITS));
      if (!header) return;
      const { width, height } = header;
      assert.ok(width > 0 && height > 0 && width <= 16_384 && height <= 16_384);
      assert.ok(width * height <= IMAGE_LIMITS.maxPixels);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("readImageHeader() refuses what is no picture", () => {
  for (const text of ["", "<!doctype html><title>Not found</title>", "GIF89a", "RIFF....WEBP"]) {
    const bytes = new TextEncoder().encode(text);
    assert.throws(() => readImageHeader(bytes, IMAGE_LIMITS), /neither a PNG nor a JPEG/);
  }
});

function onlyBadImage<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof BadImage) return undefined;
    throw error;
  }
}

/** A file that says it is large, and has nothing. */
function huge(width: number, height: number, colour = 2, depth = 8): Uint8Array {
  const data = pngChunk("IDAT", deflateSync(new Uint8Array(10)));
  return concat(SIGNATURE, pngHeader({ width, height, colour, depth }), data, END);
}

function makeHeaderOnly(colour: number, depth: number): Uint8Array {
  return huge(2, 1, colour, depth);
}

/** The small picture with other data. */
function withData(data: Uint8Array): Uint8Array {
  return concat(SIGNATURE, pngHeader(SMALL), pngChunk("IDAT", data), END);
}

function withChunks(...before: Uint8Array[]): Uint8Array {
  return makePng({ ...SMALL, before });
}

function palette(length: number): Uint8Array {
  return pngChunk("PLTE", new Uint8Array(length));
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] ^= 1;
  return copy;
}
