import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createZstdDecompress } from "node:zlib";
import { Decompress } from "fzstd";
import { Emitter } from "../../capture/emitter.ts";
import { concat } from "../../capture/messages.ts";
import type { Chunk } from "../../capture/worker_protocol.ts";
import { compressFrame, END_OF_FRAME, expandFrame } from "../../capture/zstd.ts";
import { Random } from "../helpers/random.ts";

const BEGIN = Uint8Array.of(2, 0);
const AT = { seq: 1, epoch: 1, time: 0 };

function emitterWith() {
  const chunks: Chunk[] = [];
  return { chunks, emitter: new Emitter(() => BEGIN, (chunk) => chunks.push(chunk)) };
}

/** What a decoder that has these bytes, and no more, has of the contents. */
function expandNow(parts: readonly Uint8Array[]): Uint8Array {
  const out: Uint8Array[] = [];
  const decompress = new Decompress((piece) => out.push(piece));
  for (const part of parts) decompress.push(part);
  return concat(out);
}

/** The same with libzstd, which also checks that frames end where they should. */
async function expandAll(parts: readonly Uint8Array[]): Promise<Uint8Array> {
  const decompress = createZstdDecompress();
  for (const part of parts) decompress.write(part);
  decompress.end();
  const out: Buffer[] = [];
  for await (const piece of decompress) out.push(piece);
  return new Uint8Array(Buffer.concat(out));
}

Deno.test("Emitter begins an epoch with the first message, and a chunk says so", async () => {
  const { emitter, chunks } = emitterWith();
  assert.equal(emitter.atJoinPoint, true);
  emitter.add(Uint8Array.of(6, 1, 1));
  assert.equal(emitter.atJoinPoint, false);
  await emitter.flush(AT);
  emitter.add(Uint8Array.of(6, 1, 2));
  await emitter.flush({ ...AT, seq: 2 });
  assert.deepEqual(chunks.map((chunk) => [chunk.index, chunk.seq, chunk.startsEpoch]), [
    [0, 1, true],
    [1, 2, false],
  ]);
  assert.deepEqual([...chunks[0].messages], [2, 0, 6, 1, 1]);
  assert.deepEqual([...chunks[1].messages], [6, 1, 2]);
});

Deno.test("Emitter.flush() publishes nothing where nothing was added", async () => {
  const { emitter, chunks } = emitterWith();
  await emitter.flush(AT);
  emitter.add(BEGIN);
  await emitter.flush(AT);
  await emitter.flush(AT);
  assert.equal(chunks.length, 1);
  assert.equal(emitter.nextIndex, 1);
});

Deno.test("Emitter: a chunk of the size change says to what", async () => {
  const { emitter, chunks } = emitterWith();
  emitter.addResize({ width: 3, height: 4 });
  await emitter.flush(AT);
  emitter.add(BEGIN);
  await emitter.flush(AT);
  assert.deepEqual(chunks.map(({ resizes }) => resizes), [{ width: 3, height: 4 }, undefined]);
});

Deno.test("Emitter: each chunk can be decoded as soon as it is there", async () => {
  const { emitter, chunks } = emitterWith();
  const random = new Random(1);
  // fzstd looks at a frame when it has 18 bytes of it.
  for (const length of [20, 1, 5000, 300_000, 3]) {
    emitter.add(random.bytes(length));
    await emitter.flush(AT);
    const expected = concat(chunks.map(({ messages }) => messages));
    assert.deepEqual(expandNow(chunks.map(({ stream }) => stream)), expected);
  }
});

Deno.test("Emitter: frames ended at any chunk, one behind the other, are valid zstd", async () => {
  const { emitter, chunks } = emitterWith();
  const random = new Random(2);
  const stream: Uint8Array[] = [compressFrame(Uint8Array.of(1, 2, 3))];
  const contents: Uint8Array[] = [Uint8Array.of(1, 2, 3)];
  for (let epoch = 0; epoch < 4; epoch++) {
    for (let i = 0; i <= epoch; i++) {
      emitter.add(random.bytes(random.int(1, 10_000)));
      await emitter.flush(AT);
      stream.push(chunks.at(-1)!.stream);
      contents.push(chunks.at(-1)!.messages);
    }
    stream.push(END_OF_FRAME);
    emitter.endEpoch();
    assert.equal(emitter.atJoinPoint, true);
  }
  const expected = concat(contents);
  assert.deepEqual(await expandAll(stream), expected);
  assert.deepEqual(expandNow(stream), expected);
});

Deno.test("Emitter.endEpoch() refuses to drop what was not flushed", () => {
  const { emitter } = emitterWith();
  emitter.add(BEGIN);
  assert.throws(() => emitter.endEpoch(), /pending/);
});

Deno.test("Emitter counts bytes before and after compression", async () => {
  const { emitter, chunks } = emitterWith();
  emitter.add(new Uint8Array(10_000));
  await emitter.flush(AT);
  emitter.endEpoch();
  emitter.add(new Uint8Array(10));
  await emitter.flush(AT);
  assert.equal(emitter.messageBytes, 10_000 + 10 + 2 * BEGIN.length);
  assert.equal(emitter.streamBytes, chunks[0].stream.length + chunks[1].stream.length);
  assert.equal(emitter.epochBytes, chunks[1].stream.length);
  assert.equal(emitter.epochs, 2);
  assert.ok(emitter.streamBytes < 200);
});

Deno.test("compressFrame() and expandFrame() undo each other", () => {
  for (const length of [0, 1, 100_000]) {
    const bytes = new Random(length).bytes(length);
    assert.deepEqual(expandFrame(compressFrame(bytes)), bytes);
  }
});

Deno.test("zstd frames have no checksum, no dictionary, and a window of at most 4 MB", async () => {
  const { emitter, chunks } = emitterWith();
  emitter.add(new Random(1).bytes(100));
  await emitter.flush(AT);
  const large = compressFrame(new Random(1).bytes(9_000_000));
  for (const frame of [chunks[0].stream, compressFrame(Uint8Array.of(1)), large]) {
    // RFC 8878, 3.1.1.1: magic, then the frame header's descriptor.
    assert.deepEqual([...frame.subarray(0, 4)], [0x28, 0xb5, 0x2f, 0xfd]);
    const descriptor = frame[4];
    assert.equal(descriptor & 0b100, 0, "a checksum");
    assert.equal(descriptor & 0b11, 0, "a dictionary");
    const isSingleSegment = (descriptor & 0b100000) !== 0;
    if (!isSingleSegment) assert.ok((frame[5] >> 3) + 10 <= 22, "a larger window");
  }
});
