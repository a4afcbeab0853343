import assert from "node:assert/strict";
import { encodeBase64 } from "./base64.ts";
import {
  readCheckNotice,
  readCursorNotice,
  readStateNotice,
} from "../../../public/engine/sse_notice.js";

Deno.test("readStateNotice() reads the three states and nothing else", () => {
  assert.deepEqual(readStateNotice({ state: "lost", text: "gone" }), {
    state: "lost",
    text: "gone",
  });
  assert.deepEqual(readStateNotice({ state: "paused" }), { state: "paused", text: "" });
  assert.equal(readStateNotice({ state: "broken" }), null);
  assert.equal(readStateNotice({ state: 1 }), null);
});

Deno.test("readStateNotice() bounds the text", () => {
  assert.equal(readStateNotice({ state: "lost", text: "x".repeat(9999) })?.text.length, 500);
});

const shape = {
  width: 2,
  height: 1,
  hotX: 1,
  hotY: 0,
  rgba: encodeBase64(Uint8Array.of(1, 2, 3, 255, 5, 6, 7, 0)),
};

Deno.test("readCursorNotice() reads a position and a shape", () => {
  assert.deepEqual(readCursorNotice({ visible: true, x: -3, y: 9 }), {
    visible: true,
    x: -3,
    y: 9,
  });
  assert.deepEqual(readCursorNotice({ visible: true, x: 0, y: 0, shape })?.shape, {
    width: 2,
    height: 1,
    hotX: 1,
    hotY: 0,
    rgba: Uint8ClampedArray.of(1, 2, 3, 255, 5, 6, 7, 0),
  });
});

Deno.test("readCursorNotice() leaves out shapes that make no sense", () => {
  for (
    const change of [
      { width: 0 },
      { width: 257 },
      { height: 3 },
      { hotX: 2 },
      { hotY: -1 },
      {
        rgba: "AAAA",
      },
      { rgba: "!!!!!!!!!!!!" },
      { rgba: 7 },
    ]
  ) {
    const notice = readCursorNotice({ visible: true, x: 0, y: 0, shape: { ...shape, ...change } });
    assert.deepEqual(notice, { visible: true, x: 0, y: 0 });
  }
});

Deno.test("readCursorNotice() refuses a position that is none", () => {
  assert.equal(readCursorNotice({ visible: true, x: "1", y: 0 }), null);
  assert.equal(readCursorNotice({ visible: 1, x: 1, y: 0 }), null);
  assert.equal(readCursorNotice({ visible: true, x: NaN, y: 0 }), null);
});

Deno.test("readCheckNotice() is one number a tile", () => {
  const size = { width: 65, height: 64 };
  const tiles = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 2).toBase64();
  assert.deepEqual(readCheckNotice({ tiles }, size), Uint32Array.of(1, 0x02000000));
});

Deno.test("readCheckNotice() refuses what is not", () => {
  const size = { width: 65, height: 64 };
  for (const tiles of [undefined, 7, "", "AAAA", "!!!!!!!!!!!!", new Uint8Array(12).toBase64()]) {
    assert.equal(readCheckNotice({ tiles }, size), null);
  }
});
