import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { constants, deflateSync, inflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import { decodeByteDelta, encodeByteDelta } from "../../../compare/file/byte_delta.ts";
import { readDeflate } from "../../../compare/file/deflate_reader.ts";
import { PlanMismatch, writeDeflate } from "../../../compare/file/deflate_writer.ts";
import { fileOf, skeletonOf } from "../../../compare/file/skeleton.ts";
import { COMPARE_LIMITS, readPicture } from "../../../compare/read_picture.ts";
import { ProtocolError } from "../../../public/decoder/reader.js";
import { Random } from "../../helpers/random.ts";
import { encode, KINDS, randomKind } from "../random_png.ts";

const none = new Uint8Array();

/** Bytes with runs and repetitions, or without. */
function anyBytes(random: Random, most = 3000): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  const length = random.int(0, most);
  while (out.length < length) {
    const run = random.int(1, 300);
    switch (random.int(0, 2)) {
      case 0:
        out.push(...Array<number>(run).fill(random.int(0, 255)));
        break;
      case 1:
        out.push(...random.bytes(run));
        break;
      default: {
        const from = random.int(0, out.length);
        out.push(...out.slice(from, from + run));
      }
    }
  }
  return Uint8Array.from(out.slice(0, length));
}

Deno.test("writeDeflate() writes what readDeflate() read, bit for bit: any level, strategy, memory", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = new Random(seed);
      const raw = anyBytes(random, random.pick([10, 3000, 200_000]));
      const stream = deflateSync(raw, {
        level: random.int(0, 9),
        strategy: random.int(0, 4),
        memLevel: random.int(1, 9),
        windowBits: random.int(9, 15),
      });
      const plan = readDeflate(stream, raw.length);
      assert.ok(plan);
      assert.deepEqual(Buffer.from(writeDeflate(plan, raw)), stream);
    }),
    { numRuns: 200 },
  );
});

Deno.test("readDeflate() reads streams that were flushed, and what follows the stream", () => {
  const raw = new TextEncoder().encode("flushed in the middle");
  // An empty stored block is what a flush leaves.
  const stream = new Uint8Array(Buffer.concat([
    deflateSync(raw, { finishFlush: constants.Z_SYNC_FLUSH }),
    // The last block: fixed codes, nothing in it.
    Buffer.from([0x03, 0x00]),
    Buffer.from("check sum and more"),
  ]));
  const plan = readDeflate(stream, raw.length);
  assert.ok(plan);
  assert.deepEqual(writeDeflate(plan, raw), stream);
});

Deno.test("readDeflate() refuses what is no stream of so many bytes, wherever it is cut or damaged", () => {
  const random = new Random(5);
  const raw = anyBytes(random);
  const stream = deflateSync(raw);
  assert.equal(readDeflate(stream, raw.length + 1), undefined);
  assert.equal(readDeflate(stream, raw.length - 1), undefined);
  assert.equal(readDeflate(none, 0), undefined);
  // The check sum is none of the stream's choices.
  for (let end = 0; end < stream.length - 4; end += 7) {
    assert.equal(readDeflate(stream.subarray(0, end), raw.length), undefined, `cut at ${end}`);
  }
  for (let i = 0; i < 2000; i++) {
    const damaged = new Uint8Array(stream);
    damaged[random.int(2, stream.length - 5)] ^= 1 << random.int(0, 7);
    const plan = readDeflate(damaged, raw.length);
    if (!plan) continue;
    // It is still a stream, then, of other bytes: unless zlib, which is stricter with codes, refuses it.
    const other = inflated(damaged);
    if (other) assert.deepEqual(writeDeflate(plan, other), damaged);
  }
});

/** What zlib makes of a stream, whatever its check sum. */
function inflated(stream: Uint8Array): Uint8Array | undefined {
  try {
    return new Uint8Array(inflateRawSync(stream.subarray(2), { maxOutputLength: 1e6 }));
  } catch {
    return undefined;
  }
}

Deno.test("writeDeflate() of other bytes, or with a damaged plan, never goes on for ever", () => {
  const random = new Random(6);
  const raw = anyBytes(random);
  const plan = readDeflate(deflateSync(raw), raw.length)!;
  assert.throws(() => writeDeflate(plan, raw.subarray(1)), PlanMismatch);
  for (let i = 0; i < 500; i++) {
    const part = random.pick(["blocks", "matches", "padding"] as const);
    const bytes = plan[part].slice();
    bytes[random.int(0, bytes.length - 1)] ^= 1 << random.int(0, 7);
    try {
      writeDeflate({ ...plan, [part]: bytes }, raw);
    } catch (error) {
      assert.ok(error instanceof PlanMismatch || error instanceof ProtocolError, String(error));
    }
  }
});

Deno.test("decodeByteDelta() undoes encodeByteDelta(), and what has hardly changed takes few bytes", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = new Random(seed);
      const base = anyBytes(random);
      const other = random.int(0, 1) ? anyBytes(random) : edited(base, random);
      const delta = encodeByteDelta(base, other);
      assert.deepEqual(decodeByteDelta(base, delta, other.length), other);
    }),
    { numRuns: 300 },
  );
  const random = new Random(7);
  const base = random.bytes(50_000);
  const other = edited(base, random);
  assert.ok(encodeByteDelta(base, other).length < 400);
});

/** A copy with a few bytes put in, left out, and changed. */
function edited(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const out = [...bytes];
  for (let i = 0; i < 3; i++) {
    out.splice(random.int(0, out.length), random.int(0, 9), ...random.bytes(random.int(0, 20)));
  }
  return Uint8Array.from(out);
}

Deno.test("decodeByteDelta() refuses more than it may give, and whatever is damaged or for another base", () => {
  const random = new Random(8);
  const base = anyBytes(random);
  const delta = encodeByteDelta(base, edited(base, random));
  assert.throws(() => decodeByteDelta(base, delta, 10), /wanted at most 10/);
  assert.throws(() => decodeByteDelta(none, delta, 1e6), ProtocolError);
  for (let at = 0; at < Math.min(delta.length, 300); at++) {
    const damaged = delta.slice();
    damaged[at] ^= 0x40;
    try {
      assert.ok(decodeByteDelta(base, damaged, 1e6).length <= 1e6);
    } catch (error) {
      assert.ok(error instanceof ProtocolError, String(error));
    }
  }
});

Deno.test("fileOf() puts together what skeletonOf() took apart, of every kind of PNG", async () => {
  for (const [colour, depth] of KINDS) {
    let seen = 0;
    for (let seed = 0; seen < 4; seed++) {
      const random = new Random(seed);
      const kind = randomKind(random, random.int(1, 50), random.int(1, 50));
      if (kind.colour !== colour || kind.depth !== depth) continue;
      seen++;
      const file = encode(kind, random);
      const skeleton = skeletonOf(file, COMPARE_LIMITS);
      assert.ok(skeleton);
      assert.deepEqual(
        fileOf(skeleton, await readPicture(file)),
        file,
        `${colour}, ${depth}, ${seed}`,
      );
    }
  }
});

Deno.test("fileOf() refuses a picture of another size or depth", async () => {
  const random = new Random(1);
  const file = encode(randomKind(random, 8, 8), random);
  const skeleton = skeletonOf(file, COMPARE_LIMITS)!;
  const picture = await readPicture(file);
  assert.throws(() => fileOf(skeleton, { ...picture, width: 9 }), PlanMismatch);
  const depth = picture.depth === 8 ? 16 : 8;
  assert.throws(() => fileOf(skeleton, { ...picture, depth }), PlanMismatch);
});
