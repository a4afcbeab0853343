import assert from "node:assert/strict";
import { SourceLost } from "../../../../capture/source.ts";
import { copierFor, type PixelFormat } from "../../../../capture/sources/x11/pixels.ts";

const BGRX: PixelFormat = {
  depth: 24,
  bitsPerPixel: 32,
  littleEndian: true,
  masks: { red: 0xff0000, green: 0xff00, blue: 0xff },
};

/** C's memory, which begins at address 1000. */
function memory(bytes: number[]) {
  return (address: bigint, target: Uint8Array) => {
    const start = Number(address) - 1000;
    target.set(bytes.slice(start, start + target.length));
  };
}

Deno.test("copierFor() copies BGRX rows as they are", () => {
  const frame = new Uint8Array(12).fill(9);
  const copy = copierFor(BGRX, memory([1, 2, 3, 4, 5, 6, 7, 8]));
  copy({ address: 1000n, bytesPerLine: 4 }, frame, 1, { top: 1, bottom: 3 });
  assert.deepEqual([...frame], [9, 9, 9, 9, 1, 2, 3, 4, 5, 6, 7, 8]);
});

Deno.test("copierFor() leaves out the padding of rows", () => {
  const frame = new Uint8Array(8);
  const copy = copierFor(BGRX, memory([1, 2, 3, 4, 0, 0, 0, 0, 5, 6, 7, 8]));
  copy({ address: 1000n, bytesPerLine: 8 }, frame, 1, { top: 0, bottom: 2 });
  assert.deepEqual([...frame], [1, 2, 3, 4, 5, 6, 7, 8]);
});

Deno.test("copierFor() turns RGBX around", () => {
  const frame = new Uint8Array(4);
  const masks = { red: 0xff, green: 0xff00, blue: 0xff0000 };
  const copy = copierFor({ ...BGRX, masks }, memory([1, 2, 3, 4]));
  copy({ address: 1000n, bytesPerLine: 4 }, frame, 1, { top: 0, bottom: 1 });
  assert.deepEqual([...frame], [3, 2, 1, 0]);
});

Deno.test("copierFor() stretches 5:6:5 to 0..255 and skips the padding", () => {
  const masks = { red: 0xf800, green: 0x07e0, blue: 0x001f };
  const frame = new Uint8Array(16).fill(9);
  // Rows of one pixel and two bytes of padding: white, then red 16, green 32, blue 1.
  const pixel = (16 << 11) | (32 << 5) | 1;
  const bytes = [0xff, 0xff, 0, 0, pixel & 255, pixel >> 8, 0, 0];
  const copy = copierFor({ ...BGRX, depth: 16, bitsPerPixel: 16, masks }, memory(bytes));
  copy({ address: 1000n, bytesPerLine: 4 }, frame, 1, { top: 1, bottom: 3 });
  assert.deepEqual([...frame], [9, 9, 9, 9, 255, 255, 255, 9, 8, 130, 132, 9, 9, 9, 9, 9]);
});

Deno.test("copierFor() reduces 10 bits a channel to 8", () => {
  const masks = { red: 0x3ff00000, green: 0xffc00, blue: 0x3ff };
  const pixel = (1023 << 20) | (512 << 10) | 3;
  const bytes = [0, 8, 16, 24].map((shift) => pixel >>> shift & 255);
  const frame = new Uint8Array(4);
  const copy = copierFor({ ...BGRX, depth: 30, masks }, memory(bytes));
  copy({ address: 1000n, bytesPerLine: 4 }, frame, 1, { top: 0, bottom: 1 });
  assert.deepEqual([...frame], [1, 128, 255, 0]);
});

Deno.test("copierFor() names depth and masks of what it cannot read", () => {
  const palette = { depth: 8, bitsPerPixel: 8, masks: { red: 0, green: 0, blue: 0 } };
  assert.throws(
    () => copierFor({ ...BGRX, ...palette }, memory([])),
    new SourceLost(
      "Cannot capture an X screen of depth 8 with 8 bits a pixel, masks 0x0, 0x0, 0x0, " +
        "wanted little-endian TrueColor",
    ),
  );
  assert.throws(() => copierFor({ ...BGRX, littleEndian: false }, memory([])), /big-endian/);
  assert.throws(() => copierFor({ ...BGRX, bitsPerPixel: 24 }, memory([])), /24 bits a pixel/);
});
