import assert from "node:assert/strict";
import { backoffMs } from "../../../public/engine/backoff.js";

Deno.test("backoffMs() doubles from 250 ms to 10 s", () => {
  const longest = [1, 2, 3, 4, 5, 6, 7, 8].map((failures) => backoffMs(failures, () => 1));
  assert.deepEqual(longest, [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
});

Deno.test("backoffMs() draws from the upper half", () => {
  assert.equal(backoffMs(1, () => 0), 125);
  assert.equal(backoffMs(3, () => 0.5), 750);
});

Deno.test("backoffMs() stays finite after very many failures", () => {
  assert.equal(backoffMs(1e9, () => 0), 5000);
});
