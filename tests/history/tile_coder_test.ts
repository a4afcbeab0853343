/** Tiles as bytes and as hashes. */
import assert from "node:assert/strict";
import { cutTile, PACK_TILES, solidColour, TileCoder } from "../../history/tile_coder.ts";
import { CONTENTS, randomFrame } from "../helpers/frames.ts";
import { Random } from "../helpers/random.ts";

const coder = await TileCoder.load();

Deno.test("TileCoder.decode() undoes encode(), for packs of any content, size and length", () => {
  const random = new Random(1);
  for (const content of CONTENTS) {
    for (
      const size of [{ width: 64, height: 64 }, { width: 64, height: 56 }, { width: 1, height: 1 }]
    ) {
      const frame = randomFrame(random, { width: 640, height: 64 }, content);
      const pixels = new Uint32Array(frame.bgrx.buffer);
      const tiles = Array.from({ length: PACK_TILES }, (_, i) => {
        return cutTile(pixels, 640, { x: i * 64, y: 0, w: size.width, h: size.height });
      });
      const code = coder.encode(tiles, size);
      assert.deepEqual(coder.decode(code, size, PACK_TILES), tiles);
      assert.deepEqual(coder.decode(code, size, 3), tiles.slice(0, 3), "the first ones alone");
    }
  }
});

Deno.test("TileCoder.encode() gives the same bytes whatever was coded before", () => {
  const size = { width: 64, height: 64 };
  const [a, b] = [3, 4].map((seed) => {
    const frame = randomFrame(new Random(seed), size, "text");
    return cutTile(new Uint32Array(frame.bgrx.buffer), 64, { x: 0, y: 0, w: 64, h: 64 });
  });
  const alone = coder.encode([a], size);
  coder.encode([b, a], size);
  assert.deepEqual(coder.encode([a], size), alone);
});

Deno.test("TileCoder.decode() refuses damaged code", () => {
  const size = { width: 64, height: 64 };
  const tile = new Uint32Array(4096).map((_, i) => i * 77);
  const code = coder.encode([tile], size);
  assert.throws(() => coder.decode(code.subarray(0, 5), size, 1));
  assert.throws(() => coder.decode(code, size, 2));
  assert.throws(() => coder.decode(Uint8Array.of(0xff, 0xff, 0x7f, 1), size, 1), /bytes/);
});

Deno.test("TileCoder.hash() tells contents apart, and sizes with the same pixels", () => {
  const pixels = new Uint32Array(64);
  const names = [
    coder.hash(pixels, { width: 8, height: 8 }),
    coder.hash(pixels, { width: 16, height: 4 }),
    coder.hash(pixels.map((_, i) => i === 63 ? 1 : 0), { width: 8, height: 8 }),
  ].map((hash) => hash.toHex());
  assert.equal(new Set(names).size, 3);
  assert.equal(coder.hash(pixels, { width: 8, height: 8 }).toHex(), names[0]);
  assert.equal(names[0].length, 32);
});

Deno.test("cutTile() ignores the unused byte; solidColour() knows tiles of one colour", () => {
  const pixels = Uint32Array.of(0xff112233, 0x00112233, 5, 0x80112233, 0x11112233, 6);
  const tile = cutTile(pixels, 3, { x: 0, y: 0, w: 2, h: 2 });
  assert.deepEqual([...tile], [0x112233, 0x112233, 0x112233, 0x112233]);
  assert.equal(solidColour(tile), 0x112233);
  assert.equal(solidColour(cutTile(pixels, 3, { x: 1, y: 0, w: 2, h: 1 })), undefined);
});
