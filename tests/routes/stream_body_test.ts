import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { Ring } from "../../capture/ring.ts";
import { ViewerCursor } from "../../capture/viewer_cursor.ts";
import type { JoinPoint } from "../../capture/worker_protocol.ts";
import { END_OF_FRAME } from "../../capture/zstd.ts";
import { StreamBody } from "../../routes/stream_body.ts";

const HELLO = { width: 1, height: 1, source: "s", viewer: "v", heartbeatMs: 1 };

/** A ring, and viewers of it that join at its next chunk. */
class Fan {
  readonly ring = new Ring({ maxBytes: 1e6, maxMs: 1e6 });
  now = 0;
  joins = 0;
  gone = 0;
  #index = 0;

  /** Opens a stream that has been read up to where it waits for the ring. */
  async watch() {
    const cursor = this.cursor();
    const body = new StreamBody({
      ring: this.ring,
      cursor,
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
    return { index, seq: null, width: 1, height: 1, bytes: new Uint8Array([200]), keyframe: true };
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
  const body = new StreamBody({ ring: fan.ring, cursor, gone: () => fan.gone++ });
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
