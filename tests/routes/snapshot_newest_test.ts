import assert from "node:assert/strict";
import { Newest } from "../../routes/snapshot/newest.ts";

Deno.test("Newest asks for one at a time, never gives one begun before the call, and goes on after a failure", async () => {
  const asked: PromiseWithResolvers<number>[] = [];
  const newest = new Newest(() => {
    const answer = Promise.withResolvers<number>();
    asked.push(answer);
    return answer.promise;
  });
  const first = newest.get();
  const later = [newest.get(), newest.get()];
  assert.equal(asked.length, 1);
  asked[0].resolve(1);
  assert.equal(await first, 1);
  while (asked.length < 2) await Promise.resolve();
  asked[1].reject(new Error("gone"));
  for (const one of later) await assert.rejects(one, /gone/);
  const next = newest.get();
  assert.equal(asked.length, 3);
  asked[2].resolve(3);
  assert.equal(await next, 3);
});
