import assert from "node:assert/strict";
import { assertSamePixels } from "../helpers/capture_rig.ts";
import { copyFrame, type Frame, paint, randomFrame, rgbaOf } from "../helpers/frames.ts";
import { fromHex } from "../helpers/hex.ts";
import { Random } from "../helpers/random.ts";
import { SliceReceiver } from "../helpers/slice_receiver.ts";
import { SlicesServer } from "../helpers/slices_server.ts";
import { problemOf } from "./fakes.ts";

function screenful(seed = 1): Frame {
  return randomFrame(new Random(seed), { width: 130, height: 70 }, "mixed");
}

function touched(frame: Frame, seed: number): Frame {
  const next = copyFrame(frame);
  paint(new Random(seed), next, { x: 10 + seed, y: 20, w: 15, h: 9 }, "noise");
  return next;
}

/** A client that reads the body of a response. */
class Listener extends SliceReceiver {
  readonly #server: SlicesServer;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(server: SlicesServer, response: Response, identity?: Uint8Array) {
    super(identity);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "application/octet-stream");
    this.#server = server;
    this.#reader = response.body!.getReader();
  }

  /** Reads the next packet; false at the end. */
  async next(): Promise<boolean> {
    for (;;) {
      const { done, value } = await this.#server.during(this.#reader.read());
      if (done) return false;
      if (this.receive(value) > 0) return true;
    }
  }

  /** Reads until it shows `frame`. */
  async untilShows(frame: Frame): Promise<void> {
    while (!this.shows(frame)) assert.ok(await this.next(), "the stream has ended");
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

Deno.test("GET /stream/slices: the whole picture, then what changes", async () => {
  const server = await SlicesServer.start(screenful());
  const listener = new Listener(server, await server.get("/stream/slices"));
  assert.ok(await listener.next());
  listener.assertShows(server.rig.screen.frame);
  for (let seed = 1; seed < 5; seed++) {
    const frame = touched(server.rig.screen.frame, seed);
    server.rig.screen.show(frame);
    await listener.untilShows(frame);
  }
  assert.deepEqual(new Set(listener.packets.slice(1).map(({ kind }) => kind)), new Set(["slices"]));
  await listener.cancel();
  server.close();
});

Deno.test("GET /stream/slices counts as a viewer until it is left", async () => {
  const server = await SlicesServer.start(screenful());
  const listener = new Listener(server, await server.get("/stream/slices"));
  await listener.next();
  assert.equal(server.viewers, 1);
  const [viewer] = server.registry.list();
  assert.deepEqual(
    [viewer.source, viewer.transport, viewer.messages, viewer.seq],
    ["screen", "slices", 1, server.rig.loop.stats().seq],
  );
  assert.ok(viewer.bytes > 500);
  await listener.cancel();
  assert.deepEqual([server.viewers, server.registry.count], [0, 0]);
  server.close();
});

Deno.test("GET /stream/slices?identity=&format=bgr puts the identity before each packet of three channels", async () => {
  const server = await SlicesServer.start(screenful());
  const identity = "00112233445566778899aabbccddeeff";
  const path = `/stream/slices?identity=${identity}&format=bgr`;
  const listener = new Listener(server, await server.get(path), fromHex(identity));
  const frame = touched(server.rig.screen.frame, 3);
  await listener.next();
  server.rig.screen.show(frame);
  await listener.untilShows(frame);
  for (const packet of listener.packets) {
    const files = packet.kind === "whole" ? [packet.png] : packet.slices.map(({ png }) => png);
    // The colour type in IHDR.
    for (const file of files) assert.equal(file[25], 2);
  }
  await listener.cancel();
  server.close();
});

Deno.test("GET /stream/slices: who reads late gets one packet with all that has changed", async () => {
  const server = await SlicesServer.start(screenful());
  const quick = new Listener(server, await server.get("/stream/slices"));
  const late = new Listener(server, await server.get("/stream/slices"));
  await quick.next();
  await late.next();
  for (let seed = 1; seed < 8; seed++) {
    const frame = touched(server.rig.screen.frame, seed);
    server.rig.screen.show(frame);
    await quick.untilShows(frame);
  }
  await late.next();
  assert.equal(late.packets.length, 2);
  assertSamePixels(late.canvas!.rgba, rgbaOf(server.rig.screen.frame), 130);
  await quick.cancel();
  await late.cancel();
  server.close();
});

Deno.test("GET /stream/slices: a new size is a whole picture", async () => {
  const server = await SlicesServer.start(screenful());
  const listener = new Listener(server, await server.get("/stream/slices"));
  await listener.next();
  const frame = randomFrame(new Random(4), { width: 60, height: 200 }, "mixed");
  server.rig.screen.show(frame);
  await listener.untilShows(frame);
  assert.equal(listener.packets.at(-1)!.kind, "whole");
  await listener.cancel();
  server.close();
});

Deno.test("GET /stream/slices ends when the server or an administrator ends it", async () => {
  const server = await SlicesServer.start(screenful());
  for (
    const end of [
      () => server.registry.disconnect(server.registry.list()[0].id),
      () => server.registry.endAll("bye", 1000),
      () => server.feeds.close("screen"),
    ]
  ) {
    const listener = new Listener(server, await server.get("/stream/slices"));
    assert.ok(await listener.next());
    const ended = end();
    while (await listener.next());
    await ended;
    assert.equal(server.registry.count, 0);
  }
  server.close();
});

Deno.test("GET /stream/slices refuses what it does not understand, and one viewer too many", async () => {
  const server = await SlicesServer.start(screenful(), 1);
  const bad = await server.get("/stream/slices?format=rgb&identity=12&fps=0");
  const { errors } = await problemOf(bad);
  assert.equal(bad.status, 400);
  assert.deepEqual(errors, [
    {
      field: "format",
      value: "rgb",
      allowed: "bgra or bgr",
      message: 'Cannot set format: got "rgb", wanted bgra or bgr',
    },
    {
      field: "identity",
      value: "12",
      allowed: "32 hexadecimal digits",
      message: 'Cannot set identity: got "12", wanted 32 hexadecimal digits',
    },
    {
      field: "fps",
      value: "0",
      allowed: "0.1 to 120",
      message: 'Cannot set fps: got "0", wanted 0.1 to 120',
    },
  ]);
  const nowhere = await problemOf(await server.get("/stream/slices?source=nowhere"));
  assert.equal(nowhere.status, 404);
  assert.equal((await server.server.request("/stream/slices")).status, 401);
  const listener = new Listener(server, await server.get("/stream/slices"));
  assert.equal((await problemOf(await server.get("/stream/slices"))).status, 503);
  await listener.cancel();
  server.close();
});
