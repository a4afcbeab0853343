import assert from "node:assert/strict";
import {
  byeMessage,
  checkMessage,
  concat,
  cursorMessage,
  epochMessage,
  frameMessage,
  heartbeatMessage,
  helloMessage,
  PROTOCOL_VERSION,
  resizeMessage,
  stateMessage,
} from "../../capture/messages.ts";
import { ByteWriter } from "../../capture/byte_writer.ts";
import { VERSION } from "../../public/decoder/decoder.js";
import { toHex } from "../helpers/hex.ts";

Deno.test("helloMessage() is the magic, the version and JSON", () => {
  const hello = { width: 1, height: 2, source: "x", viewer: "v", heartbeatMs: 3 };
  const bytes = helloMessage(hello);
  assert.equal(toHex(bytes.subarray(0, 7)), "01 45 50 43 53 54 01");
  assert.equal(bytes.length, 2 + 0x45);
  assert.deepEqual(JSON.parse(new TextDecoder().decode(bytes.subarray(7))), hello);
});

Deno.test("epochMessage() is id, seq and time", () => {
  assert.equal(toHex(epochMessage(1, 200, 16_384)), "02 06 01 c8 01 80 80 01");
});

Deno.test("resizeMessage() is width and height", () => {
  assert.equal(toHex(resizeMessage(640, 2)), "04 03 80 05 02");
});

Deno.test("cursorMessage() is flags, position, and the shape if there is one", () => {
  const at = { x: -1, y: 64 };
  assert.equal(toHex(cursorMessage({ visible: true, ...at })), "05 04 01 01 80 01");
  assert.equal(toHex(cursorMessage({ visible: false, ...at })), "05 04 00 01 80 01");
  const shape = { width: 1, height: 1, hotX: 0, hotY: 0, rgba: new Uint8Array([9, 8, 7, 6]) };
  assert.equal(
    toHex(cursorMessage({ visible: true, x: 0, y: 0, shape })),
    "05 0b 03 00 00 01 01 00 00 09 08 07 06",
  );
});

Deno.test("heartbeatMessage() is the time", () => {
  assert.equal(toHex(heartbeatMessage(300)), "06 02 ac 02");
});

Deno.test("stateMessage() is the code and a text in UTF-8", () => {
  assert.equal(toHex(stateMessage("live", "")), "07 01 00");
  assert.equal(toHex(stateMessage("lost", "é")), "07 03 01 c3 a9");
  assert.equal(toHex(stateMessage("paused", "p")), "07 02 02 70");
});

Deno.test("byeMessage() is the code and a text", () => {
  assert.equal(toHex(byeMessage("shutdown", "")), "08 01 00");
  assert.equal(toHex(byeMessage("disconnected", "a")), "08 02 01 61");
  assert.equal(toHex(byeMessage("fault", "")), "08 01 02");
});

Deno.test("checkMessage() is the hashes", () => {
  assert.equal(toHex(checkMessage(Uint8Array.of(1, 2, 3, 4))), "80 04 01 02 03 04");
});

Deno.test("frameMessage() writes a length of more than 127 in two bytes", () => {
  const message = frameMessage(3, new ByteWriter().bytes(new Uint8Array(200)));
  assert.equal(toHex(message.subarray(0, 4)), "03 c8 01 00");
  assert.equal(message.length, 203);
});

Deno.test("concat() puts the parts end to end", () => {
  assert.equal(toHex(concat([])), "");
  const parts = [Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3)];
  assert.equal(toHex(concat(parts)), "01 02 03");
});

Deno.test("the encoder and the decoder speak the same version", () => {
  assert.equal(PROTOCOL_VERSION, VERSION);
});
