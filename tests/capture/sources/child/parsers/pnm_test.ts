import assert from "node:assert/strict";
import { BadFrames } from "../../../../../capture/sources/child/parsers/parser.ts";
import { readPnmHeader } from "../../../../../capture/sources/child/parsers/pnm.ts";
import { concat } from "../../../../helpers/make_png.ts";
import { ascii, parse, parseEveryWay } from "../support.ts";

const PNM = { kind: "pnm" } as const;

function refusal(text: string): string {
  try {
    parse(PNM, ascii(text), []);
  } catch (error) {
    if (error instanceof BadFrames) return error.message;
    throw error;
  }
  return "";
}

Deno.test("PnmParser reads pictures of any kind and size, one after the other", () => {
  const bytes = concat(
    ascii("P6\n2 1\n255\n"),
    Uint8Array.of(0x50, 0x36, 0x0a, 4, 5, 6),
    ascii("P5 1 2 255 "),
    Uint8Array.of(32, 10),
    ascii("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n"),
    Uint8Array.of(7, 8, 9, 0),
  );
  const { pictures, isBetween } = parseEveryWay(PNM, bytes);
  const packed = { kind: "packed" } as const;
  assert.deepEqual(pictures, [
    {
      ...packed,
      width: 2,
      height: 1,
      layout: "rgb24",
      bytes: Uint8Array.of(0x50, 0x36, 0x0a, 4, 5, 6),
    },
    { ...packed, width: 1, height: 2, layout: "grey", bytes: Uint8Array.of(32, 10) },
    { ...packed, width: 1, height: 1, layout: "rgbx", bytes: Uint8Array.of(7, 8, 9, 0) },
  ]);
  assert.equal(isBetween, true);
});

Deno.test("readPnmHeader() knows where a header ends", () => {
  const whole = "P6\n# made by hand: 1 2 3\n640 # and this\n480\n255\n";
  for (let length = 3; length < whole.length; length++) {
    const start = whole.slice(0, length);
    if (/\s$/.test(start)) assert.equal(readPnmHeader(start), undefined, JSON.stringify(start));
  }
  assert.deepEqual(readPnmHeader(whole), { width: 640, height: 480, layout: "rgb24" });
});

Deno.test("PnmParser gives grey with alpha its own layout", () => {
  const header = "P7\nMAXVAL 255\nWIDTH 1\nHEIGHT 1\nDEPTH 2\nENDHDR\n";
  assert.equal(readPnmHeader(header)?.layout, "grey_alpha");
});

Deno.test("PnmParser says what it got and what it wanted", () => {
  assert.equal(refusal("P4\n8 8\n"), 'got "P4\\n", wanted P5, P6 or P7 (PNM)');
  assert.match(refusal("P6 5 5 65535\n"), /largest value is 65535, wanted 255/);
  assert.match(refusal("P6 5 x 255\n"), /without width and height/);
  assert.match(refusal("P6 0 5 255\n"), /0×5 pixels, wanted 1 to 16384/);
  assert.match(refusal("P6 16384 16384 255\n"), /at most 2\^26/);
  assert.match(refusal("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 9\nMAXVAL 255\nENDHDR\n"), /depth 9/);
  assert.match(refusal("P7\nHEIGHT 1\nDEPTH 3\nMAXVAL 255\nENDHDR\n"), /without width/);
  assert.match(refusal(`P6 ${" ".repeat(300)}`), /header of more than 256 bytes/);
  assert.match(refusal(`P6 #${"x".repeat(300)}`), /header of more than 256 bytes/);
});
