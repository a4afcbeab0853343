import assert from "node:assert/strict";
import type { ViewerInfo } from "../../routes/deps.ts";
import { ViewerRegistry } from "../../routes/viewers_registry.ts";

const INFO: ViewerInfo = {
  id: "a",
  source: "screen",
  transport: "stream",
  remote: "unknown",
  userAgent: "",
  since: 0,
  seq: 0,
  bytes: 0,
  messages: 0,
  catchUps: 0,
  lagMs: 0,
  link: null,
};

/** A registry, and the ends of the streams that `open` adds to it. */
function registryOf(max = 3) {
  const registry = new ViewerRegistry(max);
  const ends: string[] = [];
  const open = (id: string) => {
    registry.add(id, {
      info: () => ({ ...INFO, id }),
      end: (reason, text) => ends.push(`${id}: ${reason}, ${text}`),
    });
  };
  return { registry, ends, open };
}

Deno.test("ViewerRegistry counts open streams, and tells each once that it is removed", () => {
  const { registry, ends } = registryOf();
  const left: string[] = [];
  const open = (id: string) =>
    registry.add(id, {
      info: () => ({ ...INFO, id }),
      end: (reason) => ends.push(reason),
      left: () => left.push(id),
    });
  open("a");
  open("b");
  assert.equal(registry.count, 2);
  registry.remove("a");
  registry.remove("a");
  registry.remove("nobody");
  assert.equal(registry.count, 1);
  registry.remove("b");
  assert.deepEqual([registry.count, registry.opened, left, ends], [0, 2, ["a", "b"], []]);
});

Deno.test("ViewerRegistry.admit() refuses from `max` on, and counts that", () => {
  const { registry, open } = registryOf(1);
  assert.equal(registry.admit(), true);
  open("a");
  assert.equal(registry.admit(), false);
  assert.equal(registry.admit(), false);
  assert.equal(registry.refused, 2);
  registry.remove("a");
  assert.equal(registry.admit(), true);
});

Deno.test("ViewerRegistry.list() asks each stream", () => {
  const { registry, open } = registryOf();
  open("a");
  open("b");
  assert.deepEqual(registry.list(), [{ ...INFO, id: "a" }, { ...INFO, id: "b" }]);
});

Deno.test("ViewerRegistry.totals() counts streams that are there and those that have ended, once", () => {
  const { registry } = registryOf();
  let bytes = 100;
  const add = (id: string) =>
    registry.add(id, { info: () => ({ ...INFO, id, bytes, messages: 2, catchUps: 1 }), end() {} });
  add("a");
  add("b");
  assert.deepEqual(registry.totals(), { bytes: 200, messages: 4, catchUps: 2 });
  registry.remove("a");
  registry.remove("a");
  bytes = 150;
  assert.deepEqual(registry.totals(), { bytes: 250, messages: 4, catchUps: 2 });
});

Deno.test("ViewerRegistry.disconnect() ends one stream", () => {
  const { registry, ends, open } = registryOf();
  open("a");
  open("b");
  assert.equal(registry.disconnect("c"), false);
  assert.equal(registry.disconnect("b"), true);
  assert.deepEqual(ends, ["b: disconnected, disconnected by an administrator"]);
});

Deno.test("ViewerRegistry.endAll() waits until the last stream is gone", async () => {
  const { registry, ends, open } = registryOf();
  await registry.endAll("nobody here", 60_000);
  open("a");
  open("b");
  let ended = false;
  const ending = registry.endAll("the end", 60_000).then(() => ended = true);
  assert.deepEqual(ends, ["a: shutdown, the end", "b: shutdown, the end"]);
  registry.remove("a");
  await Promise.resolve();
  assert.equal(ended, false);
  registry.remove("b");
  await ending;
});

Deno.test("ViewerRegistry.endAll() does not wait for ever", async () => {
  const { registry, open } = registryOf();
  open("a");
  await registry.endAll("the end", 0);
  assert.equal(registry.count, 1);
});

Deno.test("ViewerRegistry.newId() gives ids of their own", () => {
  const { registry } = registryOf();
  assert.equal(new Set(Array.from({ length: 100 }, () => registry.newId())).size, 100);
});
