import assert from "node:assert/strict";
import { ALLOWED_GROWTH_MIB, growth, Memory } from "../../bench/soak/memory.ts";

Deno.test("Memory.look() tells the least: garbage on top of what is held does not count", async () => {
  const samples = [300, 265, 281];
  const memory = new Memory(() => samples.shift()!, () => Promise.resolve());
  assert.equal(await memory.look(250), 265);
  assert.equal(memory.mostMiB, 300);
});

Deno.test("growth() says so when more is held in the end, and only then", () => {
  assert.equal(growth(250, 250 + ALLOWED_GROWTH_MIB), undefined);
  assert.equal(growth(250, 180), undefined);
  assert.match(growth(250, 251 + ALLOWED_GROWTH_MIB)!, /^memory grew from 250 to \d+ MiB: wanted/);
});

Deno.test("growth() takes no look at all for growth", () => {
  assert.ok(growth(NaN, 250) !== undefined);
  assert.ok(growth(250, NaN) !== undefined);
});
