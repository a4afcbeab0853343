/** The loop with a source that tells of news by itself: what it does then, and that it rests otherwise. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { HEARTBEAT_MS } from "../../capture/schedule.ts";
import { FULL_LOOK_MS, LONGEST_FULL_LOOK_MS } from "../../capture/look.ts";
import { CaptureRig, type RigOptions } from "../helpers/capture_rig.ts";
import { blankFrame, withPixel } from "../helpers/frames.ts";

const SIZE = [100, 80] as const;

/** A rig whose viewer has the first picture and its check, and has been quiet for a while. */
async function quietRig(settings: RigOptions["settings"] = {}) {
  const rig = await CaptureRig.start(blankFrame(...SIZE), { settings, tells: true });
  const { client } = rig.watch();
  // Between two heartbeats, and with nothing that it did a moment ago.
  await rig.run(13_100);
  return { rig, client };
}

/** Changes a pixel, and says so. */
function change(rig: CaptureRig, colour: number): void {
  const { frame } = rig.screen;
  rig.screen.show(withPixel(frame, 3, 4, colour), [{ x: 3, y: 4, w: 1, h: 1 }]);
}

Deno.test("CaptureLoop sends what the source tells of at once, whatever fps", async () => {
  for (const fps of [1, 10, 120]) {
    const { rig, client } = await quietRig({ fps });
    await rig.run(1000);
    change(rig, 0xff0000);
    await rig.run(0);
    rig.assertShows(client);
    rig.close();
  }
});

Deno.test("CaptureLoop looks twice at once after quiet, and then at the pace of fps", async () => {
  const { rig, client } = await quietRig({ fps: 25 });
  const start = rig.clock.now;
  const times: number[] = [];
  for (let now = 0; now < 1000; now++) {
    change(rig, now + 1);
    const before = client.updates.length;
    await rig.run(1);
    if (client.updates.length > before) times.push(rig.clock.now - start);
  }
  assert.deepEqual(times.slice(0, 4), [1, 2, 40, 80]);
  // One after quiet, one that is spared, and then one each 40 ms.
  assert.equal(times.length, 2 + 25);
  rig.close();
});

Deno.test("CaptureLoop never looks more often than fps allows, whatever comes when", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 120 }),
      fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 80 }),
      async (fps, pauses) => {
        const { rig, client } = await quietRig({ fps });
        const before = rig.loop.stats().ticks;
        const start = rig.clock.now;
        for (const [i, pause] of pauses.entries()) {
          change(rig, i + 1);
          await rig.run(pause);
        }
        const seconds = (rig.clock.now - start) / 1000;
        assert.ok(rig.loop.stats().ticks - before <= Math.floor(seconds * fps) + 2);
        await rig.run(2 * 1000 / fps);
        rig.assertShows(client);
        rig.close();
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("CaptureLoop asks a source that tells of nothing only now and then", async () => {
  const { rig, client } = await quietRig({ fps: 60 });
  const { polls, thoroughPolls, grabs } = rig.screen;
  const looks = grabs.length;
  const beats = client.heartbeats.length;
  await rig.run(60_000);
  const looked = rig.screen.grabs.length - looks;
  assert.ok(looked >= 5 && looked <= 60_000 / LONGEST_FULL_LOOK_MS + 1, `${looked} looks`);
  assert.equal(rig.screen.thoroughPolls - thoroughPolls, looked);
  // A heartbeat, a look: no other reason to wake up.
  const woken = rig.screen.polls - polls;
  const heartbeats = client.heartbeats.length - beats;
  assert.ok(Math.abs(heartbeats - 60_000 / HEARTBEAT_MS) <= 1, `${heartbeats} heartbeats`);
  assert.ok(woken <= heartbeats + looked + 1, `woken ${woken} times`);
  rig.close();
});

Deno.test("CaptureLoop finds what a source that tells kept quiet about: soon while the screen changes", async () => {
  const { rig, client } = await quietRig();
  change(rig, 0x00ff00);
  await rig.run(0);
  rig.screen.show(withPixel(rig.screen.frame, 50, 50, 0x0000ff), []);
  const before = client.updates.length;
  for (let ms = 0; ms < LONGEST_FULL_LOOK_MS && client.updates.length === before; ms += 10) {
    await rig.run(10);
  }
  rig.assertShows(client);
  // It lied: from now on it is not trusted for so long.
  rig.screen.show(withPixel(rig.screen.frame, 51, 51, 0x0000ff), []);
  await rig.run(FULL_LOOK_MS);
  rig.assertShows(client);
  rig.close();
});

Deno.test("CaptureLoop hears that a source that tells is lost, and that it is back", async () => {
  const { rig, client } = await quietRig();
  rig.screen.fault = "gone";
  await rig.run(0);
  assert.deepEqual(client.states.at(-1), { state: "lost", text: "gone" });
  const { polls } = rig.screen;
  await rig.run(200);
  assert.equal(rig.screen.polls, polls);
  rig.screen.fault = undefined;
  await rig.run(10_000);
  assert.equal(client.states.at(-1)!.state, "live");
  rig.assertShows(client);
  rig.close();
});

Deno.test("CaptureLoop sends the pointer of a source that tells at once, as a message of its own", async () => {
  const { rig, client } = await quietRig();
  const updates = client.updates.length;
  rig.screen.moveCursor({ visible: true, x: 7, y: 9 });
  await rig.run(0);
  assert.deepEqual(client.cursors.at(-1), { visible: true, x: 7, y: 9 });
  assert.equal(client.updates.length, updates);
  rig.close();
});

Deno.test("CaptureLoop repairs a small difference after refineAfterMs without being told", async () => {
  const { rig, client } = await quietRig({ threshold: 20, refineAfterMs: 700 });
  change(rig, 0x010101);
  await rig.run(600);
  assert.notDeepEqual(client.rgba.slice(0, 3 * 4), undefined);
  assert.equal(rig.loop.stats().deferredTiles, 1);
  await rig.run(200);
  assert.equal(rig.loop.stats().deferredTiles, 0);
  rig.assertShows(client);
  rig.close();
});

Deno.test("CaptureLoop rests while paused, and shows what changed afterwards", async () => {
  const { rig, client } = await quietRig();
  rig.loop.change({ ...rig.loop.settings, paused: true });
  await rig.run(0);
  const { ticks } = rig.loop.stats();
  await rig.run(10_000);
  assert.ok(rig.loop.stats().ticks - ticks <= 6);
  change(rig, 0xabcdef);
  await rig.run(1000);
  rig.loop.change({ ...rig.loop.settings, paused: false });
  await rig.run(0);
  rig.assertShows(client);
  rig.close();
});

Deno.test("CaptureLoop.health() is good on a still screen, and bad when news are not looked at", async () => {
  const { rig } = await quietRig();
  await rig.run(1900);
  assert.equal(rig.loop.health().healthy, true);
  change(rig, 0xff00ff);
  // The Worker hears of it, and then hangs.
  await rig.loop.news(0);
  rig.clock.advance(1000);
  assert.equal(rig.loop.health().healthy, true);
  rig.clock.advance(1100);
  assert.deepEqual(
    [rig.loop.health().healthy, rig.loop.health().detail],
    [false, "a look at the source has been due for more than 2000 ms"],
  );
  await rig.loop.step();
  assert.equal(rig.loop.health().healthy, true);
  rig.close();
});

Deno.test("CaptureLoop.health() is bad when not even the heartbeats come", async () => {
  const { rig } = await quietRig();
  rig.clock.advance(HEARTBEAT_MS + 2100);
  assert.equal(rig.loop.health().healthy, false);
  rig.close();
});
