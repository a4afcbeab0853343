/** The way of viewers in sync: `ViewerCursor.takeNow()`. */
import assert from "node:assert/strict";
import { Ring } from "../../capture/ring.ts";
import { ViewerCursor } from "../../capture/viewer_cursor.ts";

const HELLO = { width: 1, height: 1, source: "s", viewer: "v", heartbeatMs: 1 };

/** A cursor on a ring, and what lets the ring and time go on. */
function cursorOnRing() {
  const ring = new Ring({ maxBytes: 1e6, maxMs: 1e6 });
  const clock = { now: 0 };
  const cursor = new ViewerCursor({
    form: "zstd",
    ring,
    capture: {
      join: () =>
        Promise.resolve({
          index: ring.end,
          seq: null,
          width: 1,
          height: 1,
          bytes: new Uint8Array([9]),
          keyframe: true,
        }),
    },
    hello: () => HELLO,
    resume: undefined,
    now: () => clock.now,
    steady: () => clock.now,
  });
  const push = (bytes = 1, startsEpoch = false) => {
    const index = ring.end;
    const stream = new Uint8Array(bytes).fill(index);
    const messages = new Uint8Array(bytes);
    const at = { index, seq: index + 1, epoch: 1, time: clock.now };
    ring.push({ ...at, startsEpoch, resizes: undefined, stream, messages });
    return stream;
  };
  const join = async () => {
    await cursor.next();
    await cursor.next();
  };
  return { cursor, clock, push, join };
}

const nobody = () => {};

Deno.test("ViewerCursor.takeNow() leaves hello, joining and bye to next()", async () => {
  const { cursor, join } = cursorOnRing();
  assert.equal(cursor.takeNow(nobody), undefined);
  await join();
  assert.deepEqual(cursor.takeNow(nobody), []);
  cursor.end("shutdown", "");
  assert.equal(cursor.takeNow(nobody), undefined);
  assert.equal((await cursor.next())?.length, 1);
});

Deno.test("ViewerCursor.takeNow() gives each chunk of the ring once, in order, and counts it", async () => {
  const { cursor, push, join } = cursorOnRing();
  await join();
  const before = cursor.bytes;
  const [a, b] = [push(3, true), push(4)];
  const given = cursor.takeNow(nobody)!;
  assert.equal(given[0], a);
  assert.equal(given[1], b);
  assert.deepEqual(cursor.takeNow(nobody), []);
  assert.equal(cursor.takeNow(nobody)?.length, 0);
  const c = push();
  assert.equal(cursor.takeNow(nobody)![0], c);
  assert.deepEqual([cursor.bytes - before, cursor.chunks, cursor.seq], [8, 3, 3]);
});

Deno.test("ViewerCursor.takeNow() leaves catching up to next()", async () => {
  const { cursor, clock, push, join } = cursorOnRing();
  await join();
  for (let i = 0; i < 3; i++) push(100_000, i === 0);
  clock.now = 10_000;
  assert.equal(cursor.takeNow(nobody), undefined);
  await cursor.next();
  assert.equal(cursor.catchUps, 1);
});

Deno.test("ViewerCursor.takeNow() holds back while the window is full, and an acknowledgement wakes", async () => {
  const { cursor, push, join } = cursorOnRing();
  await join();
  push(1, true);
  cursor.takeNow(nobody);
  assert.equal(cursor.acknowledge(1, 0), "taken");
  let woken = 0;
  const wake = () => woken++;
  const first = push(300_000);
  assert.equal(cursor.takeNow(wake)![0], first);
  push();
  assert.deepEqual(cursor.takeNow(wake), []);
  assert.equal(woken, 0);
  assert.equal(cursor.acknowledge(2, 0), "taken");
  assert.equal(woken, 1);
  assert.equal(cursor.takeNow(wake)?.length, 1);
});

Deno.test("ViewerCursor.end() wakes who waits after takeNow()", async () => {
  const { cursor, join } = cursorOnRing();
  await join();
  let woken = 0;
  cursor.takeNow(() => woken++);
  cursor.end("disconnected", "");
  assert.equal(woken, 1);
});
