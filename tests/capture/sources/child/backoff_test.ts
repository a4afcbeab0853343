import assert from "node:assert/strict";
import { backoffMs } from "../../../../capture/sources/child/backoff.ts";

Deno.test("backoffMs() doubles from 250 ms to 10 s", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 7, 8, 1000].map(backoffMs), [
    ...[250, 500, 1000, 2000, 4000, 8000],
    ...[10_000, 10_000, 10_000],
  ]);
});
