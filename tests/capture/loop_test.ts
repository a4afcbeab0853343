import assert from "node:assert/strict";
import { LONGEST_FULL_LOOK_MS } from "../../capture/look.ts";
import { assertSamePixels, CaptureRig, FIRST } from "../helpers/capture_rig.ts";
import type { Client } from "../helpers/client.ts";
import {
  blankFrame,
  copyFrame,
  type Frame,
  randomFrame,
  setPixel,
  withPixel,
} from "../helpers/frames.ts";
import { WALL_START } from "../helpers/manual_clock.ts";
import { Random } from "../helpers/random.ts";

const SIZE = { width: 200, height: 130 };
const WHITE = 0xffffff;

function screenful(seed = 1): Frame {
  return randomFrame(new Random(seed), SIZE, "text");
}

function pixelOf(client: Client, x: number, y: number): number {
  const at = (y * client.decoder.picture!.width + x) * 4;
  return client.rgba[at] << 16 | client.rgba[at + 1] << 8 | client.rgba[at + 2];
}

Deno.test("CaptureLoop sleeps without viewers: a poll a second, no grab, no bytes", async () => {
  const rig = await CaptureRig.start(screenful());
  await rig.run(10_000);
  assert.equal(rig.loop.stats().sleeping, true);
  assert.ok(rig.screen.polls >= 10 && rig.screen.polls <= 11, `${rig.screen.polls} polls`);
  assert.deepEqual(rig.screen.grabs, []);
  assert.deepEqual(rig.chunks, []);
  rig.close();
});

Deno.test("CaptureLoop ticks at fps while somebody watches, and stops when the last one leaves", async () => {
  const rig = await CaptureRig.start(screenful(), { settings: { fps: 20 } });
  const viewer = rig.watch();
  await rig.run(1000);
  const { ticks } = rig.loop.stats();
  assert.ok(ticks >= 20 && ticks <= 21, `${ticks} ticks`);
  rig.leave(viewer);
  await rig.run(5000);
  assert.equal(rig.loop.stats().ticks, ticks);
  assert.equal(rig.loop.stats().sleeping, true);
  rig.close();
});

Deno.test("CaptureLoop reads no pixel when damage says that nothing changed", async () => {
  const rig = await CaptureRig.start(screenful());
  rig.watch();
  await rig.tick();
  const grabs = rig.screen.grabs.length;
  await rig.run(1500);
  assert.equal(rig.screen.grabs.length, grabs);
  assert.ok(rig.loop.stats().ticksSkipped >= 14);
  rig.close();
});

Deno.test("CaptureLoop grabs the rows of the damage, and sends a tight patch", async () => {
  const rig = await CaptureRig.start(screenful());
  const { client } = rig.watch();
  await rig.tick();
  const next = withPixel(withPixel(rig.screen.frame, 70, 80, 0x123456), 72, 83, 0x123456);
  rig.screen.show(next, [{ x: 64, y: 78, w: 20, h: 10 }]);
  await rig.tick();
  assert.deepEqual(rig.screen.grabs.at(-1), { top: 78, bottom: 88 });
  assert.deepEqual(client.updates.at(-1)!.rects, [{ x: 70, y: 80, w: 3, h: 4 }]);
  rig.assertShows(client);
  rig.close();
});

Deno.test("CaptureLoop finds what damage kept quiet about, within two seconds", async () => {
  const rig = await CaptureRig.start(screenful());
  const { client } = rig.watch();
  await rig.tick();
  const next = withPixel(rig.screen.frame, 5, 5, 0x00ff00);
  rig.screen.show(next, []);
  await rig.run(1000);
  assert.notEqual(pixelOf(client, 5, 5), 0x00ff00);
  await rig.run(1100);
  rig.assertShows(client, next);
  rig.close();
});

Deno.test("CaptureLoop sends nothing for a frame that differs in the unused byte only", async () => {
  const rig = await CaptureRig.start(screenful());
  const { client } = rig.watch();
  await rig.tick();
  const next = copyFrame(rig.screen.frame);
  for (let i = 3; i < next.bgrx.length; i += 4) next.bgrx[i] ^= 255;
  rig.screen.show(next);
  await rig.run(500);
  assert.equal(client.updates.length, 1);
  rig.close();
});

Deno.test("CaptureLoop numbers updates without gaps and tells their time", async () => {
  const rig = await CaptureRig.start(screenful());
  const { client } = rig.watch();
  await rig.tick();
  for (let i = 0; i < 3; i++) {
    rig.screen.show(withPixel(rig.screen.frame, i, i, WHITE - i));
    await rig.tick();
  }
  assert.deepEqual(client.updates.map(({ seq }) => seq - FIRST.seq), [1, 2, 3, 4]);
  assert.deepEqual(client.updates.map(({ time }) => time - WALL_START), [0, 200, 300, 400]);
  rig.close();
});

Deno.test("CaptureLoop sends a heartbeat where nothing else went out, within two seconds", async () => {
  for (const fps of [1, 7, 30]) {
    const rig = await CaptureRig.start(screenful(), { settings: { fps } });
    const { client } = rig.watch();
    await rig.run(9000);
    const times = [WALL_START, ...client.heartbeats];
    for (let i = 1; i < times.length; i++) {
      const pause = times[i] - times[i - 1];
      assert.ok(pause <= 2000 && pause >= 1000, `${pause} ms at ${fps} fps`);
    }
    assert.ok(times.length >= 5);
    rig.close();
  }
});

Deno.test("CaptureLoop.keyframe() sends everyone a keyframe and tells its seq", async () => {
  const rig = await CaptureRig.start(screenful());
  const clients = [rig.watch().client, rig.watch().client];
  await rig.run(1000);
  const { seq } = await rig.answer(rig.loop.keyframe());
  await rig.run();
  for (const client of clients) {
    const { keyframe, seq: applied } = client.updates.at(-1)!;
    assert.deepEqual([keyframe, applied], [true, seq]);
    rig.assertShows(client);
  }
  rig.close();
});

Deno.test("CaptureLoop.keyframe() many times does not hold back the ticks after it", async () => {
  const rig = await CaptureRig.start(screenful());
  const { client } = rig.watch();
  await rig.run(50);
  for (let i = 0; i < 50; i++) {
    await rig.answer(rig.loop.keyframe());
    await rig.run(1);
  }
  rig.screen.show(withPixel(rig.screen.frame, 1, 1, 0xff0000), [{ x: 1, y: 1, w: 1, h: 1 }]);
  await rig.tick();
  rig.assertShows(client);
  rig.close();
});

Deno.test("CaptureLoop.keyframe() works while paused, while the source is away, and asleep", async () => {
  const rig = await CaptureRig.start(screenful());
  const { seq } = await rig.answer(rig.loop.keyframe());
  assert.equal(seq, FIRST.seq + 1);
  const { client } = rig.watch();
  await rig.tick();
  const shown = rig.screen.frame;
  rig.loop.change({ ...rig.loop.settings, paused: true });
  rig.screen.show(screenful(2));
  const paused = await rig.answer(rig.loop.keyframe());
  await rig.run();
  assert.equal(client.updates.at(-1)!.seq, paused.seq);
  rig.assertShows(client, shown);
  rig.loop.change({ ...rig.loop.settings, paused: false });
  await rig.tick();
  rig.screen.fault = "gone";
  const away = await rig.answer(rig.loop.keyframe());
  await rig.run();
  assert.equal(client.updates.at(-1)!.seq, away.seq);
  rig.assertShows(client);
  rig.close();
});

Deno.test("CaptureLoop sends a keyframe every keyframeIntervalMs, if that is not 0", async () => {
  const rig = await CaptureRig.start(screenful(), { settings: { keyframeIntervalMs: 1000 } });
  const { client } = rig.watch();
  await rig.run(5050);
  assert.equal(client.updates.filter(({ keyframe }) => keyframe).length, 6);
  rig.close();
});

Deno.test("CaptureLoop sends a keyframe above refreshRatio or maxPatches, patches below", async () => {
  const rig = await CaptureRig.start(blankFrame(256, 256), { settings: { refreshRatio: 0.5 } });
  const { client } = rig.watch();
  await rig.tick();
  const fill = (w: number, h: number, colour: number) => {
    const next = copyFrame(rig.screen.frame);
    for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) setPixel(next, x, y, colour);
    return next;
  };
  rig.screen.show(fill(256, 128, 1));
  await rig.tick();
  assert.equal(client.updates.at(-1)!.keyframe, false);
  rig.screen.show(fill(256, 129, 2));
  await rig.tick();
  assert.equal(client.updates.at(-1)!.keyframe, true);
  rig.assertShows(client);

  rig.loop.change({ ...rig.loop.settings, maxPatches: 1 });
  rig.screen.show(withPixel(withPixel(rig.screen.frame, 0, 0, 9), 250, 250, 9));
  await rig.tick();
  assert.equal(client.updates.at(-1)!.keyframe, true);
  rig.assertShows(client);
  rig.close();
});

Deno.test("CaptureLoop.change() of fps takes effect at once", async () => {
  const rig = await CaptureRig.start(screenful(), { settings: { fps: 1 } });
  rig.watch();
  await rig.run(100);
  rig.loop.change({ ...rig.loop.settings, fps: 50 });
  const { ticks } = rig.loop.stats();
  await rig.run(1000);
  assert.ok(Math.abs(rig.loop.stats().ticks - ticks - 50) <= 1);
  rig.close();
});

Deno.test("CaptureLoop.look() of a sleeping loop grabs nothing while the source tells of nothing, for a while", async () => {
  const rig = await CaptureRig.start(blankFrame(SIZE.width, SIZE.height), { tells: true });
  const { screen, loop } = rig;
  const first = await rig.answer(loop.look());
  assert.deepEqual([first.width, first.height], [SIZE.width, SIZE.height]);
  const grabs = screen.grabs.length;
  for (let i = 0; i < 10; i++) {
    await rig.run(100);
    assert.deepEqual(await rig.answer(loop.look()), first);
  }
  assert.equal(screen.grabs.length, grabs);
  // Pixels are no reason to grab either.
  assert.equal((await rig.answer(loop.picture())).seq, first.seq);
  assert.equal(screen.grabs.length, grabs);

  const changed = blankFrame(SIZE.width, SIZE.height);
  setPixel(changed, 3, 1, 0xff0000);
  screen.show(changed, [{ x: 3, y: 1, w: 1, h: 1 }]);
  assert.equal((await rig.answer(loop.look())).seq, first.seq + 1, "what is told counts at once");

  // What the poll of a sleeping loop has taken is not forgotten.
  const again = blankFrame(SIZE.width, SIZE.height);
  screen.show(again, [{ x: 3, y: 1, w: 1, h: 1 }]);
  await rig.run(1500);
  assert.equal((await rig.answer(loop.look())).seq, first.seq + 2);

  // Damage may lie: everything is compared now and then.
  screen.show(changed, []);
  await rig.run(LONGEST_FULL_LOOK_MS);
  assert.equal((await rig.answer(loop.look())).seq, first.seq + 3);
  rig.close();
});

Deno.test("CaptureLoop.picture() looks at the source when it sleeps, several askers at once", async () => {
  const rig = await CaptureRig.start(screenful());
  await rig.run(3000);
  for (let round = 0; round < 3; round++) {
    // All different: each of these frames is a keyframe that ends the epoch of the one before.
    rig.screen.show(randomFrame(new Random(round), SIZE, "noise"));
    const asked = [rig.loop.picture(), rig.loop.picture(), rig.loop.picture()];
    await rig.run();
    for (const picture of await Promise.all(asked)) {
      assert.equal(picture.width, SIZE.width);
      assert.equal(picture.rgba[0], rig.screen.frame.bgrx[2]);
      assert.equal(picture.seq, FIRST.seq + 1 + round);
    }
    await rig.run(1500);
  }
  assert.equal(rig.loop.stats().sleeping, true);
  rig.close();
});

Deno.test("CaptureLoop.picture() in the middle of a step: the picture of its seq, which is published", async () => {
  // Something moves, and there is too much besides: after the move was found, a keyframe is sent that waits for the
  // end of the epoch.
  const rig = await CaptureRig.start(screenful(), { settings: { maxPatches: 1 } });
  const { client } = rig.watch();
  await rig.run(500);
  const shown = new Map<number, Uint8ClampedArray>();
  const moved = copyFrame(rig.screen.frame);
  const rowBytes = SIZE.width * 4;
  moved.bgrx.copyWithin(0, 3 * rowBytes);
  setPixel(moved, 5, 5, WHITE);
  setPixel(moved, 190, 120, WHITE);
  rig.screen.show(moved);
  rig.clock.advance(100);
  shown.set(client.decoder.seq!, client.rgba.slice());
  const step = rig.loop.step();
  const asked = [];
  for (let i = 0; i < 5; i++) {
    asked.push(rig.loop.picture(true));
    await Promise.resolve();
  }
  const pictures = await Promise.all(asked);
  for (const { seq } of pictures) assert.ok(rig.chunks.at(-1)!.seq >= seq);
  await step;
  await rig.run();
  assert.ok(client.updates.at(-1)!.keyframe);
  shown.set(client.decoder.seq!, client.rgba.slice());
  for (const { seq, rgba } of pictures) assertSamePixels(rgba, shown.get(seq)!, SIZE.width);
  rig.close();
});

Deno.test("CaptureLoop.stats() counts what was done", async () => {
  const rig = await CaptureRig.start(blankFrame(128, 64));
  const { client } = rig.watch();
  await rig.tick();
  rig.screen.show(withPixel(rig.screen.frame, 0, 0, 5), [{ x: 0, y: 0, w: 1, h: 1 }]);
  await rig.tick();
  const stats = rig.loop.stats();
  assert.equal(stats.updates, 2);
  assert.equal(stats.keyframes, 1);
  assert.equal(stats.changedPixels, 128 * 64 + 1);
  assert.equal(stats.rawEquivalentBytes, 4 * stats.changedPixels);
  assert.equal(stats.patches, client.updates[0].patchCount + 1);
  assert.equal(stats.seq, client.decoder.seq);
  assert.equal(stats.epoch, client.decoder.epoch);
  assert.equal(stats.streamBytes, rig.chunks.reduce((sum, { stream }) => sum + stream.length, 0));
  assert.equal(
    stats.messageBytes,
    rig.chunks.reduce((sum, { messages }) => sum + messages.length, 0),
  );
  assert.equal(stats.state, "live");
  rig.close();
});
