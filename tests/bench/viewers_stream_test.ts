/** The load generator's own reading of the stream: it must see every update, and every gap. */
import assert from "node:assert/strict";
import { Tally } from "../../bench/viewers/tally.ts";
import { BadResponse } from "../../bench/viewers/http_body.ts";
import { Viewer } from "../../bench/viewers/viewer.ts";
import { FrameStore } from "../../bench/viewers/zstd_blocks.ts";
import { ByteWriter } from "../../capture/byte_writer.ts";
import { concat, epochMessage, frameMessage, helloMessage } from "../../capture/messages.ts";
import { compressFrame, END_OF_FRAME, EpochCompressor } from "../../capture/zstd.ts";
import { cut } from "../helpers/client.ts";
import { Random } from "../helpers/random.ts";

const HEAD = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const HELLO = helloMessage({ width: 9, height: 9, source: "s", viewer: "v", heartbeatMs: 1 });

/** An update message; only its start is what the specification says. */
function update(random: Random, seqDelta: number, bytes: number, noise: boolean): Uint8Array {
  const body = new ByteWriter().u8(0).varint(seqDelta).varint(33);
  const rest = noise ? random.bytes(bytes) : new Uint8Array(bytes);
  return frameMessage(0x03, body.bytes(rest));
}

/** A response as the server would send it: hello, then an epoch of these messages, one chunk for each. */
async function response(messages: readonly Uint8Array[]): Promise<Uint8Array> {
  const compressor = new EpochCompressor();
  const chunks = [compressFrame(HELLO)];
  const [first, ...rest] = messages;
  chunks.push(await compressor.compress(concat([epochMessage(3, 10, 1000), first])));
  for (const message of rest) chunks.push(await compressor.compress(message));
  compressor.close();
  chunks.push(END_OF_FRAME);
  const text = (value: string) => new TextEncoder().encode(value);
  return concat([
    text(HEAD),
    ...chunks.flatMap((bytes) => [
      text(`${bytes.length.toString(16).toUpperCase()}\r\n`),
      bytes,
      text("\r\n"),
    ]),
    text("0\r\n\r\n"),
  ]);
}

function tallyOfEverything(): Tally {
  const tally = new Tally();
  tally.span = { from: 0, until: Infinity };
  return tally;
}

for (const chunking of ["whole", "bytes", "random"] as const) {
  Deno.test(`the load generator counts updates in raw and compressed blocks, ${chunking}`, async () => {
    const random = new Random(4);
    const messages: Uint8Array[] = [];
    for (let i = 0; i < 12; i++) messages.push(update(random, 1, 300 * i, i % 3 !== 0));
    // Longer than a block of zstd; byte by byte that would take seconds.
    const long = chunking === "bytes" ? 2000 : 300_000;
    messages.push(update(random, 1, long, false), update(random, 1, long, true));
    const bytes = await response(messages);
    const tally = tallyOfEverything();
    const frames = new FrameStore();
    const viewers = [new Viewer(tally, frames), new Viewer(tally, frames)];
    for (const piece of cut(bytes, chunking, random)) {
      for (const viewer of viewers) viewer.push(piece, 2000);
    }
    assert.equal(tally.delivered, 2 * messages.length);
    assert.equal(tally.seqs.size, messages.length);
    assert.equal(tally.missed, 0);
    for (const viewer of viewers) assert.deepEqual([viewer.seq, viewer.ended], [24, true]);
    // The last was captured at 1000 + 14 × 33 ms.
    assert.deepEqual([tally.delayMs(0.01), tally.maxDelayMs], [538, 967]);
  });
}

Deno.test("the load generator sees a gap, and how wide it is", async () => {
  const random = new Random(4);
  const bytes = await response([1, 1, 4, 1].map((delta) => update(random, delta, 50, true)));
  const tally = tallyOfEverything();
  const viewer = new Viewer(tally, new FrameStore());
  viewer.push(bytes, 2000);
  assert.deepEqual([tally.missed, tally.caughtUp, viewer.seq], [3, 1, 17]);
});

Deno.test("the load generator refuses what is no stream", () => {
  const viewer = () => new Viewer(new Tally(), new FrameStore());
  const push = (text: string) => viewer().push(new TextEncoder().encode(text), 0);
  assert.throws(() => push("HTTP/1.1 503 Service Unavailable\r\n\r\n"), BadResponse);
  assert.throws(() => push("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), BadResponse);
  assert.throws(() => push(`${HEAD}zz\r\n`), BadResponse);
  assert.throws(() => push(`${HEAD}6\r\nno zst`), RangeError);
});

Deno.test("the load generator: who leaves a frame early does not end it for the others", async () => {
  const random = new Random(4);
  const messages = [1, 2, 3, 4].map(() => update(random, 1, 400, false));
  const bytes = await response(messages);
  const early = await response(messages.slice(0, 2));
  const tally = tallyOfEverything();
  const frames = new FrameStore();
  new Viewer(tally, frames).push(early, 2000);
  new Viewer(tally, frames).push(bytes, 2000);
  assert.equal(tally.delivered, 6);
});
