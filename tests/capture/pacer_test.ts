import assert from "node:assert/strict";
import { Pacer } from "../../capture/pacer.ts";

Deno.test("Pacer: the first tick is due at once, then one each interval", () => {
  const pacer = new Pacer();
  assert.equal(pacer.delay(1000), 0);
  pacer.ran(1000, 20);
  assert.equal(pacer.delay(1000), 50);
  assert.equal(pacer.delay(1030), 20);
  assert.equal(pacer.delay(1050), 0);
});

Deno.test("Pacer keeps the pace over small delays: they do not add up", () => {
  const pacer = new Pacer();
  pacer.ran(0, 10);
  for (let tick = 1; tick <= 50; tick++) pacer.ran(tick * 100 + 3, 10);
  assert.equal(pacer.delay(5003), 97);
  assert.equal(pacer.missed, 0);
});

Deno.test("Pacer does not catch up: after a long tick the next is a whole interval away", () => {
  const pacer = new Pacer();
  pacer.ran(0, 10);
  pacer.ran(1000, 10);
  assert.equal(pacer.delay(1000), 100);
  assert.equal(pacer.missed, 9);
});

Deno.test("Pacer: ticks before their time do not push the next one away", () => {
  const pacer = new Pacer();
  pacer.ran(0, 1);
  for (let i = 1; i <= 100; i++) pacer.ran(i, 1);
  assert.equal(pacer.delay(100), 1000);
  assert.equal(pacer.missed, 0);
});

Deno.test("Pacer.reset() makes a tick due without calling it late", () => {
  const pacer = new Pacer();
  pacer.ran(0, 1);
  pacer.reset();
  assert.equal(pacer.delay(10), 0);
  pacer.ran(60_000, 1);
  assert.equal(pacer.missed, 0);
});
