/** The loop with viewers that do not need every picture: the history, for one. */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { loadKernels } from "../../capture/kernels/kernels.ts";
import { CaptureLoop } from "../../capture/loop.ts";
import {
  assertSamePixels,
  CaptureRig,
  FIRST,
  type RigOptions,
  SETTINGS,
} from "../helpers/capture_rig.ts";
import { FakeScreen } from "../helpers/fake_source.ts";
import { blankFrame, rgbaOf, withPixel } from "../helpers/frames.ts";
import { ManualClock } from "../helpers/manual_clock.ts";

const SIZE = [100, 80] as const;
const FOLLOWER_FPS = 5;

/** Watched by somebody who needs 5 pictures a second of the 50 that the setting allows. */
async function followed(options: RigOptions = {}) {
  const rig = await CaptureRig.start(blankFrame(...SIZE), {
    ...options,
    settings: { fps: 50, ...options.settings },
  });
  const { client } = rig.watch();
  rig.loop.setViewers(1, FOLLOWER_FPS);
  await rig.run(13_100);
  return { rig, client };
}

/** Changes a pixel, and says so. */
function change(rig: CaptureRig, colour: number): void {
  const { frame } = rig.screen;
  rig.screen.show(withPixel(frame, 3, 4, colour), [{ x: 3, y: 4, w: 1, h: 1 }]);
}

/** Ticks and updates within `ms`, while something changes every 5 ms. */
async function busy(rig: CaptureRig, ms: number): Promise<{ ticks: number; updates: number }> {
  const before = rig.loop.stats();
  for (let now = 0; now < ms; now += 5) {
    change(rig, now + 1);
    await rig.run(5);
  }
  const after = rig.loop.stats();
  return { ticks: after.ticks - before.ticks, updates: after.updates - before.updates };
}

Deno.test("CaptureLoop runs at the highest rate that anybody needs, where fps allows more", async () => {
  for (const tells of [true, false]) {
    const { rig, client } = await followed({ tells });
    assert.deepEqual([rig.loop.stats().fps, rig.loop.stats().paceFps], [50, FOLLOWER_FPS]);
    const { ticks, updates } = await busy(rig, 2000);
    // One a pace; of a source that tells, one more at once and one that is spared.
    assert.ok(ticks >= 10 && ticks <= 12, `${ticks} ticks, tells ${tells}`);
    assert.equal(updates, ticks);
    await rig.run(1000 / FOLLOWER_FPS);
    rig.assertShows(client);
    rig.close();
  }
});

Deno.test("CaptureLoop gives a viewer who needs all pictures the full pace at once", async () => {
  for (const tells of [true, false]) {
    const { rig, client } = await followed({ tells });
    await busy(rig, 400);
    change(rig, 0xabcdef);
    rig.loop.setViewers(2, Infinity);
    assert.equal(rig.loop.stats().paceFps, 50);
    // Not at the end of the follower's 200 ms.
    await rig.run(0);
    rig.assertShows(client);
    const { ticks } = await busy(rig, 1000);
    assert.ok(ticks >= 49 && ticks <= 52, `${ticks} ticks, tells ${tells}`);
    rig.loop.setViewers(1, FOLLOWER_FPS);
    const again = await busy(rig, 1000);
    assert.ok(again.ticks >= 5 && again.ticks <= 7, `${again.ticks} ticks, tells ${tells}`);
    rig.close();
  }
});

Deno.test("CaptureLoop at a follower's pace answers news after quiet at once, and rests otherwise", async () => {
  const { rig, client } = await followed({ tells: true });
  const before = rig.loop.stats().ticks;
  const beats = client.heartbeats.length;
  await rig.run(30_000);
  const { ticks } = rig.loop.stats();
  // Heartbeats every 2 s, full looks every 10.
  assert.ok(ticks - before <= 15 + 3 + 1, `${ticks - before} ticks in 30 s`);
  assert.ok(client.heartbeats.length - beats >= 14);
  change(rig, 0x123456);
  await rig.run(0);
  rig.assertShows(client);
  rig.close();
});

Deno.test("CaptureLoop never runs above fps for a follower who needs more", async () => {
  const { rig } = await followed({ tells: true, settings: { fps: 2 } });
  assert.equal(rig.loop.stats().paceFps, 2);
  assert.equal(rig.loop.health().healthy, true);
  const { ticks } = await busy(rig, 3000);
  assert.ok(ticks >= 6 && ticks <= 8, `${ticks} ticks`);
  rig.close();
});

Deno.test("CaptureLoop without anybody has no follower's pace", async () => {
  const { rig } = await followed({ tells: true });
  rig.loop.setViewers(0, Infinity);
  assert.deepEqual([rig.loop.stats().sleeping, rig.loop.stats().paceFps], [true, 50]);
  rig.close();
});

Deno.test("CaptureLoop.picture() at a follower's pace is no older than the call, nor are there more ticks than fps", async () => {
  for (const tells of [true, false]) {
    const { rig, client } = await followed({ tells });
    await busy(rig, 400);
    // The follower's next tick is up to 200 ms away.
    for (let colour = 1; colour <= 3; colour++) {
      change(rig, colour);
      const asked = rig.loop.picture();
      await rig.run(1000 / 50);
      const { rgba } = await asked;
      assertSamePixels(rgba, rgbaOf(rig.screen.frame), SIZE[0]);
      rig.assertShows(client);
    }
    const before = rig.loop.stats().ticks;
    for (let now = 0; now < 1000; now += 5) {
      change(rig, 1000 + now);
      const asked = rig.loop.look();
      await rig.run(5);
      if (now % 100 === 95) await rig.answer(asked);
    }
    const ticks = rig.loop.stats().ticks - before;
    assert.ok(ticks >= 45 && ticks <= 52, `${ticks} ticks, tells ${tells}`);
    rig.close();
  }
});

Deno.test("CaptureLoop.look() that is asked for while a look is under way is answered by the next one", async () => {
  const { rig } = await followed({ tells: true, settings: { maxPatches: 1 } });
  change(rig, 1);
  rig.clock.advance(1000);
  const before = rig.loop.look();
  await setImmediate();
  const step = rig.loop.step();
  change(rig, 2);
  const during = rig.loop.look();
  await step;
  const first = (await before).seq;
  assert.equal((await rig.answer(during)).seq, first + 1);
  rig.close();
});

Deno.test("CaptureLoop: snapshots make no more ticks than fps, whether nobody watches or it is paused", async () => {
  for (const watched of [false, true]) {
    const rig = await CaptureRig.start(blankFrame(...SIZE), {
      tells: true,
      settings: { fps: 10, paused: watched },
    });
    if (watched) rig.watch();
    await rig.run(5000);
    const [before, start] = [rig.loop.stats().ticks, rig.clock.now];
    for (let i = 1; i <= 30; i++) {
      change(rig, i);
      await rig.answer(rig.loop.look());
    }
    assert.equal(rig.loop.stats().ticks - before, 30);
    assert.ok(rig.clock.now - start >= 2900, `30 looks took ${rig.clock.now - start} ms`);
    rig.close();
  }
});

Deno.test("CaptureLoop says that there is work when a still wants it, though it had to wait for the source", async () => {
  const works: number[] = [];
  const screen = new FakeScreen(blankFrame(...SIZE));
  const fresh = Promise.withResolvers<void>();
  const source = Object.assign(screen.open(), { fresh: () => fresh.promise });
  const loop = new CaptureLoop(
    await loadKernels(),
    { source, reopen: screen.open, note: undefined },
    SETTINGS,
    FIRST,
    new ManualClock(),
    () => {},
    () => works.push(loop.delay()),
  );
  await loop.step();
  const asked = loop.look();
  await setImmediate();
  await loop.step();
  assert.deepEqual(works, []);
  fresh.resolve();
  await setImmediate();
  assert.deepEqual(works, [0], "the rest that has begun meanwhile can end");
  await loop.step();
  assert.equal((await asked).width, SIZE[0]);
  loop.close();
});
