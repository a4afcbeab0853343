/** The cursor of a viewer that acknowledges: when it is held back, and what it gets then. */
import assert from "node:assert/strict";
import { START_BYTES } from "../../capture/link_window.ts";
import { CaptureRig, type RigViewer } from "../helpers/capture_rig.ts";
import { changed, copyFrame, paint, randomFrame } from "../helpers/frames.ts";
import { Random } from "../helpers/random.ts";

const SCREEN = { width: 640, height: 480 };

async function rigWith(kind: "text" | "noise" = "text") {
  const random = new Random(1);
  const rig = await CaptureRig.start(randomFrame(random, SCREEN, kind));
  /** A small change. */
  const spot = async () => {
    const next = changed(random, rig.screen.frame, "spot");
    rig.screen.show(next.frame, next.damage);
    await rig.tick();
  };
  /** A change of about `3 * side * side` bytes that nothing can shrink. */
  const noise = async (side = 128) => {
    const frame = copyFrame(rig.screen.frame);
    paint(random, frame, { x: 64, y: 64, w: side, h: side }, "noise");
    rig.screen.show(frame);
    await rig.tick();
  };
  return { rig, spot, noise };
}

function shown(viewer: RigViewer): number {
  return viewer.client.decoder.seq!;
}

Deno.test("ViewerCursor holds back a viewer whose window is full, until it acknowledges", async () => {
  const { rig, noise } = await rigWith();
  const viewer = rig.watch();
  await rig.tick();
  assert.equal(viewer.cursor.link, null);
  assert.equal(viewer.cursor.acknowledge(0, 0), "taken");
  for (let i = 0; i < 10; i++) await noise();
  const { windowBytes, unacknowledgedBytes, heldBack } = viewer.cursor.link!;
  assert.equal(windowBytes, START_BYTES);
  assert.ok(unacknowledgedBytes >= START_BYTES);
  assert.ok(unacknowledgedBytes < START_BYTES + 60_000, `${unacknowledgedBytes} bytes`);
  assert.equal(heldBack, 1);
  const { seq, lagMs } = viewer.cursor;
  assert.equal(seq, shown(viewer));
  assert.ok(lagMs > 0);

  assert.equal(viewer.cursor.acknowledge(seq!, 0), "taken");
  await rig.run(300);
  rig.assertShows(viewer.client);
  assert.equal(viewer.cursor.acknowledge(shown(viewer), 0), "taken");
  assert.equal(viewer.cursor.lagMs, 0);
  assert.equal(viewer.cursor.link!.seq, shown(viewer));
  assert.equal(viewer.cursor.link!.unacknowledgedBytes, 0);
  rig.close();
});

Deno.test("ViewerCursor: nobody else notices a viewer that is held back", async () => {
  const { rig, noise } = await rigWith();
  const slow = rig.watch();
  const silent = rig.watch();
  await rig.tick();
  slow.cursor.acknowledge(0, 0);
  for (let i = 0; i < 10; i++) {
    await noise();
    rig.assertShows(silent.client);
  }
  assert.equal(silent.cursor.catchUps, 0);
  assert.equal(silent.client.updates.length, 11);
  rig.close();
});

Deno.test("ViewerCursor: what was held back comes update by update while it is smaller than a catch-up", async () => {
  const { rig, noise, spot } = await rigWith("noise");
  const viewer = rig.watch();
  await rig.tick();
  viewer.cursor.acknowledge(0, 0);
  // The first picture alone fills the window.
  assert.ok(viewer.cursor.bytes > START_BYTES);
  for (let i = 0; i < 5; i++) await spot();
  assert.equal(viewer.client.updates.length, 1);
  await noise(64);
  viewer.cursor.acknowledge(shown(viewer), 0);
  await rig.run();
  rig.assertShows(viewer.client);
  assert.equal(viewer.cursor.catchUps, 0);
  assert.equal(viewer.client.updates.length, 7);
  rig.close();
});

Deno.test("ViewerCursor: a backlog larger than a catch-up becomes one", async () => {
  const { rig, noise } = await rigWith();
  const viewer = rig.watch();
  await rig.tick();
  viewer.cursor.acknowledge(0, 0);
  // The window, and then more than a whole picture.
  for (let i = 0; i < 20; i++) await noise();
  const held = viewer.client.updates.length;
  viewer.cursor.acknowledge(shown(viewer), 0);
  await rig.run(300);
  rig.assertShows(viewer.client);
  assert.equal(viewer.cursor.catchUps, 1);
  assert.equal(viewer.client.updates.length, held + 1);
  // From then on it is in sync again.
  viewer.cursor.acknowledge(shown(viewer), 0);
  await noise(32);
  rig.assertShows(viewer.client);
  assert.equal(viewer.cursor.catchUps, 1);
  rig.close();
});

Deno.test("ViewerCursor: in sync, an update larger than any catch-up is sent as it is", async () => {
  const { rig, noise, spot } = await rigWith();
  const viewer = rig.watch();
  await rig.tick();
  viewer.cursor.acknowledge(0, 0);
  for (let i = 0; i < 3; i++) {
    await noise(200);
    viewer.cursor.acknowledge(shown(viewer), 0);
  }
  await spot();
  assert.equal(viewer.cursor.catchUps, 0);
  assert.equal(viewer.client.updates.length, 5);
  rig.close();
});

Deno.test("ViewerCursor: a held back viewer can be told goodbye", async () => {
  const { rig, noise } = await rigWith();
  const viewer = rig.watch();
  await rig.tick();
  viewer.cursor.acknowledge(0, 0);
  for (let i = 0; i < 10; i++) await noise();
  viewer.cursor.end("shutdown", "good night");
  await rig.run();
  assert.deepEqual(viewer.client.byes, [{ code: 0, text: "good night" }]);
  assert.equal(viewer.ended, true);
  rig.close();
});

Deno.test("ViewerCursor.acknowledge() takes the hello once, and refuses what was never sent", async () => {
  const { rig, spot } = await rigWith();
  const viewer = rig.watch();
  assert.equal(viewer.cursor.acknowledge(0, 0), "old");
  await rig.tick();
  assert.equal(viewer.cursor.acknowledge(shown(viewer) + 1, 0), "ahead");
  assert.equal(viewer.cursor.link, null);
  assert.equal(viewer.cursor.acknowledge(0, 0), "taken");
  assert.equal(viewer.cursor.acknowledge(0, 0), "old");
  const first = shown(viewer);
  await spot();
  assert.equal(viewer.cursor.acknowledge(shown(viewer), 0), "taken");
  assert.equal(viewer.cursor.acknowledge(first, 0), "old");
  rig.close();
});

Deno.test("ViewerCursor.acknowledge() takes what a viewer has from before, if it missed nothing", async () => {
  const { rig, spot } = await rigWith();
  const viewer = rig.watch();
  await rig.tick();
  rig.leave(viewer);
  const again = rig.watch(viewer.client, true);
  await rig.tick();
  assert.equal(again.client.updates.length, 1);
  assert.equal(again.cursor.acknowledge(0, 0), "taken");
  assert.equal(again.cursor.acknowledge(shown(again) + 1, 0), "ahead");
  assert.equal(again.cursor.acknowledge(shown(again), 0), "taken");
  assert.equal(again.cursor.link!.seq, shown(again));
  assert.equal(again.cursor.link!.unacknowledgedBytes, 0);
  await spot();
  rig.assertShows(again.client);
  assert.equal(again.cursor.acknowledge(shown(again), 0), "taken");
  rig.close();
});

Deno.test("ViewerCursor.lagMs of a viewer that says nothing counts from what it was not handed", async () => {
  const { rig, spot } = await rigWith();
  const viewer = rig.watch();
  await rig.tick();
  assert.equal(viewer.cursor.lagMs, 0);
  viewer.stalled = true;
  await spot();
  await spot();
  const since = rig.clock.wall();
  await spot();
  await rig.run(1000);
  assert.ok(viewer.cursor.lagMs >= rig.clock.wall() - since, `${viewer.cursor.lagMs} ms`);
  rig.close();
});
