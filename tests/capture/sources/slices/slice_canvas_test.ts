import assert from "node:assert/strict";
import { SliceCanvas } from "../../../../capture/sources/slices/slice_canvas.ts";
import type { Slice } from "../../../../capture/slices/packet.ts";
import { BadPacket } from "../../../../capture/slices/bad_packet.ts";
import { makePng } from "../../../helpers/make_png.ts";

const pixelsOf = (bgrx: Uint8Array) =>
  Array.from({ length: bgrx.length / 4 }, (_, i) => {
    const [b, g, r] = bgrx.subarray(i * 4, i * 4 + 3);
    return r << 16 | g << 8 | b;
  });

function canvas(): SliceCanvas {
  return new SliceCanvas(() => Promise.resolve(), () => 0);
}

function rgb(x: number, y: number, w: number, h: number, pixels: readonly number[]): Slice {
  const samples = pixels.flatMap((pixel) => [pixel >> 16, pixel >> 8 & 255, pixel & 255]);
  return { x, y, w, h, png: makePng({ width: w, height: h, colour: 2, depth: 8, samples }) };
}

const whole = ({ w: width, h: height, png }: Slice) =>
  ({ kind: "whole", size: { width, height }, png }) as const;
const FIRST = whole(rgb(0, 0, 3, 2, [1, 2, 3, 4, 5, 0x123456]));

Deno.test("SliceCanvas draws whole pictures and slices, in order", async () => {
  const drawn = canvas();
  assert.equal(drawn.size, undefined);
  const first = await drawn.draw(FIRST);
  assert.deepEqual(pixelsOf(first.frame.bgrx), [1, 2, 3, 4, 5, 0x123456]);
  assert.equal(first.damage, "unknown");
  const slices = [rgb(1, 0, 2, 1, [7, 8]), rgb(2, 0, 1, 2, [9, 10])];
  const second = await drawn.draw({ kind: "slices", slices });
  assert.deepEqual(pixelsOf(second.frame.bgrx), [1, 7, 9, 4, 5, 10]);
  assert.deepEqual(second.damage, [{ x: 1, y: 0, w: 2, h: 1 }, { x: 2, y: 0, w: 1, h: 2 }]);
  assert.equal(second.frame, first.frame, "it goes on drawing on its frame");
  const third = await drawn.draw(whole(rgb(0, 0, 1, 1, [11])));
  assert.deepEqual([third.frame.width, third.frame.height], [1, 1]);
  assert.deepEqual(pixelsOf(third.frame.bgrx), [11]);
});

Deno.test("SliceCanvas ignores alpha, and takes grey", async () => {
  const drawn = canvas();
  const kinds = [
    { colour: 6, samples: [0x12, 0x34, 0x56, 0, 9, 8, 7, 255], expected: [0x123456, 0x090807] },
    { colour: 4, samples: [0x21, 0, 0x22, 128], expected: [0x212121, 0x222222] },
    { colour: 0, samples: [0x31, 0x32], expected: [0x313131, 0x323232] },
  ];
  for (const { colour, samples, expected } of kinds) {
    const png = makePng({ width: 2, height: 1, colour, depth: 8, samples });
    const { frame } = await drawn.draw({ kind: "whole", size: { width: 2, height: 1 }, png });
    assert.deepEqual(pixelsOf(frame.bgrx), expected);
  }
});

Deno.test("SliceCanvas draws nothing of a packet with a bad slice", async () => {
  const drawn = canvas();
  const { frame } = await drawn.draw(FIRST);
  const before = frame.bgrx.slice();
  const good = rgb(0, 0, 1, 1, [99]);
  const bad: readonly (readonly [Slice, RegExp])[] = [
    [{ ...good, w: 2 }, /slice 2 of 2 is said to have 2×1 pixels, its PNG has 1×1/],
    [{ ...good, png: good.png.slice(0, -13) }, /slice 2 of 2: The PNG file is cut off/],
    [
      { ...good, png: new Uint8Array(60) },
      /slice 2 of 2: The PNG file does not begin with its header/,
    ],
  ];
  for (const [slice, message] of bad) {
    const refusal = (error: unknown) => error instanceof BadPacket && message.test(error.message);
    await assert.rejects(drawn.draw({ kind: "slices", slices: [good, slice] }), refusal);
    assert.deepEqual(frame.bgrx, before);
  }
  await assert.rejects(
    drawn.draw({ kind: "whole", size: { width: 2, height: 2 }, png: good.png }),
    /the whole picture is said to have 2×2 pixels, its PNG has 1×1/,
  );
  assert.deepEqual(drawn.size && [drawn.size.width, drawn.size.height], [3, 2]);
});

Deno.test("SliceCanvas gives way to others while it decodes", async () => {
  let [now, pauses] = [0, 0];
  const drawn = new SliceCanvas(() => Promise.resolve(void pauses++), () => now += 6);
  await drawn.draw(FIRST);
  await drawn.draw({ kind: "slices", slices: Array(8).fill(rgb(0, 0, 1, 1, [1])) });
  assert.ok(pauses >= 3 && pauses <= 8, `paused ${pauses} times`);
});
