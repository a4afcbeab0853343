/**
 * Each encoding of patches by itself: the bytes that the encoder writes and the pixels that the decoder draws from
 * them, any pictures and rectangles, and hostile payloads.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteWriter } from "../../capture/byte_writer.ts";
import { ProtocolError } from "../../public/decoder/decoder.js";
import { ContextReference } from "../helpers/context_reference.ts";
import { CONTENTS, paint, randomFrame, randomRect } from "../helpers/frames.ts";
import { fromHex, toHex } from "../helpers/hex.ts";
import { assertSameOutside } from "../helpers/lossy_pair.ts";
import { type CodedPatch, type EncodingName, ENCODINGS, PatchPair } from "../helpers/patch_pair.ts";
import { Random } from "../helpers/random.ts";

interface Literal {
  readonly encoding: EncodingName;
  /** A black canvas of 4×2 gets this in columns 1 to 3. */
  readonly pixels: readonly [number, number, number, number, number, number];
  readonly colours: readonly number[];
  readonly payload: string;
}

const LITERALS: readonly Literal[] = [
  {
    encoding: "solid",
    pixels: [0x102030, 0x102030, 0x102030, 0x102030, 0x102030, 0x102030],
    colours: [],
    payload: "10 20 30",
  },
  {
    encoding: "indexed",
    pixels: [0xff0000, 0xff0000, 0x00ff00, 0x00ff00, 0xff0000, 0x0000ff],
    colours: [0xff0000, 0x00ff00, 0x0000ff],
    payload: "00 00 01 01 00 02",
  },
  {
    // Green, red - green and blue - green, each row less the one above it.
    encoding: "planar",
    pixels: [0x0a141e, 0xffffff, 0x000000, 0x0b141d, 0x000000, 0x010000],
    colours: [],
    payload: "14 ff 00 00 01 00  f6 00 00 01 00 01  0a 00 00 ff 00 00",
  },
  {
    encoding: "context",
    pixels: [0x123456, 0x123456, 0x000000, 0x123456, 0x000000, 0x000000],
    colours: [],
    payload: "05  f2 c8 f1 5a 32",
  },
];
const LITERAL_RECT = { x: 1, y: 0, w: 3, h: 2 };

for (const { encoding, pixels, colours, payload } of LITERALS) {
  Deno.test(`${encoding}: literal pixels in, literal bytes out, and back`, async () => {
    const pair = await PatchPair.open(4, 2);
    const [a, b, c, d, e, f] = pixels;
    const shown = [0, a, b, c, 0, d, e, f];
    // The fourth byte of a pixel means nothing.
    pair.frame.set(shown.map((pixel, i) => pixel | i << 24));
    const patch = pair.encode(encoding, LITERAL_RECT);
    assert.deepEqual(patch.colours, colours);
    assert.equal(toHex(patch.payload), toHex(fromHex(payload)));
    for (const byte of pair.message(patch)) pair.decoder.push(Uint8Array.of(byte));
    assert.deepEqual([...pair.picture.pixels], shown);
  });
}

Deno.test("lossy: literal bytes in, literal pixels out", async () => {
  // The example of docs/PROTOCOL.md, as a patch of an update.
  const pair = await PatchPair.open(18, 17);
  const code = fromHex(
    "32 36 d8 7d c6 5e 7a c1 b5 e9 95 01 f8 00 77 b8 83 ae 9c 6b 53 58 b5 77 b8 e7",
  );
  const payload = Uint8Array.of(code.length, ...code);
  const rect = { x: 0, y: 0, w: 16, h: 16 };
  const message = pair.message({ encoding: "lossy", rect, payload, colours: [] });
  for (const byte of message) pair.decoder.push(Uint8Array.of(byte));
  const { pixels, losses } = pair.picture;
  const at = (x: number, y: number) => pixels[y * 18 + x];
  assert.deepEqual([at(0, 0), at(15, 0)], [0x02037d, 0x70027f]);
  assert.deepEqual([at(0, 15), at(15, 15)], [0x087583, 0x767485]);
  assert.deepEqual([at(16, 0), at(0, 16)], [0, 0]);
  assert.equal(losses.size, 1);
});

/** Shows a patch of any content and sends it. */
function next(random: Random, pair: PatchPair, encoding: EncodingName): CodedPatch {
  const frame = randomFrame(random, pair.size, random.pick(CONTENTS));
  // Part of it is what stands there already: all coders care about that.
  if (random.chance(0.5)) {
    new Uint32Array(frame.bgrx.buffer).set(pair.canvas);
    paint(random, frame, randomRect(random, pair.size), random.pick(CONTENTS));
  }
  const rect = random.chance(0.2)
    ? { x: 0, y: 0, w: pair.size.width, h: pair.size.height }
    : randomRect(random, pair.size);
  if (encoding === "solid") paint(random, frame, rect, "solid");
  pair.frame.set(new Uint32Array(frame.bgrx.buffer));
  return pair.encode(encoding, rect, random.int(1, 100));
}

const side = fc.oneof(fc.constantFrom(1, 2, 3, 4, 5, 63, 64, 65), fc.integer({ min: 1, max: 150 }));

for (const encoding of ENCODINGS) {
  Deno.test(`${encoding}: the decoder draws what the encoder did, for any pictures and rectangles`, async () => {
    await fc.assert(
      fc.asyncProperty(side, side, fc.nat(1e6), async (width, height, seed) => {
        const random = new Random(seed);
        const pair = await PatchPair.open(width, height);
        for (let i = 0; i < 6; i++) {
          const before = pair.picture.pixels.slice();
          const patch = next(random, pair, encoding);
          pair.decoder.push(pair.message(patch));
          const { pixels } = pair.picture;
          assert.deepEqual(pixels, pair.canvas);
          assertSameOutside(pixels, before, pair.size, patch.rect);
          if (encoding !== "lossy") assertSameInside(pixels, pair.frame, width, patch);
        }
      }),
      { numRuns: 60, seed: 5, endOnFailure: true },
    );
  });
}

function assertSameInside(
  pixels: Uint32Array,
  frame: Uint32Array,
  width: number,
  { rect: { x, y, w, h } }: CodedPatch,
): void {
  for (let row = y; row < y + h; row++) {
    const start = row * width + x;
    const wanted = frame.slice(start, start + w).map((pixel) => pixel & 0xffffff);
    assert.deepEqual(pixels.slice(start, start + w), wanted);
  }
}

Deno.test("context: the decoder agrees with one written from docs/PROTOCOL.md", async () => {
  for (let seed = 0; seed < 12; seed++) {
    const random = new Random(seed);
    const pair = await PatchPair.open(random.int(1, 80), random.int(1, 60));
    const reference = new ContextReference(pair.picture.pixels.slice(), pair.size.width);
    for (let i = 0; i < 5; i++) {
      const patch = next(random, pair, "context");
      pair.decoder.push(pair.message(patch));
      reference.draw(withoutLength(patch.payload), patch.rect);
      assert.deepEqual(pair.picture.pixels, reference.pixels);
    }
  }
});

Deno.test("context: the decoder agrees with that one about damaged bytes", async () => {
  let agreed = 0;
  for (let seed = 0; seed < 60; seed++) {
    const random = new Random(seed);
    const pair = await PatchPair.open(random.int(1, 40), random.int(1, 30));
    const before = next(random, pair, "context");
    pair.decoder.push(pair.message(before));
    const black = new Uint32Array(pair.canvas.length);
    const reference = new ContextReference(black, pair.size.width);
    reference.draw(withoutLength(before.payload), before.rect);

    const patch = next(random, pair, "context");
    const code = random.chance(0.5) ? random.bytes(3000) : withoutLength(patch.payload);
    code[random.int(0, code.length - 1)] ^= 1 << random.int(0, 7);
    const payload = new ByteWriter().varint(code.length).bytes(code).finish();
    try {
      pair.decoder.push(pair.message({ ...patch, payload }));
    } catch (error) {
      // It wanted more bytes than there are.
      assert.ok(error instanceof ProtocolError);
      continue;
    }
    reference.draw(code, patch.rect);
    assert.deepEqual(pair.picture.pixels, reference.pixels);
    agreed++;
  }
  assert.ok(agreed > 20, `${agreed} of 60 were long enough`);
});

function withoutLength(payload: Uint8Array): Uint8Array {
  return payload.slice(payload.findIndex((byte) => byte < 0x80) + 1);
}

/** Lengths at which something happens. */
const EDGES = [0, 1, 127, 128, 2 ** 16, 2 ** 26, 2 ** 32, 2 ** 53 - 1];

/** The payload as an enemy would send it. */
function mutate(random: Random, payload: Uint8Array): Uint8Array {
  const out = payload.slice();
  const at = random.int(0, out.length - 1);
  switch (random.int(0, 5)) {
    case 0:
      return random.bytes(random.int(0, 300));
    case 1:
      return out.slice(0, at);
    case 2:
      return Uint8Array.from([...out, ...random.bytes(random.int(1, 9))]);
    case 3: {
      const claim = new ByteWriter().varint(random.pick(EDGES)).finish();
      return Uint8Array.from([...claim, ...out.subarray(1)]);
    }
    default:
      for (let n = random.int(1, 4); n > 0; n--) {
        out[random.int(0, out.length - 1)] = random.chance(0.5) ? random.bits() : 255;
      }
      return out;
  }
}

for (const encoding of ENCODINGS) {
  Deno.test(`${encoding}: a damaged payload is refused or stays in its rectangle, and takes no memory`, async () => {
    const outcomes = { taken: 0, refused: 0 };
    for (let seed = 0; seed < 250; seed++) {
      const random = new Random(seed);
      const pair = await PatchPair.open(random.int(1, 70), random.int(1, 70));
      // Something to have learnt.
      for (let n = random.int(0, 2); n > 0; n--) {
        pair.decoder.push(pair.message(next(random, pair, encoding)));
      }
      const { picture, size } = pair;
      const before = picture.pixels.slice();
      const bytesBefore = picture.pixels.buffer.byteLength;
      const patch = next(random, pair, encoding);
      const message = pair.message({ ...patch, payload: mutate(random, patch.payload) });
      try {
        pair.decoder.push(message);
        outcomes.taken++;
      } catch (error) {
        assert.ok(error instanceof ProtocolError, `${error}`);
        outcomes.refused++;
      }
      assertSameOutside(picture.pixels, before, size, patch.rect);
      assert.ok(picture.pixels.every((pixel) => pixel <= 0xffffff));
      assert.equal(picture.pixels.buffer.byteLength, bytesBefore);
    }
    assert.ok(outcomes.refused > 50, `${outcomes.refused} refused`);
    // Most damage to a lossy payload shows: it ends in a mark.
    assert.ok(outcomes.taken > 0, "nothing was taken");
  });
}

for (const encoding of ["context", "lossy"] as const) {
  Deno.test(`${encoding}: a length above the bound is refused, whatever follows`, async () => {
    const pair = await PatchPair.open(4, 2);
    const most = 4 * 4 * 2 + 65536;
    const rect = { x: 0, y: 0, w: 4, h: 2 };
    const payload = new ByteWriter().varint(most + 1).bytes(new Uint8Array(most + 1)).finish();
    const message = pair.message({ encoding, rect, payload, colours: [] });
    assert.throws(() => pair.decoder.push(message), ProtocolError);
  });
}

Deno.test("indexed: an index that the palette does not have is refused, 255 without its colour too", async () => {
  const rect = { x: 0, y: 0, w: 2, h: 1 };
  for (const payload of ["00 01", "00 ff", "00 ff 11 22", "00 00 11"]) {
    const pair = await PatchPair.open(2, 1);
    const patch = { encoding: "indexed" as const, rect, payload: fromHex(payload), colours: [7] };
    assert.throws(() => pair.decoder.push(pair.message(patch)), ProtocolError, payload);
  }
});
