import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { Turns } from "../../routes/turns.ts";

Deno.test("Turns tells all that wait, once, in one turn", () => {
  const scheduled: (() => void)[] = [];
  const turns = new Turns((turn) => scheduled.push(turn));
  const told: string[] = [];
  for (const name of ["a", "b"]) turns.wait({ turned: () => told.push(name) });
  assert.deepEqual([scheduled.length, told], [1, []]);
  scheduled[0]();
  assert.deepEqual(told, ["a", "b"]);
});

Deno.test("Turns tells who begins to wait in a turn in the next one", () => {
  const scheduled: (() => void)[] = [];
  const turns = new Turns((turn) => scheduled.push(turn));
  let told = 0;
  const waiter = {
    turned() {
      told++;
      if (told === 1) turns.wait(waiter);
    },
  };
  turns.wait(waiter);
  scheduled[0]();
  assert.deepEqual([told, scheduled.length], [1, 2]);
  scheduled[1]();
  assert.equal(told, 2);
});

Deno.test("Turns comes round by itself", async () => {
  let told = false;
  new Turns().wait({ turned: () => told = true });
  await setImmediate();
  await setImmediate();
  assert.equal(told, true);
});
