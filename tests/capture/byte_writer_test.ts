import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteWriter } from "../../capture/byte_writer.ts";
import { Reader } from "../../public/decoder/reader.js";

const NUMBERS: [number, number[]][] = [
  [0, [0]],
  [1, [1]],
  [127, [0x7f]],
  [128, [0x80, 0x01]],
  [300, [0xac, 0x02]],
  [16_384, [0x80, 0x80, 0x01]],
  [2 ** 32, [0x80, 0x80, 0x80, 0x80, 0x10]],
  [Number.MAX_SAFE_INTEGER, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]],
];

Deno.test("ByteWriter.varint() writes seven bits a byte, lowest first", () => {
  for (const [number, bytes] of NUMBERS) {
    assert.deepEqual([...new ByteWriter().varint(number).finish()], bytes);
    assert.equal(new Reader(Uint8Array.from(bytes)).varint(), number);
  }
});

Deno.test("ByteWriter.varint() refuses what is no integer from 0 to 2^53 - 1", () => {
  for (const bad of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
    assert.throws(() => new ByteWriter().varint(bad), {
      name: "RangeError",
      message: `Cannot write a varint: got ${bad}, wanted 0 to 2^53 - 1`,
    });
  }
});

Deno.test("ByteWriter.svarint() is a zigzag", () => {
  for (const [number, byte] of [[0, 0], [-0, 0], [-1, 1], [1, 2], [-2, 3], [63, 126], [-64, 127]]) {
    assert.deepEqual([...new ByteWriter().svarint(number).finish()], [byte]);
  }
});

Deno.test("Reader reads what ByteWriter wrote", () => {
  const item = fc.oneof(
    fc.record({ kind: fc.constant("u8" as const), value: fc.integer({ min: 0, max: 255 }) }),
    fc.record({ kind: fc.constant("varint" as const), value: fc.maxSafeNat() }),
    fc.record({
      kind: fc.constant("svarint" as const),
      value: fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 }),
    }),
    fc.record({ kind: fc.constant("bytes" as const), value: fc.uint8Array({ maxLength: 3000 }) }),
  );
  fc.assert(
    fc.property(fc.array(item), fc.string({ unit: "grapheme" }), (items, text) => {
      const writer = new ByteWriter();
      for (const { kind, value } of items) {
        if (kind === "bytes") writer.bytes(value);
        else writer[kind](value);
      }
      const bytes = writer.text(text).finish();
      assert.equal(bytes.length, writer.length);
      const reader = new Reader(bytes);
      for (const { kind, value } of items) {
        if (kind === "bytes") assert.deepEqual(reader.bytes(value.length), Uint8Array.from(value));
        else assert.equal(reader[kind](), value);
      }
      assert.equal(reader.text(), text);
      reader.end("the test");
    }),
    { seed: 6 },
  );
});
