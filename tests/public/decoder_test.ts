import assert from "node:assert/strict";
import {
  concat,
  epochMessage,
  heartbeatMessage,
  helloMessage,
  resizeMessage,
} from "../../capture/messages.ts";
import { type AppliedUpdate, Decoder, ProtocolError } from "../../public/decoder/decoder.js";
import { TileHasher } from "../../public/decoder/tile_hash.js";
import { fromHex } from "../helpers/hex.ts";
import { Transcript } from "../helpers/transcript.ts";

const HELLO = { width: 2, height: 1, source: "test", viewer: "v", heartbeatMs: 1000 };
/** A keyframe of one solid patch of 2×1. */
const KEYFRAME = fromHex("03 10 01 01 00  00 00 00 00  01  00 00 00 02 01  aa bb cc");
/** The next seq, nothing else. */
const EMPTY = fromHex("03 08 00 01 00  00 00 00 00  00");

/** A decoder at seq 11 of epoch 1 of a 2×1 canvas. */
function started(): Transcript {
  const transcript = new Transcript();
  transcript.decoder.push(concat([helloMessage(HELLO), epochMessage(1, 10, 0), KEYFRAME]));
  transcript.take();
  return transcript;
}

function refusal(work: () => void): ProtocolError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof ProtocolError, `${error}`);
    return error;
  }
  return assert.fail("nothing was refused");
}

Deno.test("Decoder knows where it is, to resume from there", () => {
  const { decoder } = new Transcript();
  assert.deepEqual([decoder.seq, decoder.epoch, decoder.picture], [null, null, null]);
  const { decoder: later } = started();
  assert.deepEqual([later.seq, later.epoch], [11, 1]);
});

Deno.test("Decoder refuses another version with the code `version`, damage with `damaged`", () => {
  const hello = helloMessage(HELLO);
  hello[6] = 2;
  const other = refusal(() => new Transcript().decoder.push(hello));
  assert.equal(other.code, "version");
  assert.match(other.message, /version 2 .* version 1/);
  const damaged = refusal(() => new Transcript().decoder.push(heartbeatMessage(0)));
  assert.equal(damaged.code, "damaged");
});

Deno.test("Decoder, having refused something, refuses everything until restart()", () => {
  const { decoder } = started();
  refusal(() => decoder.push(fromHex("03 01 ff")));
  assert.match(refusal(() => decoder.push(EMPTY)).message, /damaged/);
  decoder.restart();
  assert.deepEqual([decoder.seq, decoder.picture], [null, null]);
  decoder.push(helloMessage(HELLO));
  assert.equal(decoder.picture?.width, 2);
});

Deno.test("Decoder.restart() drops half a message, and keeps the picture to go on with", () => {
  const transcript = started();
  const { decoder } = transcript;
  decoder.push(KEYFRAME.subarray(0, 9));
  decoder.restart();
  assert.match(refusal(() => decoder.push(EMPTY)).message, /a hello comes first/);

  const again = started();
  again.decoder.push(KEYFRAME.subarray(0, 9));
  again.decoder.restart();
  again.decoder.push(concat([helloMessage(HELLO), epochMessage(2, 11, 0), EMPTY]));
  assert.equal(again.canvas(), "canvas aabbcc aabbcc");
  assert.deepEqual([again.decoder.seq, again.decoder.epoch], [12, 2]);
  assert.ok(!again.lines.some((line) => line.startsWith("resize")));
});

Deno.test("Decoder: a hello of another size makes the canvas black, and wants a keyframe", () => {
  const transcript = started();
  transcript.decoder.restart();
  transcript.decoder.push(helloMessage({ ...HELLO, width: 1 }));
  assert.equal(transcript.canvas(), "canvas 000000");
  const epoch = epochMessage(2, 11, 0);
  const error = refusal(() => transcript.decoder.push(concat([epoch, EMPTY])));
  assert.match(error.message, /a keyframe has to come first/);
});

Deno.test("Decoder: an epoch that counts from another seq wants a keyframe", () => {
  const { decoder } = started();
  const messages = concat([epochMessage(2, 12, 0), EMPTY]);
  assert.match(refusal(() => decoder.push(messages)).message, /a keyframe has to come first/);
  const { decoder: other } = started();
  other.push(concat([epochMessage(2, 50, 0), KEYFRAME, EMPTY]));
  assert.equal(other.seq, 52);
});

Deno.test("Decoder.reset() forgets everything", () => {
  const { decoder } = started();
  decoder.reset();
  assert.deepEqual([decoder.seq, decoder.epoch, decoder.picture], [null, null, null]);
  assert.match(refusal(() => decoder.push(EMPTY)).message, /a hello comes first/);
});

Deno.test("Decoder tells how long each update was, and what it drew", () => {
  const told: AppliedUpdate[] = [];
  const decoder = new Decoder({ update: (update) => told.push(update) });
  decoder.push(concat([helloMessage(HELLO), epochMessage(1, 10, 500), KEYFRAME, EMPTY]));
  assert.equal(told.length, 2);
  const [first] = told;
  assert.equal(first.messageBytes, KEYFRAME.length);
  assert.deepEqual(first.rects, [{ x: 0, y: 0, w: 2, h: 1 }]);
  assert.equal(first.patchCount, 1);
});

Deno.test("Decoder refuses a hello without what clients need", () => {
  const broken: [string, unknown][] = [
    ["width", 0],
    ["width", 1.5],
    ["height", 16_385],
    ["height", "1"],
    ["source", 5],
    ["viewer", null],
    ["heartbeatMs", 0],
    ["heartbeatMs", "soon"],
  ];
  for (const [member, value] of broken) {
    const hello = { ...HELLO, [member]: value };
    refusal(() => new Transcript().decoder.push(helloMessage(hello)));
  }
  const more = { ...HELLO, something: "new" };
  const transcript = new Transcript();
  transcript.decoder.push(helloMessage(more));
  assert.deepEqual(transcript.take().at(-1), `hello ${JSON.stringify(more)}`);
});

Deno.test("Decoder passes a check on, but not while it waits for a keyframe", () => {
  const transcript = started();
  const { decoder } = transcript;
  const check = fromHex("80 04 01 00 00 00");
  decoder.push(check);
  assert.deepEqual(transcript.take(), ["check 00000001"]);
  decoder.push(concat([resizeMessage(2, 1), check, epochMessage(2, 11, 0), check]));
  assert.deepEqual(transcript.take(), ["resize 2×1"]);
  decoder.push(concat([KEYFRAME, check]));
  assert.deepEqual(transcript.take(), ["update seq 12, time 0, keyframe", "check 00000001"]);
  // Somebody else's epoch, as far as this decoder knows.
  decoder.push(concat([epochMessage(3, 99, 0), check]));
  assert.deepEqual(transcript.take(), []);
});

Deno.test("Picture.hashTiles() is what the check of such a canvas says", () => {
  const { decoder } = started();
  const { picture } = decoder;
  assert.ok(picture);
  const readRows = () => picture.rgba;
  assert.deepEqual(picture.hashTiles(), new TileHasher().hash(picture, readRows));
});
