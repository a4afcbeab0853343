import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { Client } from "../helpers/client.ts";
import { copyFrame, type Frame, paint, randomFrame, setPixel } from "../helpers/frames.ts";
import { Random } from "../helpers/random.ts";
import { WatchServer } from "../helpers/watch_server.ts";
import { problemOf } from "./fakes.ts";

const SIZE = { width: 320, height: 240 };

function screenful(seed = 1): Frame {
  return randomFrame(new Random(seed), SIZE, "text");
}

/** Reads a response's body as a client does. */
class Reading {
  readonly client: Client;
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #server: WatchServer;

  constructor(server: WatchServer, response: Response, client = new Client()) {
    assert.equal(response.status, 200);
    this.#server = server;
    this.reader = response.body!.getReader();
    this.client = client;
    client.connect();
  }

  /** Waits for the next piece; false at the end. */
  async read(): Promise<boolean> {
    const { done, value } = await this.#server.during(this.reader.read());
    if (value) this.client.receive(value);
    return !done;
  }

  async readUntil(there: (client: Client) => boolean): Promise<void> {
    while (!there(this.client)) assert.ok(await this.read(), "the stream ended");
  }
}

Deno.test("GET /stream with `Accept-Encoding: zstd` says that it is zstd; without, the same bytes", async () => {
  const server = await WatchServer.start(screenful());
  const encodings: [string | undefined, string | null][] = [
    ["gzip, deflate, br, zstd", "zstd"],
    ["zstd", "zstd"],
    ["gzip, zstd;q=0", null],
    ["gzip, deflate", null],
    [undefined, null],
  ];
  for (const [accepts, expected] of encodings) {
    const response = await server.get("/stream", accepts ? { "accept-encoding": accepts } : {});
    assert.equal(response.headers.get("content-encoding"), expected, accepts);
    assert.equal(response.headers.get("content-type"), "application/vnd.patchcast.stream");
    assert.match(response.headers.get("cache-control")!, /no-store/);
    assert.match(response.headers.get("cache-control")!, /no-transform/);
    assert.match(response.headers.get("vary")!, /accept-encoding/i);
    const reader = response.body!.getReader();
    const { value } = await server.during(reader.read());
    assert.deepEqual([...value!.subarray(0, 4)], [0x28, 0xb5, 0x2f, 0xfd]);
    await reader.cancel();
  }
  server.close();
});

Deno.test("GET /stream: hello, then the screen, then what changes", async () => {
  const server = await WatchServer.start(screenful());
  const reading = new Reading(server, await server.get("/stream"));
  await reading.readUntil((client) => client.updates.length === 1);
  server.rig.assertShows(reading.client);
  assert.deepEqual(reading.client.hellos.map(({ width, height }) => [width, height]), [[320, 240]]);
  assert.equal(reading.client.hellos[0].viewer, server.registry.list()[0].id);

  const next = copyFrame(server.rig.screen.frame);
  setPixel(next, 3, 3, 0xff0000);
  server.rig.screen.show(next);
  await reading.readUntil((client) => client.updates.length === 2);
  server.rig.assertShows(reading.client);
  await reading.reader.cancel();
  server.close();
});

Deno.test("GET /stream: the delay of an update is counted once for each viewer that was there", async () => {
  const server = await WatchServer.start(screenful());
  const handOvers = () => server.registry.delay.counts().counts.reduce((a, b) => a + b);
  const readings: Reading[] = [];
  for (let i = 0; i < 3; i++) readings.push(new Reading(server, await server.get("/stream")));
  for (const one of readings) await one.readUntil((client) => client.updates.length === 1);
  const before = handOvers();
  const next = copyFrame(server.rig.screen.frame);
  setPixel(next, 3, 3, 0xff0000);
  server.rig.screen.show(next);
  const { seq } = readings[0].client.place!;
  for (const one of readings) await one.readUntil((client) => client.place!.seq > seq);
  assert.equal(handOvers() - before, 3);
  for (const { reader } of readings) await reader.cancel();
  server.close();
});

Deno.test("GET /stream?since=…&epoch=… goes on; who missed nothing is not left hanging", async () => {
  const server = await WatchServer.start(screenful());
  const stays = new Reading(server, await server.get("/stream"));
  await stays.readUntil((client) => client.updates.length === 1);
  const first = new Reading(server, await server.get("/stream"));
  await first.readUntil((client) => client.updates.length === 1);
  await first.reader.cancel();

  const { seq, epoch } = first.client.place!;
  const response = await server.get(`/stream?since=${seq}&epoch=${epoch}`);
  const again = new Reading(server, response, first.client);
  await again.readUntil((client) => client.heartbeats.length === 1);
  const next = copyFrame(server.rig.screen.frame);
  setPixel(next, 3, 3, 0xff0000);
  server.rig.screen.show(next);
  await again.readUntil((client) => client.updates.length === 2);
  assert.equal(again.client.updates[1].keyframe, false);
  server.rig.assertShows(again.client);
  await again.reader.cancel();
  await stays.reader.cancel();
  server.close();
});

Deno.test("GET /stream refuses parameters that are no numbers, naming them", async () => {
  const server = await WatchServer.start(screenful());
  for (const bad of ["abc", "-1", "1.5", "9007199254740992", "1,2"]) {
    for (
      const [field, query] of [["since", `since=${bad}&epoch=1`], ["epoch", `since=1&epoch=${bad}`]]
    ) {
      const problem = await problemOf(await server.get(`/stream?${query}`));
      assert.equal(problem.status, 400);
      assert.match(JSON.stringify(problem), new RegExp(field));
      assert.match(JSON.stringify(problem), /0 to 2\^53 - 1/);
    }
  }
  assert.equal(server.registry.count, 0);
  server.close();
});

Deno.test("GET /stream: one of `since` and `epoch` alone is no resuming", async () => {
  const server = await WatchServer.start(screenful());
  for (const query of ["since=101", "epoch=8"]) {
    const reading = new Reading(server, await server.get(`/stream?${query}`));
    await reading.readUntil((client) => client.updates.length === 1);
    assert.equal(reading.client.updates[0].keyframe, true);
    await reading.reader.cancel();
  }
  server.close();
});

Deno.test("GET /stream turns away one viewer too many, and takes the next when one has left", async () => {
  const server = await WatchServer.start(screenful(), { maxViewers: 2 });
  const streams = [await server.get("/stream"), await server.get("/stream")];
  const refused = await server.get("/stream");
  assert.equal(refused.headers.get("retry-after"), "10");
  assert.equal((await problemOf(refused)).status, 503);
  assert.deepEqual([server.registry.opened, server.registry.refused], [2, 1]);
  await streams[0].body!.cancel();
  const third = await server.get("/stream");
  assert.equal(third.status, 200);
  for (const { body } of [streams[1], third]) await body!.cancel();
  assert.equal(server.registry.count, 0);
  server.close();
});

Deno.test("GET /stream: a viewer that leaves midway is forgotten, and the loop sleeps", async () => {
  const server = await WatchServer.start(screenful());
  const reading = new Reading(server, await server.get("/stream"));
  await reading.readUntil((client) => client.updates.length === 1);
  assert.equal(server.registry.count, 1);
  assert.equal(server.rig.loop.stats().sleeping, false);
  // A read is under way, waiting for something to happen.
  const last = reading.reader.read();
  await reading.reader.cancel();
  assert.equal((await last).done, true);
  assert.equal(server.registry.count, 0);
  assert.equal(server.rig.loop.stats().sleeping, true);
  server.close();
});

Deno.test("GET /stream: a viewer that leaves before anything was read is forgotten, too", async () => {
  const server = await WatchServer.start(screenful());
  const response = await server.get("/stream");
  assert.equal(server.registry.count, 1);
  await response.body!.cancel();
  assert.equal(server.registry.count, 0);
  server.close();
});

Deno.test("GET /stream ends with a bye when an administrator disconnects it", async () => {
  const server = await WatchServer.start(screenful());
  const reading = new Reading(server, await server.get("/stream"));
  await reading.readUntil((client) => client.updates.length === 1);
  const [{ id }] = server.registry.list();
  assert.equal(server.registry.disconnect("nobody"), false);
  assert.equal(server.registry.disconnect(id), true);
  while (await reading.read());
  assert.deepEqual(reading.client.byes.map(({ code }) => code), [1]);
  assert.equal(server.registry.count, 0);
  server.close();
});

Deno.test("GET /stream ends with a bye at shutdown, for which the registry waits", async () => {
  const server = await WatchServer.start(screenful());
  const readings = [
    new Reading(server, await server.get("/stream")),
    new Reading(server, await server.get("/stream")),
  ];
  for (const reading of readings) {
    await reading.readUntil((client) => client.updates.length === 1);
  }
  const ended = server.registry.endAll("closing", 60_000);
  for (const reading of readings) {
    while (await reading.read());
    assert.deepEqual(reading.client.byes, [{ code: 0, text: "closing" }]);
  }
  await ended;
  server.close();
});

Deno.test("GET /stream: a viewer that does not read costs nothing more, and comes back with one catch-up", async () => {
  const ring = { maxBytes: 2_000_000, maxMs: 60_000 };
  const server = await WatchServer.start(screenful(), { ring });
  const { rig, registry } = server;
  const slow = new Reading(server, await server.get("/stream"));
  await slow.readUntil((client) => client.updates.length === 1);
  const before = registry.list()[0];

  const random = new Random(2);
  for (let i = 0; i < 60; i++) {
    const frame = copyFrame(rig.screen.frame);
    paint(random, frame, { x: 64, y: 64, w: 128, h: 100 }, "noise");
    rig.screen.show(frame);
    await rig.tick();
    await setImmediate();
    assert.ok(rig.ring.stats().bytes <= ring.maxBytes);
  }
  // The loop went on; nothing was taken from the ring for this viewer meanwhile.
  assert.ok(rig.ring.end > 60);
  assert.ok(rig.ring.start > 1);
  const { lagMs, ...meanwhile } = registry.list()[0];
  assert.deepEqual({ ...meanwhile, lagMs: before.lagMs }, before);
  assert.ok(lagMs! > 1500, `it lags ${lagMs} ms`);

  await slow.readUntil((client) => client.decoder.seq === rig.loop.stats().seq);
  rig.assertShows(slow.client);
  const { catchUps, bytes } = registry.list()[0];
  assert.equal(catchUps, 1);
  assert.ok(bytes - before.bytes < 200_000, `${bytes - before.bytes} bytes to come back`);
  assert.equal(slow.client.updates.length, 2);
  await slow.reader.cancel();
  server.close();
});

Deno.test("GET /stream breaks off when capture does, and the viewer is forgotten", async () => {
  const server = await WatchServer.start(screenful());
  server.rig.join = () => Promise.reject(new Error("the Worker died"));
  const response = await server.get("/stream");
  const reader = response.body!.getReader();
  await reader.read();
  await assert.rejects(() => reader.read(), /the Worker died/);
  assert.equal(server.registry.count, 0);
  server.close();
});

Deno.test("GET /stream: the registry shows what each viewer has", async () => {
  const server = await WatchServer.start(screenful());
  const reading = new Reading(server, await server.get("/stream", { "user-agent": "a test" }));
  await reading.readUntil((client) => client.updates.length === 1);
  const [{ id, since, ...viewer }] = server.registry.list();
  assert.match(id, /^[0-9a-f]{8}$/);
  assert.ok(since <= server.rig.clock.wall());
  assert.deepEqual(viewer, {
    source: "screen",
    transport: "stream",
    remote: "127.0.0.1:50000",
    userAgent: "a test",
    seq: reading.client.decoder.seq,
    bytes: reading.client.bytes,
    messages: 1,
    catchUps: 0,
    lagMs: 0,
    link: null,
  });
  await reading.reader.cancel();
  server.close();
});
