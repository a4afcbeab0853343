import assert from "node:assert/strict";
import { encodeBase64 } from "./base64.ts";
import { MAX_PATCHES, parseSseUpdate } from "../../../public/engine/sse_event.js";

/** The first 33 bytes of a PNG: signature and IHDR. */
function pngHead(width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(33);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return bytes;
}

const patch = { x: 2, y: 3, w: 4, h: 5, png: encodeBase64(pngHead(4, 5)) };
const update = { seq: 9, t: 1234.5, width: 10, height: 8, keyframe: false, patches: [patch] };

function parse(change: Record<string, unknown>) {
  return parseSseUpdate(JSON.stringify({ ...update, ...change }));
}

Deno.test("parseSseUpdate() reads an update", () => {
  const { seq, time, width, height, keyframe, patches } = parse({});
  assert.deepEqual({ seq, time, width, height, keyframe }, {
    seq: 9,
    time: 1234.5,
    width: 10,
    height: 8,
    keyframe: false,
  });
  assert.deepEqual(patches, [{ x: 2, y: 3, w: 4, h: 5, png: pngHead(4, 5) }]);
});

Deno.test("parseSseUpdate() accepts a patch as large as the canvas, and none", () => {
  const whole = { x: 0, y: 0, w: 10, h: 8, png: encodeBase64(pngHead(10, 8)) };
  assert.equal(parse({ keyframe: true, patches: [whole] }).keyframe, true);
  assert.deepEqual(parse({ patches: [] }).patches, []);
});

Deno.test("parseSseUpdate() refuses sizes out of range before anything is allocated", () => {
  assert.throws(() => parse({ width: 0 }), /Cannot read width: got 0, wanted 1 to 16384/);
  assert.throws(() => parse({ height: 16_385 }), /Cannot read height: got 16385/);
  assert.throws(() => parse({ width: 16_384, height: 16_384 }), /at most 67108864 pixels/);
  assert.throws(() => parse({ width: 1.5 }), RangeError);
  assert.throws(() => parse({ seq: -1 }), RangeError);
  assert.throws(() => parse({ seq: "9" }), RangeError);
});

Deno.test("parseSseUpdate() refuses patches that leave the canvas", () => {
  for (const change of [{ x: -1 }, { x: 10 }, { w: 9 }, { h: 6 }, { w: 0 }, { y: 7.5 }]) {
    assert.throws(() => parse({ patches: [{ ...patch, ...change }] }), RangeError);
  }
});

Deno.test("parseSseUpdate() refuses a PNG of another size than its patch", () => {
  const bomb = { ...patch, png: encodeBase64(pngHead(60_000, 60_000)) };
  assert.throws(() => parse({ patches: [bomb] }), /got 60000 × 60000, wanted 4 × 5/);
});

Deno.test("parseSseUpdate() refuses what is no PNG, no base64, no text", () => {
  for (const png of [encodeBase64(new Uint8Array(40)), "iVBORw0KGgo=", "%%%", 7, undefined]) {
    assert.throws(() => parse({ patches: [{ ...patch, png }] }), RangeError);
  }
  assert.throws(() => parse({ patches: [null] }), RangeError);
});

Deno.test("parseSseUpdate() refuses too many patches", () => {
  const patches = Array.from({ length: MAX_PATCHES + 1 }, () => 0);
  assert.throws(() => parse({ patches }), /Cannot read patches: got 65537, wanted at most 65536/);
});

Deno.test("parseSseUpdate() refuses what is no update at all", () => {
  assert.throws(() => parseSseUpdate("{"), SyntaxError);
  for (const text of ["null", "7", "[]", "{}", '"x"']) {
    assert.throws(() => parseSseUpdate(text), RangeError);
  }
});
