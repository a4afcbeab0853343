import assert from "node:assert/strict";
import * as fc from "fast-check";
import { ByteQueue } from "../../../capture/slices/byte_queue.ts";

Deno.test("ByteQueue gives back what came, in order, whatever the pieces", () => {
  const step = fc.record({ push: fc.nat({ max: 200_000 }), take: fc.nat({ max: 200_000 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const queue = new ByteQueue();
      let [pushed, taken] = [0, 0];
      for (const { push, take } of steps) {
        queue.push(Uint8Array.from({ length: push }, (_, i) => (pushed + i) % 251));
        pushed += push;
        assert.equal(queue.length, pushed - taken);
        const bytes = queue.take(take);
        assert.equal(bytes === undefined, take > pushed - taken);
        if (!bytes) continue;
        assert.equal(bytes.length, take);
        assert.ok(bytes.every((byte, i) => byte === (taken + i) % 251));
        taken += take;
      }
    }),
    { numRuns: 30 },
  );
});

Deno.test("ByteQueue.peek() leaves the bytes, take() gives bytes of their own", () => {
  const queue = new ByteQueue();
  queue.push(Uint8Array.of(1, 2, 3));
  assert.equal(queue.peek(4), undefined);
  assert.deepEqual([...queue.peek(2)!], [1, 2]);
  const taken = queue.take(3)!;
  queue.push(Uint8Array.of(9, 9, 9));
  assert.deepEqual([...taken], [1, 2, 3]);
});
