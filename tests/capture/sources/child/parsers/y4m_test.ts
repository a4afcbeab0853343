import assert from "node:assert/strict";
import { BadFrames } from "../../../../../capture/sources/child/parsers/parser.ts";
import { planarBytes } from "../../../../../capture/sources/child/parsers/y4m.ts";
import { concat } from "../../../../helpers/make_png.ts";
import { ascii, parse, parseEveryWay } from "../support.ts";

const Y4M = { kind: "y4m" } as const;

function refusal(text: string): string {
  try {
    parse(Y4M, ascii(text), []);
  } catch (error) {
    if (error instanceof BadFrames) return error.message;
    throw error;
  }
  return "";
}

Deno.test("Y4mParser reads pictures with their size and how colours are sampled", () => {
  const bytes = concat(
    ascii("YUV4MPEG2 W3 H2 F30:1 Ip A1:1 C420jpeg XYSCSS=420JPEG\nFRAME\n"),
    Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
    ascii("FRAME Ixyz\n"),
    new Uint8Array(10).fill(0x0a),
  );
  const common = { kind: "planar", chroma: "420", fullRange: false, width: 3, height: 2 } as const;
  const { pictures, isBetween } = parseEveryWay(Y4M, bytes);
  assert.deepEqual(pictures, [
    { ...common, bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10) },
    { ...common, bytes: new Uint8Array(10).fill(0x0a) },
  ]);
  assert.equal(isBetween, true);
});

Deno.test("Y4mParser takes another header for another size", () => {
  const bytes = concat(
    ascii("YUV4MPEG2 W2 H1 Cmono\nFRAME\n"),
    Uint8Array.of(1, 2),
    ascii("YUV4MPEG2 H1 W1 C444 XCOLORRANGE=FULL\nFRAME\n"),
    Uint8Array.of(3, 4, 5),
  );
  const { pictures } = parseEveryWay(Y4M, bytes);
  assert.deepEqual(pictures, [
    {
      kind: "planar",
      chroma: "mono",
      fullRange: true,
      width: 2,
      height: 1,
      bytes: Uint8Array.of(1, 2),
    },
    {
      kind: "planar",
      chroma: "444",
      fullRange: true,
      width: 1,
      height: 1,
      bytes: Uint8Array.of(3, 4, 5),
    },
  ]);
});

Deno.test("Y4mParser knows the ranges that ffmpeg states, and what is meant without them", () => {
  const ranges = ["Cmono XCOLORRANGE=LIMITED", "C420", "C420mpeg2 XCOLORRANGE=FULL", ""].map(
    (tags) => {
      const bytes = concat(ascii(`YUV4MPEG2 W1 H1 ${tags}\nFRAME\n`), new Uint8Array(3));
      const [picture] =
        parse(Y4M, bytes.subarray(0, bytes.length - (/mono/.test(tags) ? 2 : 0)), [])
          .pictures;
      return picture.kind === "planar" && picture.fullRange;
    },
  );
  assert.deepEqual(ranges, [false, false, true, false]);
});

Deno.test("planarBytes() counts samples that belong to a part of their pixels only", () => {
  const size = { width: 5, height: 3 };
  assert.equal(planarBytes("mono", size), 15);
  assert.equal(planarBytes("444", size), 45);
  assert.equal(planarBytes("422", size), 15 + 2 * 9);
  assert.equal(planarBytes("420", size), 15 + 2 * 6);
});

Deno.test("Y4mParser says what it got and what it wanted", () => {
  assert.equal(
    refusal("YUV4MPEG2 W4 H4 C420p10 F1:1\n"),
    'got Y4M with colours as "420p10", wanted one of 420, 420jpeg, 420mpeg2, 420paldv, 422, 444, mono',
  );
  assert.equal(refusal("FRAME\n"), "got a Y4M picture before the header, YUV4MPEG2");
  assert.equal(
    refusal("YUV4MPEG2 W1 H1 Cmono\nFRAME\nxBOGUS\n"),
    'got "BOGUS", wanted FRAME or YUV4MPEG2 (Y4M)',
  );
  assert.match(refusal("YUV4MPEG2 W1 C444\n"), /without a size \(H\)/);
  assert.match(refusal("YUV4MPEG2 W-1 H1\n"), /without a size \(W\)/);
  assert.match(refusal("YUV4MPEG2 W20000 H1\n"), /20000×1 pixels, wanted 1 to 16384 a side/);
  assert.match(refusal("YUV4MPEG2 W9000 H9000\n"), /at most 2\^26/);
  assert.match(refusal(`YUV4MPEG2 ${"x".repeat(300)}`), /header of more than 256 bytes/);
});
