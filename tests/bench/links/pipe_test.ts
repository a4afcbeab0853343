import assert from "node:assert/strict";
import { Pipe } from "../../../bench/links/pipe.ts";

const packet = (length: number) => new Uint8Array(length);
const never = () => 1;

Deno.test("Pipe sends at its rate, and what it sent arrives after the delay", () => {
  // 1000 bytes take 8 ms.
  const pipe = new Pipe({ bitsPerSecond: 1e6, delayMs: 50, loss: 0 }, never);
  for (let i = 0; i < 3; i++) pipe.offer(packet(1000), 100);
  assert.equal(pipe.nextAt, 100);
  const arrivals: [number, number][] = [];
  for (let now = 100; now < 200; now++) {
    for (const _ of pipe.arrived(now)) arrivals.push([now, pipe.delivered]);
  }
  assert.deepEqual(arrivals.map(([at]) => at), [158, 166, 174]);
  assert.equal(pipe.nextAt, Infinity);
});

Deno.test("Pipe drops what its queue has no room for", () => {
  const pipe = new Pipe({ bitsPerSecond: 1e6, delayMs: 0, loss: 0 }, never);
  for (let i = 0; i < 100; i++) pipe.offer(packet(1000), 0);
  assert.equal(pipe.dropped, 100 - 65);
  assert.equal(pipe.arrived(10_000).length, 65);
});

Deno.test("Pipe: at no bits per second all is lost, and then it goes on", () => {
  const link = { bitsPerSecond: 8e6, delayMs: 10, loss: 0 };
  const pipe = new Pipe(link, never);
  pipe.offer(packet(1000), 0);
  pipe.arrived(0);
  pipe.offer(packet(1000), 0);
  pipe.conditions = { ...link, bitsPerSecond: 0 };
  pipe.offer(packet(1000), 5);
  // The first had left already.
  assert.equal(pipe.arrived(100).length, 1);
  assert.equal(pipe.dropped, 2);
  pipe.conditions = link;
  pipe.offer(packet(1000), 200);
  assert.equal(pipe.arrived(210).length, 0);
  assert.equal(pipe.arrived(211).length, 1);
});

Deno.test("Pipe loses the share of packets that it is told to", () => {
  let turn = 0;
  const pipe = new Pipe({ bitsPerSecond: 1e9, delayMs: 0, loss: 0.25 }, () => (turn++ % 4) / 4);
  for (let i = 0; i < 40; i++) pipe.offer(packet(100), i);
  assert.equal(pipe.arrived(1000).length, 30);
  assert.equal(pipe.dropped, 10);
});
