import assert from "node:assert/strict";
import { CaptureRig } from "../helpers/capture_rig.ts";
import type { Client } from "../helpers/client.ts";
import { blankFrame, copyFrame, type Frame, withPixel } from "../helpers/frames.ts";

const SIZE = { width: 200, height: 130 };

/** The frame with every channel raised by `step`. */
function brighter(frame: Frame, step: number): Frame {
  const next = copyFrame(frame);
  for (let i = 0; i < next.bgrx.length; i++) next.bgrx[i] += step;
  return next;
}

function pixelOf(client: Client, x: number, y: number): number {
  const at = (y * client.decoder.picture!.width + x) * 4;
  return client.rgba[at] << 16 | client.rgba[at + 1] << 8 | client.rgba[at + 2];
}

Deno.test("CaptureLoop with a threshold sends larger differences at once, smaller ones after quiet", async () => {
  const settings = { threshold: 20, refineAfterMs: 500 };
  const rig = await CaptureRig.start(blankFrame(SIZE.width, SIZE.height), { settings });
  const { client } = rig.watch();
  await rig.tick();
  rig.screen.show(withPixel(withPixel(rig.screen.frame, 3, 3, 0x141414), 100, 100, 0x150000));
  await rig.tick();
  assert.equal(pixelOf(client, 100, 100), 0x150000);
  assert.equal(pixelOf(client, 3, 3), 0);
  assert.equal(rig.loop.stats().deferredTiles, 2);
  await rig.run(400);
  assert.equal(pixelOf(client, 3, 3), 0);
  await rig.run(100);
  rig.assertShows(client);
  assert.equal(rig.loop.stats().deferredTiles, 0);
  rig.close();
});

Deno.test("CaptureLoop with a threshold: what keeps moving below it waits until it stands still", async () => {
  const settings = { threshold: 20, refineAfterMs: 500 };
  const rig = await CaptureRig.start(blankFrame(64, 64), { settings });
  const { client } = rig.watch();
  await rig.tick();
  for (let i = 0; i < 20; i++) {
    rig.screen.show(withPixel(rig.screen.frame, 5, 5, 1 + (i & 7)));
    await rig.tick();
    assert.equal(pixelOf(client, 5, 5), 0);
  }
  await rig.run(600);
  rig.assertShows(client);
  rig.close();
});

Deno.test("CaptureLoop with a threshold: a slow fade passes it and is sent", async () => {
  const settings = { threshold: 10, refineAfterMs: 60_000 };
  const rig = await CaptureRig.start(blankFrame(64, 64), { settings });
  const { client } = rig.watch();
  await rig.tick();
  for (let level = 1; level <= 60; level++) {
    rig.screen.show(brighter(rig.screen.frame, 1));
    await rig.tick();
    const shown = client.rgba[0];
    assert.ok(level - shown <= 10, `the screen is at ${level}, the canvas at ${shown}`);
  }
  assert.equal(client.updates.length, 1 + 5);
  rig.close();
});

Deno.test("CaptureLoop with a threshold: a tile is refined while one after it changes, many times", async () => {
  const settings = { threshold: 50, refineAfterMs: 150 };
  const rig = await CaptureRig.start(blankFrame(192, 128), { settings });
  const { client } = rig.watch();
  await rig.tick();
  for (let i = 1; i < 30; i++) {
    // A little in one tile, much in another, by turns.
    const small = withPixel(rig.screen.frame, (i * 37) % 192, (i * 53) % 128, 10 + i % 30);
    rig.screen.show(withPixel(small, (i * 71) % 192, (i * 31) % 128, i % 2 ? 0xffffff : 0));
    await rig.tick();
  }
  await rig.run(400);
  rig.assertShows(client);
  rig.close();
});

Deno.test("CaptureLoop: threshold 0 again sends at once what waited", async () => {
  const settings = { threshold: 200, refineAfterMs: 60_000 };
  const rig = await CaptureRig.start(blankFrame(70, 70), { settings });
  const { client } = rig.watch();
  await rig.tick();
  rig.screen.show(withPixel(rig.screen.frame, 69, 69, 0x646464));
  await rig.run(3000);
  assert.equal(pixelOf(client, 69, 69), 0);
  rig.loop.change({ ...rig.loop.settings, threshold: 0 });
  await rig.run();
  rig.assertShows(client);
  rig.close();
});
