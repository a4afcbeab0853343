import assert from "node:assert/strict";
import { BadFrames } from "../../../../../capture/sources/child/parsers/parser.ts";
import { parse, parseEveryWay } from "../support.ts";

const TWO_BY_ONE = { kind: "raw", pixels: "rgb24", width: 2, height: 1 } as const;

Deno.test("RawParser cuts the stream into pictures of the stated size", () => {
  const bytes = Uint8Array.from({ length: 14 }, (_, i) => i);
  const { pictures, isBetween } = parseEveryWay(TWO_BY_ONE, bytes);
  const common = { kind: "packed", layout: "rgb24", width: 2, height: 1 } as const;
  assert.deepEqual(pictures, [
    { ...common, bytes: Uint8Array.of(0, 1, 2, 3, 4, 5) },
    { ...common, bytes: Uint8Array.of(6, 7, 8, 9, 10, 11) },
  ]);
  assert.equal(isBetween, false, "two bytes of the third one are there");
  assert.equal(parse(TWO_BY_ONE, bytes.subarray(0, 12), []).isBetween, true);
});

Deno.test("RawParser knows how many bytes a pixel of each layout has", () => {
  for (const [pixels, each] of [["bgrx", 4], ["rgbx", 4], ["bgr24", 3], ["grey", 1]] as const) {
    const { pictures, isBetween } = parse(
      { kind: "raw", pixels, width: 3, height: 2 },
      new Uint8Array(6 * each),
      [],
    );
    assert.equal(pictures.length, 1);
    assert.equal(isBetween, true);
  }
});

Deno.test("RawParser refuses sizes that no picture may have", () => {
  for (const [width, height] of [[16385, 1], [1, 16385], [8192, 8193], [0, 5]]) {
    assert.throws(
      () => parse({ kind: "raw", pixels: "grey", width, height }, new Uint8Array(), []),
      (error) => error instanceof BadFrames && error.message.includes(`${width}×${height} pixels`),
    );
  }
});
