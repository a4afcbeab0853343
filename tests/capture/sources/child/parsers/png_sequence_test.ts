import assert from "node:assert/strict";
import { BadFrames } from "../../../../../capture/sources/child/parsers/parser.ts";
import { concat, makePng, pngChunk, SIGNATURE } from "../../../../helpers/make_png.ts";
import { ascii, parse, parseEveryWay } from "../support.ts";

const PNG = { kind: "png" } as const;

function picture(value: number, before: readonly Uint8Array[] = []): Uint8Array<ArrayBuffer> {
  const samples = new Uint8Array(12).fill(value);
  return makePng({ width: 2, height: 2, colour: 2, depth: 8, samples, before });
}

Deno.test("PngSequenceParser finds where each file ends, whatever its chunks hold", () => {
  // An end within a comment is none.
  const files = [picture(1), picture(2, [pngChunk("tEXt", picture(9))]), picture(3)];
  const { pictures, isBetween } = parseEveryWay(PNG, concat(...files));
  assert.deepEqual(pictures, files.map((bytes) => ({ kind: "file", type: "png", bytes })));
  assert.equal(isBetween, true);
});

Deno.test("PngSequenceParser knows that a file is not whole", () => {
  const file = picture(1);
  const { pictures, isBetween } = parse(PNG, file.subarray(0, -1), []);
  assert.deepEqual([pictures, isBetween], [[], false]);
});

Deno.test("PngSequenceParser says what it got and what it wanted", () => {
  const refuse = (bytes: Uint8Array, message: RegExp) => {
    for (const cuts of [[], Array.from(bytes, (_, i) => i)]) {
      assert.throws(
        () => parse(PNG, bytes, cuts),
        (error) => error instanceof BadFrames && message.test(error.message),
      );
    }
  };
  refuse(concat(picture(1), ascii("error: no screen")), /got "e(rror: no sc)?", wanted a PNG/);
  refuse(ascii("\u0001\u0002"), /got 01( 02)?, wanted a PNG/);
  // A chunk of 4 GB is not waited for.
  const long = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x49, 0x44, 0x41, 0x54, 0, 0, 0, 0);
  refuse(concat(SIGNATURE, long), /PNG of at least 4294967315 bytes, wanted at most 67108864/);
});

Deno.test("PngSequenceParser recognizes line ends that adb shell has changed", () => {
  const changed = Uint8Array.from(Array.from(picture(1)).flatMap((b) => b === 10 ? [13, 10] : [b]));
  assert.throws(() => parse(PNG, changed, []), /line ends were changed .*adb exec-out/);
});
