import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { setImmediate } from "node:timers/promises";
import { assertSamePixels } from "../helpers/capture_rig.ts";
import { TileHasher } from "../../public/decoder/tile_hash.js";
import { copyFrame, type Frame, paint, randomFrame, rgbaOf } from "../helpers/frames.ts";
import { Random } from "../helpers/random.ts";
import { type Png, readPng } from "../helpers/png.ts";
import { WatchServer } from "../helpers/watch_server.ts";
import { problemOf } from "./fakes.ts";

/** What an event's JSON may have; each test says what of it must be there. */
interface EventData {
  readonly seq: number;
  readonly t: number;
  readonly width: number;
  readonly height: number;
  readonly keyframe: boolean;
  readonly patches: { x: number; y: number; w: number; h: number; png: string }[];
  readonly text?: string;
  readonly tiles?: string;
}

interface SseEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: EventData;
}

/** Reads events the way that an EventSource does, and draws what they say. */
class Listener {
  readonly #server: WatchServer;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";
  canvas: Png | undefined;
  lastId: string | undefined;

  constructor(server: WatchServer, response: Response) {
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    this.#server = server;
    this.#reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The next event; `undefined` at the end. */
  async next(): Promise<SseEvent | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        return parseEvent(block);
      }
      const { done, value } = await this.#server.during(this.#reader.read());
      if (done) return undefined;
      this.#text += value.replaceAll("\r\n", "\n");
    }
  }

  /** The next event of that name; others before it are passed over. */
  async nextOf(name: string): Promise<SseEvent> {
    for (;;) {
      const event = await this.next();
      assert.ok(event, `the stream ended before a ${name}`);
      if (event.event === name) return event;
    }
  }

  /** The next update, drawn. */
  async nextUpdate(): Promise<SseEvent> {
    const update = await this.nextOf("message");
    const { width, height, patches } = update.data;
    if (this.canvas?.width !== width || this.canvas?.height !== height) {
      this.canvas = { width, height, rgba: new Uint8Array(width * height * 4) };
    }
    for (const { x, y, w, h, png } of patches) {
      const image = readPng(Buffer.from(png, "base64"));
      assert.deepEqual([image.width, image.height], [w, h]);
      for (let row = 0; row < h; row++) {
        const from = image.rgba.subarray(row * w * 4, (row + 1) * w * 4);
        this.canvas.rgba.set(from, ((y + row) * width + x) * 4);
      }
    }
    this.lastId = update.id;
    return update;
  }

  assertShows(frame: Frame): void {
    assertSamePixels(this.canvas!.rgba, rgbaOf(frame), frame.width);
  }

  /** Checks that what was drawn is what a check says. */
  assertMatches(check: SseEvent): void {
    const { width, height, rgba } = this.canvas!;
    const rows = (y: number, h: number) =>
      new Uint8ClampedArray(rgba.buffer, y * width * 4, h * width * 4);
    const hashes = new TileHasher().hash({ width, height }, rows);
    assert.deepEqual(Buffer.from(check.data.tiles!, "base64"), Buffer.from(hashes.buffer));
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

function parseEvent(block: string): SseEvent {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    const [, name, value] = /^([a-z]*): ?(.*)$/.exec(line) ?? assert.fail(`no SSE: ${line}`);
    fields.set(name, value);
  }
  const data = fields.get("data");
  return {
    event: fields.get("event") ?? (data === undefined ? "comment" : "message"),
    id: fields.get("id"),
    data: JSON.parse(data ?? "{}"),
  };
}

function screenful(seed = 1): Frame {
  return randomFrame(new Random(seed), { width: 130, height: 70 }, "mixed");
}

function touched(frame: Frame, seed: number): Frame {
  const next = copyFrame(frame);
  paint(new Random(seed), next, { x: 10 + seed, y: 20, w: 15, h: 9 }, "noise");
  return next;
}

Deno.test("GET /events begins with a keyframe: one PNG that is the screen", async () => {
  const server = await WatchServer.start(screenful());
  const listener = new Listener(server, await server.get("/events"));
  const { id, data } = await listener.nextUpdate();
  assert.deepEqual(Object.keys(data).sort(), [
    "height",
    "keyframe",
    "patches",
    "seq",
    "t",
    "width",
  ]);
  assert.deepEqual([data.width, data.height, data.keyframe], [130, 70, true]);
  assert.equal(id, `${data.seq}`);
  assert.equal(data.seq, server.rig.loop.stats().seq);
  assert.ok(data.t >= 1_767_225_600_000 && data.t <= server.rig.clock.wall());
  assert.equal(data.patches.length, 1);
  assert.deepEqual(Object.keys(data.patches[0]).sort(), ["h", "png", "w", "x", "y"]);
  listener.assertShows(server.rig.screen.frame);
  await listener.cancel();
  server.close();
});

Deno.test("GET /events: patches drawn in order are the screen, over changes and a resize", async () => {
  const server = await WatchServer.start(screenful());
  const { screen } = server.rig;
  const listener = new Listener(server, await server.get("/events"));
  await listener.nextUpdate();
  let seq = Number(listener.lastId);
  for (let i = 0; i < 5; i++) {
    screen.show(touched(screen.frame, i));
    const { data } = await listener.nextUpdate();
    assert.ok(data.seq > seq);
    assert.equal(data.keyframe, false);
    seq = data.seq;
    listener.assertShows(screen.frame);
  }
  screen.show(randomFrame(new Random(9), { width: 33, height: 100 }, "text"));
  const { data } = await listener.nextUpdate();
  assert.deepEqual([data.width, data.height, data.keyframe], [33, 100, true]);
  listener.assertShows(screen.frame);
  await listener.cancel();
  server.close();
});

Deno.test("GET /events: a second viewer has the same screen", async () => {
  const server = await WatchServer.start(screenful());
  const { screen } = server.rig;
  const one = new Listener(server, await server.get("/events"));
  await one.nextUpdate();
  screen.show(touched(screen.frame, 1));
  await one.nextUpdate();
  const other = new Listener(server, await server.get("/events"));
  await other.nextUpdate();
  other.assertShows(screen.frame);
  screen.show(touched(screen.frame, 2));
  await one.nextUpdate();
  await other.nextUpdate();
  assert.equal(one.lastId, other.lastId);
  one.assertShows(screen.frame);
  other.assertShows(screen.frame);
  await one.cancel();
  await other.cancel();
  server.close();
});

Deno.test("GET /events with Last-Event-ID goes on behind it; with one that is gone, with a keyframe", async () => {
  const server = await WatchServer.start(screenful());
  const { screen } = server.rig;
  const stays = new Listener(server, await server.get("/events"));
  await stays.nextUpdate();
  screen.show(touched(screen.frame, 1));
  const { id } = await stays.nextUpdate();
  screen.show(touched(screen.frame, 2));
  const newest = await stays.nextUpdate();

  const resumed = new Listener(server, await server.get("/events", { "last-event-id": id! }));
  const { data } = await resumed.nextUpdate();
  assert.deepEqual([data.seq, data.keyframe], [newest.data.seq, false]);
  await resumed.cancel();

  for (const gone of ["1", "no number", "-5"]) {
    const listener = new Listener(server, await server.get("/events", { "last-event-id": gone }));
    const { data } = await listener.nextUpdate();
    assert.equal(data.keyframe, true);
    listener.assertShows(screen.frame);
    await listener.cancel();
  }
  await stays.cancel();
  server.close();
});

Deno.test("GET /events with Last-Event-ID of before a change of masks: a keyframe, and nothing unmasked", async () => {
  const server = await WatchServer.start(screenful());
  const { screen, loop } = server.rig;
  const stays = new Listener(server, await server.get("/events"));
  await stays.nextUpdate();
  screen.show(touched(screen.frame, 1));
  const { id } = await stays.nextUpdate();
  // What is to be masked is among what a viewer that resumes has missed.
  screen.show(touched(screen.frame, 2));
  await stays.nextUpdate();
  const masks = [{ x: 0, y: 0, w: 130, h: 70 }];
  await server.during(loop.change({ ...loop.settings, masks }));
  await stays.nextUpdate();
  const black = new Uint8Array(130 * 70 * 4).map((_, i) => i % 4 === 3 ? 255 : 0);
  assertSamePixels(stays.canvas!.rgba, black, 130);

  const resumed = new Listener(server, await server.get("/events", { "last-event-id": id! }));
  const { data } = await resumed.nextUpdate();
  assert.equal(data.keyframe, true);
  assertSamePixels(resumed.canvas!.rgba, black, 130);
  await resumed.cancel();
  await stays.cancel();
  server.close();
});

Deno.test("GET /events tells of the pointer and of the source's state by events of their own", async () => {
  const server = await WatchServer.start(screenful());
  const { screen } = server.rig;
  const listener = new Listener(server, await server.get("/events"));
  await listener.nextUpdate();
  const shape = { width: 1, height: 1, hotX: 0, hotY: 0, rgba: new Uint8Array([1, 2, 3, 4]) };
  screen.moveCursor({ visible: true, x: 5, y: 6, shape });
  const cursor = await listener.nextOf("cursor");
  assert.deepEqual(cursor.data, {
    visible: true,
    x: 5,
    y: 6,
    shape: { width: 1, height: 1, hotX: 0, hotY: 0, rgba: "AQIDBA==" },
  });
  screen.fault = "unplugged";
  const state = await listener.nextOf("state");
  assert.deepEqual(state.data, { state: "lost", text: "unplugged" });
  await listener.cancel();
  server.close();
});

Deno.test("GET /events tells some seconds after somebody came what canvases look like", async () => {
  const server = await WatchServer.start(screenful());
  const { screen } = server.rig;
  const one = new Listener(server, await server.get("/events"));
  await one.nextUpdate();
  screen.show(touched(screen.frame, 1));
  await one.nextUpdate();
  one.assertMatches(await one.nextOf("check"));
  const other = new Listener(server, await server.get("/events"));
  await other.nextUpdate();
  screen.show(touched(screen.frame, 2));
  await one.nextUpdate();
  await other.nextUpdate();
  one.assertMatches(await one.nextOf("check"));
  other.assertMatches(await other.nextOf("check"));
  await one.cancel();
  await other.cancel();
  server.close();
});

Deno.test("GET /events ends with a bye when an administrator disconnects it", async () => {
  const server = await WatchServer.start(screenful());
  const listener = new Listener(server, await server.get("/events"));
  await listener.nextUpdate();
  const [{ id, transport }] = server.registry.list();
  assert.equal(transport, "events");
  server.registry.disconnect(id);
  const bye = await listener.nextOf("bye");
  assert.equal(bye.data.text, "disconnected by an administrator");
  assert.equal(await listener.next(), undefined);
  assert.equal(server.registry.count, 0);
  server.close();
});

Deno.test("GET /events: a viewer that leaves is forgotten, and the loop sleeps; the next one is served", async () => {
  const server = await WatchServer.start(screenful());
  for (let i = 0; i < 3; i++) {
    server.rig.screen.show(screenful(i));
    const listener = new Listener(server, await server.get("/events"));
    await listener.nextUpdate();
    listener.assertShows(server.rig.screen.frame);
    assert.equal(server.registry.count, 1);
    await listener.cancel();
    // The news of it passes through the streams between.
    for (let turn = 0; turn < 100 && server.registry.count > 0; turn++) await setImmediate();
    assert.equal(server.registry.count, 0);
    await server.rig.run(300);
    assert.equal(server.rig.loop.stats().sleeping, true);
  }
  server.close();
});

Deno.test("GET /events turns away one viewer too many", async () => {
  const server = await WatchServer.start(screenful(), { maxViewers: 1 });
  const stream = await server.get("/stream");
  const refused = await server.get("/events");
  assert.equal(refused.headers.get("retry-after"), "10");
  assert.equal((await problemOf(refused)).status, 503);
  await stream.body!.cancel();
  server.close();
});
