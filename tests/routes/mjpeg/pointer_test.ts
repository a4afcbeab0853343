import assert from "node:assert/strict";
import { type Pointer, pointerRect, withPointer } from "../../../routes/mjpeg/pointer.ts";

const SIZE = { width: 4, height: 3 };

/** Two pixels beside each other: opaque red, half transparent white; the second one points. */
function pointerAt(x: number, y: number, visible = true): Pointer {
  const rgba = Uint8ClampedArray.of(255, 0, 0, 255, 255, 255, 255, 128);
  return { visible, x, y, shape: { width: 2, height: 1, hotX: 1, hotY: 0, rgba } };
}

/** The red channel while the pointer is drawn into a picture that is grey 100. */
function redsWith(pointer: Pointer | undefined): number[] {
  const rgba = new Uint8ClampedArray(SIZE.width * SIZE.height * 4).fill(100);
  const drawn = withPointer(rgba, SIZE, pointer, () => rgba.slice());
  assert.ok(rgba.every((byte) => byte === 100), "the picture is as it was");
  return [...drawn].filter((_, i) => i % 4 === 0);
}

Deno.test("withPointer() blends the shape where it points, while the picture is used", () => {
  assert.deepEqual(redsWith(pointerAt(2, 1)), [
    ...[100, 100, 100, 100],
    ...[100, 255, 178, 100],
    ...[100, 100, 100, 100],
  ]);
});

Deno.test("withPointer() cuts the shape at the picture's edges", () => {
  assert.deepEqual(redsWith(pointerAt(0, 0)).slice(0, 2), [178, 100]);
  assert.deepEqual(redsWith(pointerAt(4, 2)).slice(-2), [100, 255]);
});

Deno.test("pointerRect() is where something is drawn", () => {
  assert.deepEqual(pointerRect(pointerAt(2, 1), SIZE), { x: 1, y: 1, w: 2, h: 1 });
  assert.deepEqual(pointerRect(pointerAt(0, 0), SIZE), { x: 0, y: 0, w: 1, h: 1 });
  for (const [x, y] of [[-1, 0], [5, 0], [1, -1], [1, 3]]) {
    assert.equal(pointerRect(pointerAt(x, y), SIZE), undefined, `${x},${y}`);
    assert.ok(redsWith(pointerAt(x, y)).every((red) => red === 100));
  }
  assert.equal(pointerRect(pointerAt(2, 1, false), SIZE), undefined);
  assert.equal(pointerRect({ ...pointerAt(2, 1), shape: undefined }, SIZE), undefined);
  assert.equal(pointerRect(undefined, SIZE), undefined);
});

Deno.test("withPointer() leaves the picture as it was when its use throws", () => {
  const rgba = new Uint8ClampedArray(SIZE.width * SIZE.height * 4).fill(7);
  const fail = () => {
    throw new Error("no");
  };
  assert.throws(() => withPointer(rgba, SIZE, pointerAt(2, 1), fail), /no/);
  assert.ok(rgba.every((byte) => byte === 7));
});
