import assert from "node:assert/strict";
import * as fc from "fast-check";
import { BadPacket } from "../../../capture/slices/bad_packet.ts";
import {
  encodePacket,
  MAX_SLICES,
  type Packet,
  parseIdentity,
} from "../../../capture/slices/packet.ts";
import { PacketReader } from "../../../capture/slices/packet_reader.ts";
import { fromHex } from "../../helpers/hex.ts";
import { concat } from "../../helpers/make_png.ts";
import { Random } from "../../helpers/random.ts";

/** The reader does not look into PNGs: any bytes will do that are long enough. */
function png(length = 57, first = 1): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => first + i);
}

const WHOLE: Packet = { kind: "whole", size: { width: 30, height: 20 }, png: png() };
const SLICES: Packet = {
  kind: "slices",
  slices: [{ x: 1, y: 2, w: 3, h: 4, png: png(60, 7) }, { x: 29, y: 19, w: 1, h: 1, png: png(57) }],
};
const IDENTITY = fromHex("f0 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f");

function open(
  { identity, size }: { identity?: Uint8Array; size?: { width: number; height: number } } = {},
): PacketReader {
  return new PacketReader({ identity, size });
}

/** A packet's bytes from its numbers and PNGs, right or wrong. */
function raw(numbers: readonly number[], ...pngs: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(numbers.length * 4);
  numbers.forEach((number, i) => new DataView(head.buffer).setUint32(i * 4, number));
  return concat(head, ...pngs);
}

function refuses(bytes: Uint8Array, message: RegExp, reader = open()): void {
  const refusal = (error: unknown) => error instanceof BadPacket && message.test(error.message);
  assert.throws(() => reader.push(bytes), refusal);
}

Deno.test("packets are the bytes that docs/SLICES.md shows", async () => {
  const page = await Deno.readTextFile(new URL("../../../docs/SLICES.md", import.meta.url));
  const vectors = /\(test vectors\):\n\n```\n([^`]*)```/.exec(page) ?? assert.fail("no vectors");
  const bytes = fromHex(vectors[1]);
  const read = open().push(bytes);
  assert.deepEqual(read.map(({ kind }) => kind), ["whole", "slices"]);
  assert.deepEqual(concat(...read.map(encodePacket)), bytes);
});

Deno.test("encodePacket() puts count, descriptors and PNGs in order", () => {
  assert.deepEqual(
    encodePacket(SLICES),
    raw([2, 60, 4, 3, 1, 2, 57, 1, 1, 29, 19], png(60, 7), png(57)),
  );
  assert.deepEqual(encodePacket(WHOLE), raw([0, 57, 20, 30, 0, 0], png()));
});

Deno.test("encodePacket() refuses no slice and 3001", () => {
  const slice = { x: 0, y: 0, w: 1, h: 1, png: png() };
  for (const slices of [[], Array(MAX_SLICES + 1).fill(slice)]) {
    assert.throws(() => encodePacket({ kind: "slices", slices }), {
      name: "RangeError",
      message: `Cannot write a packet: got ${slices.length} slices, wanted 1 to 3000`,
    });
  }
});

Deno.test("parseIdentity() reads 32 hexadecimal digits and nothing else", () => {
  assert.deepEqual(parseIdentity("f00102030405060708090A0B0C0D0E0F"), IDENTITY);
  for (const text of ["", "00", "0".repeat(31), "0".repeat(33), "g".repeat(32)]) {
    assert.equal(parseIdentity(text), undefined);
  }
});

Deno.test("PacketReader reads what was written, one byte at a time, with and without identity", () => {
  for (const identity of [undefined, IDENTITY]) {
    for (const stated of [undefined, identity]) {
      const reader = open({ identity: stated });
      const packets: Packet[] = [];
      for (const packet of [WHOLE, SLICES, WHOLE, SLICES]) {
        const bytes = concat(identity ?? new Uint8Array(), encodePacket(packet));
        assert.equal(reader.isInside, false);
        for (const byte of bytes) {
          packets.push(...reader.push(Uint8Array.of(byte)));
        }
      }
      assert.deepEqual(packets, [WHOLE, SLICES, WHOLE, SLICES]);
      assert.equal(reader.isInside, false);
    }
  }
});

Deno.test("PacketReader knows that it is inside a packet", () => {
  const reader = open();
  const bytes = encodePacket(WHOLE);
  reader.push(bytes.subarray(0, 1));
  assert.equal(reader.isInside, true);
  reader.push(bytes.subarray(1, 40));
  assert.equal(reader.isInside, true);
  assert.equal(reader.push(bytes.subarray(40)).length, 1);
  assert.equal(reader.isInside, false);
});

Deno.test("PacketReader does not keep the bytes that it is given", () => {
  const reader = open();
  const bytes = concat(encodePacket(WHOLE), encodePacket(SLICES));
  const packets = reader.push(bytes);
  bytes.fill(0);
  assert.deepEqual(packets, [WHOLE, SLICES]);
});

Deno.test("PacketReader reads any packets, however they are cut", () => {
  const size = { width: 50, height: 40 };
  const slice = fc.record({
    x: fc.integer({ min: 0, max: 30 }),
    y: fc.integer({ min: 0, max: 30 }),
    w: fc.integer({ min: 1, max: 20 }),
    h: fc.integer({ min: 1, max: 10 }),
    png: fc.uint8Array({ minLength: 57, maxLength: 90 }),
  }, { noNullPrototype: true });
  const whole = fc.uint8Array({ minLength: 57, maxLength: 200 });
  const packet: fc.Arbitrary<Packet> = fc.oneof(
    whole.map((png) => ({ kind: "whole" as const, size, png })),
    fc.array(slice, { minLength: 1, maxLength: 20 })
      .map((slices) => ({ kind: "slices" as const, slices })),
  );
  // The first four bytes of an identity that is found out are none that a count could have.
  const identity = fc.option(
    fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => {
      bytes[1] |= 1;
      return bytes;
    }),
    { nil: undefined },
  );
  fc.assert(fc.property(fc.array(packet), identity, fc.integer(), (packets, identity, seed) => {
    const random = new Random(seed);
    const reader = open({ size });
    const bytes = concat(
      ...packets.flatMap((one) => [identity ?? new Uint8Array(), encodePacket(one)]),
    );
    const read: Packet[] = [];
    for (let at = 0; at < bytes.length;) {
      const length = random.int(1, 300);
      read.push(...reader.push(bytes.subarray(at, at + length)));
      at += length;
    }
    assert.deepEqual(read, packets);
  }));
});

Deno.test("PacketReader takes a small first number for an identity where no descriptor follows it", () => {
  // Without identity: a count of 0 and a PNG of 0 bytes, which is none.
  const identity = fromHex("00".repeat(15) + "01");
  const bytes = concat(identity, encodePacket(WHOLE));
  assert.deepEqual(open().push(bytes), [WHOLE]);
  // And without anything that makes sense, the complaint is about the shorter form.
  refuses(
    raw([1, 0, 0, 0, 0, 0, 7, 7, 7, 7]),
    /a whole picture, with a count of 0, has to come first/,
  );
});

Deno.test("PacketReader refuses an identity that is not the one it was told of", () => {
  const other = IDENTITY.slice();
  other[15] ^= 1;
  const reader = () => open({ identity: IDENTITY });
  refuses(concat(other, encodePacket(WHOLE)), /their identity is another one/, reader());
  refuses(concat(encodePacket(WHOLE)), /their identity is another one/, reader());
  const started = reader();
  assert.equal(started.push(concat(IDENTITY, encodePacket(WHOLE))).length, 1);
  refuses(concat(other, encodePacket(SLICES)), /their identity is another one/, started);
});

Deno.test("PacketReader refuses what is no packet at all", () => {
  const request = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  refuses(request, /got a count of 1215263604, wanted 0 to 3000/);
});

Deno.test("PacketReader refuses each number beyond its limit as soon as it is there", () => {
  const size = { width: 30, height: 20 };
  const cases: readonly (readonly [readonly number[], RegExp])[] = [
    [[0, 56, 20, 30, 0, 0], /the whole picture has 56 bytes, wanted 57 to 67108864/],
    [[0, 2 ** 26 + 1, 20, 30, 0, 0], /the whole picture has 67108865 bytes/],
    [[0, 57, 0, 30, 0, 0], /got a picture of 30×0 pixels, wanted 1 to 16384 a side/],
    [[0, 57, 20, 16_385, 0, 0], /got a picture of 16385×20 pixels/],
    [[0, 57, 2 ** 32 - 1, 2 ** 32 - 1, 0, 0], /got a picture of 4294967295×4294967295 pixels/],
    [[0, 57, 16_384, 2_049, 0, 0], /at most 33554432 in all/],
    [[1, 57, 4, 3, 28, 2], /slice 1 of 1 has 3×4 pixels at 28,2, wanted some within 30×20/],
    [[1, 57, 4, 3, 1, 17], /slice 1 of 1 has 3×4 pixels at 1,17/],
    [[1, 57, 4, 3, 2 ** 32 - 1, 2], /at 4294967295,2/],
    [[1, 57, 1, 0, 0, 0], /slice 1 of 1 has 0×1 pixels/],
    [[2, 57, 1, 1, 0, 0, 56, 1, 1, 0, 0], /slice 2 of 2 has 56 bytes/],
    [[2, 2 ** 26, 1, 1, 0, 0, 57, 1, 1, 0, 0], /got 67108921 bytes, wanted at most 67108864/],
    [
      [5, ...Array(5).fill([57, 20, 30, 0, 0]).flat()],
      /they have 3000 pixels, wanted at most 4 times/,
    ],
  ];
  for (const [numbers, message] of cases) {
    // Stated, so that nothing is sniffed; a whole picture of a known size came before.
    refuses(concat(IDENTITY, raw(numbers)), message, open({ identity: IDENTITY, size }));
  }
});

Deno.test("PacketReader refuses slices before the first picture, and takes them where there is one", () => {
  refuses(encodePacket(SLICES), /a whole picture, with a count of 0, has to come first/);
  assert.deepEqual(open({ size: { width: 30, height: 20 } }).push(encodePacket(SLICES)), [SLICES]);
});

Deno.test("PacketReader measures slices by the newest whole picture", () => {
  const reader = open({ size: { width: 30, height: 20 } });
  const smaller: Packet = { kind: "whole", size: { width: 10, height: 10 }, png: png() };
  reader.push(encodePacket(smaller));
  refuses(
    encodePacket(SLICES),
    /slice 2 of 2 has 1×1 pixels at 29,19, wanted some within 10×10/,
    reader,
  );
});

Deno.test("PacketReader takes 3000 slices", () => {
  const slices = Array.from({ length: MAX_SLICES }, (_, i) => {
    return { x: i % 60, y: Math.floor(i / 60), w: 1, h: 1, png: png() };
  });
  const reader = open({ size: { width: 60, height: 50 } });
  const [packet] = reader.push(encodePacket({ kind: "slices", slices }));
  assert.deepEqual(packet, { kind: "slices", slices });
});
