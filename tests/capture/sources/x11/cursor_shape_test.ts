import assert from "node:assert/strict";
import { shapeOf } from "../../../../capture/sources/x11/cursor_shape.ts";

/** An `XFixesCursorImage`: x, y, width, height, xhot, yhot, then what `shapeOf()` does not read. */
function cursorImage(width: number, height: number, hotX: number, hotY: number): DataView {
  const image = new DataView(new ArrayBuffer(48));
  [0, 0, width, height, hotX, hotY].forEach((value, i) => image.setUint16(i * 2, value, true));
  return image;
}

/** Pixels as X hands them out: each in the low half of an unsigned long. */
function longs(argb: number[]): DataView {
  const view = new DataView(new ArrayBuffer(argb.length * 8));
  argb.forEach((pixel, i) => {
    view.setUint32(i * 8, pixel, true);
    view.setUint32(i * 8 + 4, 0xdeadbeef, true);
  });
  return view;
}

Deno.test("shapeOf() undoes the premultiplied alpha", () => {
  const shape = shapeOf(
    cursorImage(2, 2, 1, 0),
    longs([0xff102030, 0x00000000, 0x80800040, 0x01010000]),
  );
  assert.deepEqual({ ...shape, rgba: [...shape.rgba] }, {
    width: 2,
    height: 2,
    hotX: 1,
    hotY: 0,
    // deno-fmt-ignore
    rgba: [0x10, 0x20, 0x30, 255, 0, 0, 0, 0, 255, 0, 128, 128, 255, 0, 0, 1],
  });
});

Deno.test("shapeOf() stays in range where a colour exceeds its alpha", () => {
  const shape = shapeOf(cursorImage(1, 1, 0, 0), longs([0x40ff2000]));
  assert.deepEqual([...shape.rgba], [255, 128, 0, 64]);
});

Deno.test("shapeOf() cuts a huge pointer around its hot spot", () => {
  const pixels = longs(Array.from({ length: 600 * 2 }, (_, i) => 0xff000000 + i));
  const middle = shapeOf(cursorImage(600, 2, 300, 1), pixels);
  assert.deepEqual([middle.width, middle.height, middle.hotX, middle.hotY], [256, 2, 128, 1]);
  // The first pixel kept is the one in column 300 - 128 = 172 = 0xac.
  assert.deepEqual([...middle.rgba.subarray(0, 4)], [0, 0, 0xac, 255]);
  // The second row begins 600 pixels after the first, at 772 = 0x304.
  assert.deepEqual([...middle.rgba.subarray(256 * 4, 257 * 4)], [0, 3, 4, 255]);
  const edge = shapeOf(cursorImage(600, 2, 599, 0), pixels);
  assert.deepEqual([edge.width, edge.hotX], [256, 255]);
  // 599 - 255 = 344 = 0x158.
  assert.deepEqual([...edge.rgba.subarray(0, 4)], [0, 1, 0x58, 255]);
});
