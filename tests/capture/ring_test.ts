import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { Ring } from "../../capture/ring.ts";
import type { Chunk } from "../../capture/worker_protocol.ts";

function chunk(index: number, more: Partial<Chunk> = {}): Chunk {
  return {
    index,
    seq: 100 + index,
    epoch: 1,
    startsEpoch: index === 0,
    resizes: undefined,
    time: index * 10,
    stream: new Uint8Array(60),
    messages: new Uint8Array(40),
    ...more,
  };
}

const WIDE = { maxBytes: 1e9, maxMs: 1e9 };

Deno.test("Ring keeps the newest chunks up to maxBytes, both forms counted", () => {
  const ring = new Ring({ maxBytes: 450, maxMs: 1e9 });
  for (let i = 0; i < 300; i++) {
    ring.push(chunk(i));
    assert.ok(ring.stats().bytes <= 450);
  }
  assert.deepEqual([ring.start, ring.end], [296, 300]);
  assert.equal(ring.get(295), undefined);
  assert.equal(ring.get(296)!.seq, 396);
  assert.equal(ring.get(299)!.seq, 399);
  assert.equal(ring.get(300), undefined);
  assert.deepEqual(ring.stats(), { entries: 4, bytes: 400, maxBytes: 450, spanMs: 30, maxMs: 1e9 });
});

Deno.test("Ring drops what is older than maxMs when something newer comes", () => {
  const ring = new Ring({ maxBytes: 1e9, maxMs: 25 });
  for (let i = 0; i < 10; i++) ring.push(chunk(i));
  assert.deepEqual([ring.start, ring.end], [7, 10]);
  ring.push(chunk(10, { time: 1e6 }));
  assert.deepEqual([ring.start, ring.end], [10, 11]);
});

Deno.test("Ring keeps the newest chunk however large it is", () => {
  const ring = new Ring({ maxBytes: 10, maxMs: 0 });
  ring.push(chunk(0));
  ring.push(chunk(1, { stream: new Uint8Array(1000) }));
  assert.deepEqual([ring.start, ring.end], [1, 2]);
  assert.equal(ring.get(1)!.stream.length, 1000);
});

Deno.test("Ring, empty: no chunks, and indices from 0", () => {
  const ring = new Ring(WIDE);
  assert.deepEqual([ring.start, ring.end, ring.get(0)], [0, 0, undefined]);
  assert.equal(ring.indexAfter(100, 1), undefined);
  assert.equal(ring.stats().entries, 0);
});

Deno.test("Ring.indexAfter() goes on behind the oldest chunk with that seq and epoch", () => {
  const ring = new Ring(WIDE);
  ring.push(chunk(0, { seq: 5 }));
  ring.push(chunk(1, { seq: 6 }));
  ring.push(chunk(2, { seq: 6 })); // a pointer moved
  ring.push(chunk(3, { seq: 6, epoch: 2, startsEpoch: true }));
  ring.push(chunk(4, { seq: 7, epoch: 2 }));
  assert.equal(ring.indexAfter(5, 1), 1);
  assert.equal(ring.indexAfter(6, 1), 2);
  assert.equal(ring.indexAfter(6, 2), 4);
  assert.equal(ring.indexAfter(7, 2), 5);
  assert.equal(ring.indexAfter(7, 1), undefined);
  assert.equal(ring.indexAfter(4, 1), undefined);
  assert.equal(ring.indexAfter(8, 2), undefined);
});

Deno.test("Ring.changed() resolves for all who wait, at a push", async () => {
  const ring = new Ring(WIDE);
  let woken = 0;
  const wait = () => ring.changed().then(() => woken++);
  wait();
  wait();
  await setImmediate();
  assert.equal(woken, 0);
  ring.push(chunk(0));
  await setImmediate();
  assert.equal(woken, 2);
});

Deno.test("Ring.tell() tells readers of each chunk before push() returns, until they are forgotten", () => {
  const ring = new Ring(WIDE);
  const heard: string[] = [];
  const reader = (name: string) => ({ chunkCame: () => heard.push(`${name}${ring.end - 1}`) });
  const [a, b] = [reader("a"), reader("b")];
  ring.tell(a);
  ring.tell(b);
  ring.push(chunk(0));
  assert.deepEqual(heard, ["a0", "b0"]);
  ring.forget(a);
  ring.forget(a);
  ring.push(chunk(1));
  assert.deepEqual(heard, ["a0", "b0", "b1"]);
});

Deno.test("Ring: a reader may leave while it is told, and the others still hear", () => {
  const ring = new Ring(WIDE);
  let heard = 0;
  const leaving = { chunkCame: () => ring.forget(leaving) };
  ring.tell(leaving);
  ring.tell({ chunkCame: () => heard++ });
  ring.push(chunk(0));
  ring.push(chunk(1));
  assert.equal(heard, 2);
});

Deno.test("Ring.clear() drops all chunks, and indexes count on", () => {
  const ring = new Ring(WIDE);
  for (let i = 0; i < 5; i++) ring.push(chunk(i));
  ring.clear();
  assert.deepEqual([ring.start, ring.end, ring.get(4), ring.get(5)], [5, 5, undefined, undefined]);
  assert.equal(ring.indexAfter(104, 1), undefined);
  assert.equal(ring.stats().bytes, 0);
  ring.push(chunk(5));
  assert.deepEqual([ring.start, ring.end, ring.get(5)!.seq], [5, 6, 105]);
});
