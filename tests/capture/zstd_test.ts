import assert from "node:assert/strict";
import { zstdDecompressSync } from "node:zlib";
import { Decompress, decompress } from "fzstd";
import { storeFrame } from "../../capture/zstd.ts";

Deno.test("storeFrame() makes frames that decoders undo, empty and full ones too", () => {
  for (const length of [0, 1, 31, 32, 8191, 8192, 128 * 1024]) {
    const bytes = new Uint8Array(length).map((_, i) => i * 7);
    const frame = storeFrame(bytes);
    assert.deepEqual(new Uint8Array(zstdDecompressSync(frame)), bytes);
    assert.deepEqual(decompress(frame), bytes);
  }
});

Deno.test("storeFrame() of three bytes, literally", () => {
  // Magic, descriptor, window of 2^22; a block, raw, three bytes; two empty ones, since less than 18 bytes would wait.
  assert.equal(
    storeFrame(new Uint8Array([1, 2, 3])).toHex(),
    "28b52ffd0060" + "180000" + "010203" + "000000" + "010000",
  );
});

Deno.test("storeFrame() refuses more than a block holds", () => {
  assert.throws(() => storeFrame(new Uint8Array(128 * 1024 + 1)), {
    name: "RangeError",
    message: "Cannot store a frame: got 131073 bytes, wanted 0 to 131072",
  });
});

Deno.test("storeFrame(): fzstd has all of the last frame, however short, when it has its bytes", () => {
  for (let length = 1; length < 20; length++) {
    const bytes = new Uint8Array(length).fill(7);
    let got = 0;
    const streaming = new Decompress((part) => got += part.length);
    streaming.push(storeFrame(bytes));
    streaming.push(storeFrame(bytes));
    assert.equal(got, 2 * length, `${length} bytes`);
  }
});
