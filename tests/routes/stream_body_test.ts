import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { Ring } from "../../capture/ring.ts";
import { ViewerCursor } from "../../capture/viewer_cursor.ts";
import type { JoinPoint } from "../../capture/worker_protocol.ts";
import { END_OF_FRAME } from "../../capture/zstd.ts";
import { pieceBytes, StreamBody } from "../../routes/stream_body.ts";
import { Turns, type TurnWaiter } from "../../routes/turns.ts";

const HELLO = { width: 1, height: 1, source: "s", viewer: "v", heartbeatMs: 1 };

/** A ring, and viewers of it that join at its next chunk. */
class Fan {
  readonly ring = new Ring({ maxBytes: 1e6, maxMs: 1e6 });
  now = 0;
  joins = 0;
  gone = 0;
  viewers = 1;
  /** What joining viewers are sent first. */
  picture = new Uint8Array([200]);
  turns: { wait(waiter: TurnWaiter): void } = new Turns();
  #index = 0;

  /** Opens a stream that has been read up to where it waits for the ring. */
  async watch() {
    const cursor = this.cursor();
    const body = new StreamBody({
      ring: this.ring,
      cursor,
      turns: this.turns,
      viewers: () => this.viewers,
      gone: () => this.gone++,
    });
    const reader = body.open().getReader();
    await reader.read();
    await reader.read();
    return { cursor, reader };
  }

  cursor(): ViewerCursor {
    return new ViewerCursor({
      form: "zstd",
      ring: this.ring,
      capture: { join: () => Promise.resolve(this.#joinPoint()) },
      hello: () => HELLO,
      resume: undefined,
      now: () => this.now,
    });
  }

  /** The next chunk, of one byte, unless it says otherwise. */
  push(bytes = 1, startsEpoch = this.#index === 0): number {
    const index = this.#index++;
    this.ring.push({
      index,
      seq: index,
      epoch: 1,
      startsEpoch,
      resizes: undefined,
      time: this.now,
      stream: new Uint8Array(bytes).fill(index),
      messages: new Uint8Array(bytes),
    });
    return index;
  }

  #joinPoint(): JoinPoint {
    this.joins++;
    const index = this.#index;
    return { index, seq: null, width: 1, height: 1, bytes: this.picture, keyframe: true };
  }
}

Deno.test("StreamBody hands a chunk to a waiting connection before push() returns", async () => {
  const fan = new Fan();
  const { cursor, reader } = await fan.watch();
  const read = reader.read();
  fan.push();
  assert.equal(cursor.chunks, 1);
  assert.deepEqual([...(await read).value!], [0]);
  await reader.cancel();
});

Deno.test("StreamBody gives all viewers in sync the same bytes object", async () => {
  const fan = new Fan();
  const [a, b] = [await fan.watch(), await fan.watch()];
  const reads = [a.reader.read(), b.reader.read()];
  fan.push();
  const [first, second] = await Promise.all(reads);
  assert.equal(first.value, second.value);
  assert.equal(first.value, fan.ring.get(0)!.stream);
  for (const { reader } of [a, b]) await reader.cancel();
});

Deno.test("StreamBody: a connection that does not ask is handed nothing", async () => {
  const fan = new Fan();
  const { cursor, reader } = await fan.watch();
  for (let i = 0; i < 100; i++) fan.push();
  await setImmediate();
  assert.equal(cursor.chunks, 0);
  await reader.cancel();
});

Deno.test("StreamBody gives chunks in their order, once, however pushes and reads fall", async () => {
  const fan = new Fan();
  const { reader } = await fan.watch();
  const got: number[] = [];
  const reading = (async () => {
    while (got.length < 60) got.push((await reader.read()).value![0]);
  })();
  for (let i = 0; i < 60; i++) {
    fan.push();
    if (i % 7 < 3) await setImmediate();
  }
  await reading;
  assert.deepEqual(got, [...got.keys()]);
  await reader.cancel();
});

Deno.test("StreamBody: one that has much to read, too old, gets one catch-up", async () => {
  const fan = new Fan();
  const { cursor, reader } = await fan.watch();
  for (let i = 0; i < 3; i++) fan.push(100_000);
  fan.now = 10_000;
  const joins = fan.joins;
  assert.equal((await reader.read()).value![0], 200);
  assert.equal(fan.joins - joins, 1);
  assert.equal(cursor.catchUps, 1);
  const read = reader.read();
  assert.equal(fan.push(), 3);
  assert.equal((await read).value![0], 3);
  await reader.cancel();
});

Deno.test("StreamBody says bye to a waiting connection, ends, and is told of chunks no more", async () => {
  const fan = new Fan();
  const { cursor, reader } = await fan.watch();
  const read = reader.read();
  cursor.end("shutdown", "");
  assert.ok((await read).value!.length > 0);
  fan.push();
  assert.equal((await reader.read()).done, true);
  assert.equal(fan.gone, 1);
  fan.push();
  assert.equal(cursor.chunks, 0);
});

Deno.test("StreamBody: cancelled while it waits, it is gone once and takes nothing more", async () => {
  const fan = new Fan();
  const { cursor, reader } = await fan.watch();
  const read = reader.read();
  await reader.cancel();
  assert.equal((await read).done, true);
  fan.push();
  await setImmediate();
  assert.deepEqual([fan.gone, cursor.chunks], [1, 0]);
});

/** Gives a stream to a connection that does `act` while it is given something, as the server may. */
async function giveTo(fan: Fan, act: (body: StreamBody, controller: Controller) => void) {
  const cursor = fan.cursor();
  await cursor.next();
  await cursor.next();
  const { ring, turns } = fan;
  const body = new StreamBody({ ring, cursor, turns, viewers: () => 1, gone: () => fan.gone++ });
  const got: number[][] = [];
  const controller: Controller = {
    desiredSize: 1,
    enqueue(bytes) {
      got.push([...bytes!]);
      act(body, controller);
    },
    close() {},
    error() {},
  };
  body.pull(controller);
  return got;
}

type Controller = ReadableStreamDefaultController<Uint8Array>;
const END = [...END_OF_FRAME];

Deno.test("StreamBody keeps the order for a connection that asks again while it is given a part", async () => {
  const fan = new Fan();
  const got = await giveTo(fan, (body, controller) => {
    if (got.length === 2) fan.push();
    body.pull(controller);
  });
  fan.push();
  // Two parts: the end of the frame before, and the chunk.
  fan.push(1, true);
  assert.deepEqual(got, [[0], END, [1], [2]]);
});

Deno.test("StreamBody gives nothing more to a connection that breaks while it is given a part", async () => {
  const fan = new Fan();
  const got = await giveTo(fan, (body, controller) => {
    if (got.length === 2) body.cancel();
    else body.pull(controller);
  });
  fan.push();
  fan.push(1, true);
  fan.push();
  assert.deepEqual(got, [[0], END]);
  assert.equal(fan.gone, 1);
});

/** Turns of the event loop that come when the test says so. */
class ManualTurns {
  #waiting: TurnWaiter[] = [];

  get waiting(): number {
    return this.#waiting.length;
  }

  wait(waiter: TurnWaiter): void {
    this.#waiting.push(waiter);
  }

  async come(): Promise<void> {
    for (const waiter of this.#waiting.splice(0)) waiter.turned();
    await setImmediate();
  }
}

/** Reads all that comes without another turn; lengths of the pieces. */
function readingAll(reader: ReadableStreamDefaultReader<Uint8Array>) {
  const pieces: Uint8Array[] = [];
  const done = (async () => {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      pieces.push(read.value);
    }
  })();
  const lengths = () => pieces.map(({ length }) => length);
  return { pieces, lengths, done };
}

/** A crowd whose members are handed 8 KiB a turn, and one of them in sync. */
async function inCrowd() {
  const fan = new Fan();
  const turns = new ManualTurns();
  fan.turns = turns;
  fan.viewers = 3000;
  const { cursor, reader } = await fan.watch();
  const all = readingAll(reader);
  await setImmediate();
  return { fan, turns, cursor, reader, ...all };
}

Deno.test("pieceBytes() shares 4 MiB out, but nobody gets less than 8 KiB", () => {
  const pieces = [0, 1, 64, 512, 5000].map(pieceBytes);
  assert.deepEqual(pieces, [4 * 2 ** 20, 4 * 2 ** 20, 65536, 8192, 8192]);
});

Deno.test("StreamBody hands much to many over in pieces, one a turn", async () => {
  const { fan, turns, pieces, lengths, reader } = await inCrowd();
  fan.push(20_000);
  await setImmediate();
  assert.deepEqual(lengths(), [8192]);
  await turns.come();
  assert.deepEqual(lengths(), [8192, 8192]);
  await turns.come();
  assert.deepEqual(lengths(), [8192, 8192, 20_000 - 2 * 8192]);
  // Views of what all share, not copies.
  for (const { buffer } of pieces) assert.equal(buffer, fan.ring.get(0)!.stream.buffer);
  await turns.come();
  assert.equal(turns.waiting, 0);
  await reader.cancel();
});

Deno.test("StreamBody hands little over at once, without waiting for a turn", async () => {
  const { fan, turns, lengths, reader } = await inCrowd();
  fan.push(8192);
  await setImmediate();
  fan.push(3000);
  await setImmediate();
  assert.deepEqual([lengths(), turns.waiting], [[8192, 3000], 0]);
  await reader.cancel();
});

Deno.test("StreamBody: what follows the last piece waits for the next turn, too", async () => {
  const { fan, turns, lengths, reader } = await inCrowd();
  fan.push(9000);
  await turns.come();
  assert.deepEqual(lengths(), [8192, 808]);
  fan.push(5);
  await setImmediate();
  assert.deepEqual(lengths(), [8192, 808]);
  await turns.come();
  assert.deepEqual(lengths(), [8192, 808, 5]);
  fan.push(6);
  await setImmediate();
  assert.equal(lengths().at(-1), 6);
  await reader.cancel();
});

Deno.test("StreamBody hands first pictures over in pieces, too", async () => {
  const fan = new Fan();
  const turns = new ManualTurns();
  fan.turns = turns;
  fan.viewers = 3000;
  fan.picture = new Uint8Array(10_000).fill(200);
  const { reader } = await fan.watch();
  const { lengths } = readingAll(reader);
  await setImmediate();
  // watch() has read the first piece.
  assert.deepEqual(lengths(), []);
  await turns.come();
  assert.deepEqual(lengths(), [10_000 - 8192]);
  await reader.cancel();
});

Deno.test("StreamBody lets few viewers wait for no turns", async () => {
  const fan = new Fan();
  const turns = new ManualTurns();
  fan.turns = turns;
  fan.viewers = 4;
  const { reader } = await fan.watch();
  const read = reader.read();
  fan.push(1_000_000);
  assert.equal((await read).value, fan.ring.get(0)!.stream);
  assert.equal(turns.waiting, 0);
  await reader.cancel();
});

Deno.test("StreamBody gives a connection that does not ask no further piece", async () => {
  const fan = new Fan();
  const turns = new ManualTurns();
  fan.turns = turns;
  fan.viewers = 3000;
  const { reader } = await fan.watch();
  const read = reader.read();
  fan.push(20_000);
  assert.equal((await read).value!.length, 8192);
  await turns.come();
  assert.equal(turns.waiting, 0);
  assert.equal((await reader.read()).value!.length, 8192);
  assert.equal(turns.waiting, 1);
  await reader.cancel();
});

Deno.test("StreamBody says bye after the last piece", async () => {
  const { fan, turns, cursor, lengths, done } = await inCrowd();
  fan.push(9000);
  await setImmediate();
  cursor.end("shutdown", "");
  await setImmediate();
  assert.deepEqual(lengths(), [8192]);
  while (turns.waiting > 0) await turns.come();
  await done;
  assert.deepEqual(lengths().slice(0, 2), [8192, 808]);
  assert.equal(lengths()[2], END.length);
  assert.equal(fan.gone, 1);
});

Deno.test("StreamBody: cancelled between two pieces, it gives nothing more", async () => {
  const { fan, turns, lengths, reader } = await inCrowd();
  fan.push(20_000);
  await setImmediate();
  await reader.cancel();
  await turns.come();
  fan.push();
  assert.deepEqual([lengths(), fan.gone, turns.waiting], [[8192], 1, 0]);
});

Deno.test("StreamBody gives the same bytes in pieces, however turns and pushes fall", async () => {
  const { fan, turns, pieces, reader } = await inCrowd();
  const expected: number[] = [];
  for (let i = 0; i < 40; i++) {
    const bytes = (i * 7919) % 23_000 + 1;
    fan.push(bytes, i === 0);
    for (let byte = 0; byte < bytes; byte++) expected.push(i);
    if (i % 3 === 0) await turns.come();
    if (i % 5 === 0) await setImmediate();
  }
  while (turns.waiting > 0) await turns.come();
  const got = pieces.flatMap((piece) => [...piece]);
  assert.equal(got.length, expected.length);
  assert.deepEqual(got, expected);
  await reader.cancel();
});
