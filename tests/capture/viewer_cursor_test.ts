import assert from "node:assert/strict";
import type { Rect } from "../../capture/geometry.ts";
import { mergeRects } from "../../capture/merge.ts";
import { Ring } from "../../capture/ring.ts";
import { ViewerCursor } from "../../capture/viewer_cursor.ts";
import { CaptureRig, FIRST, type RigViewer } from "../helpers/capture_rig.ts";
import { Client } from "../helpers/client.ts";
import { blankFrame, changed, copyFrame, paint, randomFrame } from "../helpers/frames.ts";
import { Random } from "../helpers/random.ts";

const SCREEN = { width: 400, height: 300 };

/** A screen with an epoch in which `client`'s last update lies; nobody else watches unless told. */
async function rigWith(seed = 1, ring?: { maxBytes: number; maxMs: number }) {
  const random = new Random(seed);
  const rig = await CaptureRig.start(randomFrame(random, SCREEN, "text"), { ring });
  /** A small change with colours of its own. */
  const spot = async () => {
    const next = changed(random, rig.screen.frame, "spot");
    rig.screen.show(next.frame, next.damage);
    await rig.tick();
  };
  return { rig, random, spot };
}

/** Lets a viewer miss more than it may. */
async function fallBehind(viewer: RigViewer, rig: CaptureRig, random: Random): Promise<void> {
  viewer.stalled = true;
  for (let i = 0; i < 4; i++) {
    const frame = copyFrame(rig.screen.frame);
    paint(random, frame, { x: 100, y: 100, w: 128, h: 128 }, "noise");
    rig.screen.show(frame);
    await rig.run(200);
  }
}

Deno.test("ViewerCursor.next() greets, then gives a newcomer a keyframe", async () => {
  const { rig } = await rigWith();
  const { client } = rig.watch();
  await rig.tick();
  assert.deepEqual(client.hellos, [
    { width: 400, height: 300, source: "fake", viewer: "v", heartbeatMs: 2000 },
  ]);
  assert.equal(client.updates.length, 1);
  assert.equal(client.updates[0].keyframe, true);
  assert.deepEqual(client.place, { seq: FIRST.seq + 1, epoch: FIRST.epoch + 1 });
  rig.close();
});

Deno.test("ViewerCursor: viewers in sync get the same bytes, the same object", async () => {
  const { rig, spot } = await rigWith();
  const one = rig.watch();
  const other = rig.watch();
  await rig.tick();
  await spot();
  assert.equal(one.parts!.length, 1);
  assert.equal(one.parts![0], other.parts![0]);
  assert.equal(one.parts![0], rig.chunks.at(-1)!.stream);
  rig.close();
});

Deno.test("ViewerCursor: a newcomer uses the running epoch's keyframe while it is near", async () => {
  const { rig, spot } = await rigWith();
  rig.watch();
  await spot();
  const epochs = rig.loop.stats().epochs;
  const { client } = rig.watch();
  await rig.run();
  rig.assertShows(client);
  assert.equal(rig.loop.stats().epochs, epochs);
  rig.close();
});

Deno.test("ViewerCursor: a large keyframe that has long been sent is still a way in", async () => {
  const random = new Random(5);
  const rig = await CaptureRig.start(randomFrame(random, SCREEN, "noise"));
  rig.watch();
  await rig.tick();
  assert.ok(rig.chunks[0].stream.length > 128 * 1024);
  await rig.run(1500);
  const newcomer = rig.watch();
  await rig.run();
  rig.assertShows(newcomer.client);
  assert.equal(newcomer.cursor.catchUps, 0);
  rig.close();
});

Deno.test("ViewerCursor: a newcomer gets in when the ring has dropped the epoch's keyframe", async () => {
  const { rig } = await rigWith(1, { maxBytes: 1e8, maxMs: 5000 });
  rig.watch();
  // Heartbeats only: the epoch stays short, and its keyframe grows old.
  await rig.run(10_000);
  assert.ok(rig.ring.start > 0);
  const newcomer = rig.watch();
  await rig.run(250);
  rig.assertShows(newcomer.client);
  rig.close();
});

Deno.test("ViewerCursor: who resumes gets what was missed, no keyframe", async () => {
  const { rig, spot } = await rigWith();
  rig.watch();
  const first = rig.watch();
  const { client } = first;
  await rig.tick();
  rig.leave(first);
  for (let i = 0; i < 3; i++) await spot();
  const keyframes = client.updates.filter(({ keyframe }) => keyframe).length;
  rig.watch(client, true);
  await rig.run(300);
  rig.assertShows(client);
  assert.equal(client.updates.filter(({ keyframe }) => keyframe).length, keyframes);
  await spot();
  rig.assertShows(client);
  rig.close();
});

Deno.test("ViewerCursor: who resumes and missed nothing hears of what comes", async () => {
  const { rig, spot } = await rigWith();
  rig.watch();
  const client = new Client();
  const first = rig.watch(client);
  await rig.tick();
  rig.leave(first);
  rig.watch(client, true);
  await rig.run(2500);
  assert.equal(client.heartbeats.length, 1);
  await spot();
  rig.assertShows(client);
  rig.close();
});

Deno.test("ViewerCursor: who left on a bridge resumes with the right palette", async () => {
  const { rig, random, spot } = await rigWith(3);
  rig.watch();
  const late = new Client();
  const slow = rig.watch(late);
  await rig.tick();
  await fallBehind(slow, rig, random);
  for (let i = 0; i < 3; i++) await spot();
  slow.stalled = false;
  await rig.run(260);
  assert.equal(slow.cursor.catchUps, 1);
  assert.equal(late.updates.at(-1)!.keyframe, false);
  rig.leave(slow);
  // A heartbeat opens the shared epoch that follows the bridge, and updates fill its palette.
  await rig.run(2500);
  for (let i = 0; i < 4; i++) await spot();
  rig.watch(late, true);
  await rig.run(300);
  rig.assertShows(late);
  rig.close();
});

Deno.test("ViewerCursor: resuming before the ring's start is one catch-up of the changed tiles", async () => {
  const { rig, spot } = await rigWith(2, { maxBytes: 1, maxMs: 1 });
  rig.watch();
  const client = new Client();
  const first = rig.watch(client);
  await rig.tick();
  rig.leave(first);
  for (let i = 0; i < 3; i++) await spot();
  rig.watch(client, true);
  await rig.run(300);
  rig.assertShows(client);
  const { keyframe, seq } = client.updates.at(-1)!;
  assert.deepEqual([keyframe, seq], [false, FIRST.seq + 4]);
  assert.equal(client.updates.length, 2);
  rig.close();
});

Deno.test("ViewerCursor: a seq of the future, or of long ago, is answered with a keyframe", async () => {
  for (const seq of [0, FIRST.seq + 1000, Number.MAX_SAFE_INTEGER]) {
    const { rig } = await rigWith();
    rig.watch();
    await rig.tick();
    const cursor = new ViewerCursor({
      form: "zstd",
      ring: rig.ring,
      capture: rig,
      hello: () => rig.hello("v"),
      resume: { seq, epoch: FIRST.epoch + 1 },
      now: rig.clock.wall,
    });
    const client = new Client();
    for (const part of (await cursor.next())!) client.receive(part);
    const joining = cursor.next();
    await rig.run(300);
    for (const part of (await joining)!) client.receive(part);
    rig.assertShows(client);
    assert.equal(client.updates[0].keyframe, true);
    rig.close();
  }
});

Deno.test("ViewerCursor: a viewer that stalls over much change gets one catch-up", async () => {
  const { rig, random, spot } = await rigWith();
  const slow = rig.watch();
  const live = rig.watch();
  await rig.tick();
  await fallBehind(slow, rig, random);
  slow.stalled = false;
  await rig.run(300);
  rig.assertShows(slow.client);
  assert.equal(slow.cursor.catchUps, 1);
  // The keyframe, what had been handed over before the stall, and the catch-up.
  assert.ok(slow.client.updates.length <= 3, `${slow.client.updates.length} updates`);
  assert.equal(slow.client.updates.at(-1)!.keyframe, false);
  assert.equal(live.client.updates.length, 5);
  await spot();
  rig.assertShows(slow.client);
  rig.close();
});

Deno.test("ViewerCursor: a viewer that fell behind gets in while every tick is a keyframe", async () => {
  const { rig, random } = await rigWith();
  rig.loop.change({ ...rig.loop.settings, keyframeIntervalMs: 1 });
  const slow = rig.watch();
  await rig.tick();
  await fallBehind(slow, rig, random);
  slow.stalled = false;
  await rig.run(1000);
  assert.equal(slow.cursor.catchUps, 1);
  rig.assertShows(slow.client);
  rig.close();
});

Deno.test("ViewerCursor: a catch-up of many scattered tiles is what decoders take", async () => {
  const across = 12;
  const tiles = across * 13;
  const random = new Random(6);
  const ring = { maxBytes: 1, maxMs: 1 };
  const size = { width: across * 64, height: tiles / across * 64 };
  const rig = await CaptureRig.start(randomFrame(random, size, "solid"), { ring });
  const slow = rig.watch();
  rig.watch();
  await rig.tick();
  slow.stalled = true;
  const changed = scatteredRects(random, tiles, across);
  // The first change still reaches the viewer's hands; then four updates of which none has neighbours,
  // so that nothing is merged in them.
  const parity = ({ x, y }: Rect) => (x / 64) % 2 + 2 * ((y / 64) % 2);
  const groups = [0, 1, 2, 3].map((group) => changed.filter((rect) => parity(rect) === group));
  for (const group of [changed.slice(0, 1), ...groups]) {
    const frame = copyFrame(rig.screen.frame);
    for (const rect of group) paint(random, frame, rect, "solid");
    rig.screen.show(frame);
    await rig.run(300);
  }
  slow.stalled = false;
  await rig.run(300);
  rig.assertShows(slow.client);
  assert.equal(slow.cursor.catchUps, 1);
  rig.close();
});

/** At most 90 % of the tiles, which, merged, have more area than all of them. */
function scatteredRects(random: Random, tiles: number, across: number): Rect[] {
  for (;;) {
    const rects: Rect[] = [];
    for (let tile = 0; tile < tiles; tile++) {
      const rect = { x: (tile % across) * 64, y: Math.floor(tile / across) * 64, w: 64, h: 64 };
      if (random.chance(0.88)) rects.push(rect);
    }
    const area = mergeRects(rects).reduce((sum, { w, h }) => sum + w * h, 0);
    if (rects.length <= 0.9 * tiles && area > 1.05 * tiles * 64 * 64) return rects;
  }
}

Deno.test("ViewerCursor: a catch-up after a resize that was seen in the stream", async () => {
  const { rig, spot } = await rigWith(4, { maxBytes: 1, maxMs: 1 });
  const slow = rig.watch();
  rig.watch();
  await rig.tick();
  rig.screen.show(randomFrame(new Random(2), { width: 500, height: 260 }, "text"));
  await rig.tick();
  rig.assertShows(slow.client);
  slow.stalled = true;
  for (let i = 0; i < 4; i++) await spot();
  slow.stalled = false;
  await rig.run(300);
  rig.assertShows(slow.client);
  assert.equal(slow.client.updates.at(-1)!.keyframe, false);
  rig.close();
});

Deno.test("ViewerCursor: resuming across a resize", async () => {
  const { rig } = await rigWith();
  rig.watch();
  const client = new Client();
  const first = rig.watch(client);
  await rig.tick();
  rig.leave(first);
  rig.screen.show(randomFrame(new Random(2), { width: 33, height: 77 }, "mixed"));
  await rig.tick();
  rig.watch(client, true);
  await rig.run(300);
  rig.assertShows(client);
  rig.close();
});

Deno.test("ViewerCursor.end() says bye once and then nothing", async () => {
  const { rig } = await rigWith();
  const viewer = rig.watch();
  await rig.tick();
  viewer.cursor.end("shutdown", "good night");
  viewer.cursor.end("fault", "too late");
  await rig.run();
  assert.deepEqual(viewer.client.byes, [{ code: 0, text: "good night" }]);
  assert.equal(viewer.ended, true);
  assert.equal(await viewer.cursor.next(), undefined);
  rig.close();
});

Deno.test("ViewerCursor counts the bytes that it hands over", async () => {
  const { rig, spot } = await rigWith();
  const { cursor, client } = rig.watch();
  await rig.tick();
  await spot();
  assert.equal(cursor.bytes, client.bytes);
  assert.equal(cursor.seq, client.decoder.seq);
  assert.equal(cursor.chunks, 2);
  rig.close();
});

Deno.test("ViewerCursor in the form `messages` gives the stream without zstd", async () => {
  const { rig } = await rigWith();
  const cursor = new ViewerCursor({
    form: "messages",
    ring: rig.ring,
    capture: rig,
    hello: () => rig.hello("v"),
    resume: undefined,
    now: rig.clock.wall,
  });
  const client = new Client();
  for (let i = 0; i < 3; i++) {
    const next = cursor.next();
    await rig.run(200);
    for (const part of (await next)!) client.decoder.push(part);
  }
  rig.assertShows(client);
  rig.close();
});

Deno.test("ViewerCursor hands over at most 256 KB at a time, and a chunk", async () => {
  const ring = new Ring({ maxBytes: 1e9, maxMs: 1e9 });
  const chunkBytes = 100 * 1024;
  for (let index = 0; index < 20; index++) {
    const stream = new Uint8Array(chunkBytes);
    const messages = new Uint8Array(1);
    const startsEpoch = index === 0;
    ring.push({
      index,
      seq: index,
      epoch: 1,
      startsEpoch,
      resizes: undefined,
      time: 0,
      stream,
      messages,
    });
  }
  const { width, height } = blankFrame(1, 1);
  const cursor = new ViewerCursor({
    form: "zstd",
    ring,
    capture: {
      join: () =>
        Promise.resolve({
          index: 0,
          seq: null,
          width,
          height,
          bytes: new Uint8Array(1),
          keyframe: true,
        }),
    },
    hello: () => ({ width, height, source: "s", viewer: "v", heartbeatMs: 1 }),
    resume: undefined,
    now: () => 0,
  });
  await cursor.next();
  await cursor.next();
  const batch = (await cursor.next())!;
  assert.equal(batch.length, 3);
  assert.ok(batch.every((bytes) => bytes.length === chunkBytes));
});
