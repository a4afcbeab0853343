import assert from "node:assert/strict";
import { CaptureRig, FIRST } from "../helpers/capture_rig.ts";
import type { Client } from "../helpers/client.ts";
import { blankFrame, copyFrame, type Frame, randomFrame, setPixel } from "../helpers/frames.ts";
import { WALL_START } from "../helpers/manual_clock.ts";
import { Random } from "../helpers/random.ts";

const SIZE = { width: 200, height: 130 };
const WHITE = 0xffffff;

function screenful(seed = 1): Frame {
  return randomFrame(new Random(seed), SIZE, "text");
}

/** The same frame with one pixel changed. */
function withPixel(frame: Frame, x: number, y: number, colour: number): Frame {
  const next = copyFrame(frame);
  setPixel(next, x, y, colour);
  return next;
}

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

Deno.test("CaptureLoop with `paused` sends no pictures and says so; then sends what changed", async () => {
  const rig = await CaptureRig.start(screenful());
  const { client } = rig.watch();
  await rig.tick();
  const shown = rig.screen.frame;
  rig.loop.change({ ...rig.loop.settings, paused: true });
  rig.screen.show(screenful(2));
  await rig.run(3000);
  rig.assertShows(client, shown);
  assert.deepEqual(client.states.at(-1), { state: "paused", text: "paused by an administrator" });
  const late = rig.watch().client;
  await rig.run(300);
  rig.assertShows(late, shown);
  assert.equal(late.states.at(-1)!.state, "paused");

  rig.loop.change({ ...rig.loop.settings, paused: false });
  await rig.tick();
  rig.assertShows(client);
  rig.assertShows(late);
  assert.equal(client.states.at(-1)!.state, "live");
  rig.close();
});

Deno.test("CaptureLoop tells viewers when the source is lost, tries again, and goes on when it is back", async () => {
  const rig = await CaptureRig.start(screenful());
  const { client } = rig.watch();
  await rig.tick();
  const shown = rig.screen.frame;
  rig.screen.fault = "the display went away";
  await rig.run(1000);
  assert.deepEqual(client.states.at(-1), { state: "lost", text: "the display went away" });
  assert.equal(rig.loop.health().healthy, false);
  assert.equal(rig.loop.health().detail, "source lost: the display went away");
  assert.equal(rig.screen.closed, 1);
  rig.assertShows(client, shown);
  const late = rig.watch().client;
  await rig.run(300);
  rig.assertShows(late, shown);
  assert.deepEqual(late.states.at(-1), { state: "lost", text: "the display went away" });

  rig.screen.fault = undefined;
  rig.screen.frame = screenful(3);
  await rig.run(5100);
  assert.equal(client.states.at(-1)!.state, "live");
  assert.equal(rig.loop.health().healthy, true);
  rig.assertShows(client);
  rig.assertShows(late);
  assert.equal(rig.screen.opened, 2);
  rig.close();
});

Deno.test("CaptureLoop survives a source that is lost between poll and grab", async () => {
  const rig = await CaptureRig.start(screenful());
  const { client } = rig.watch();
  await rig.tick();
  rig.screen.show(screenful(2));
  rig.screen.grabFault = "gone in between";
  await rig.tick();
  assert.equal(client.states.at(-1)!.state, "lost");
  rig.screen.grabFault = undefined;
  await rig.run(1000);
  assert.equal(client.states.at(-1)!.state, "live");
  rig.assertShows(client);
  rig.close();
});

Deno.test("CaptureLoop comes back from a lost source with another size", async () => {
  const rig = await CaptureRig.start(screenful());
  const { client } = rig.watch();
  await rig.tick();
  rig.screen.fault = "gone";
  await rig.tick();
  rig.screen.frame = randomFrame(new Random(5), { width: 65, height: 31 }, "mixed");
  rig.screen.fault = undefined;
  await rig.run(1000);
  assert.deepEqual(client.resizes.at(-1), { width: 65, height: 31 });
  rig.assertShows(client);
  rig.close();
});

Deno.test("CaptureLoop tells nobody twice of a source that comes and goes while it sleeps", async () => {
  const rig = await CaptureRig.start(screenful());
  const first = rig.watch();
  await rig.tick();
  rig.leave(first);
  for (let i = 0; i < 40; i++) {
    rig.screen.fault = "gone";
    await rig.run(6000);
    rig.screen.fault = undefined;
    await rig.run(6000);
  }
  const { client } = rig.watch();
  await rig.run(300);
  assert.deepEqual(client.states, [{ state: "live", text: "" }]);
  // What nobody heard was not kept for later, either.
  const idle = rig.chunks.filter(({ seq }, i) => seq === rig.chunks[i - 1]?.seq);
  assert.ok(idle.every(({ messages }) => messages.length < 100));
  rig.assertShows(client);
  rig.close();
});

Deno.test("CaptureLoop sends a resize, and a keyframe of the new size", async () => {
  const rig = await CaptureRig.start(screenful());
  const { client } = rig.watch();
  await rig.tick();
  rig.screen.show(randomFrame(new Random(2), { width: 33, height: 250 }, "mixed"));
  await rig.tick();
  assert.deepEqual(client.resizes, [SIZE, { width: 33, height: 250 }]);
  assert.equal(client.updates.at(-1)!.keyframe, true);
  rig.assertShows(client);
  assert.deepEqual(rig.loop.size, { width: 33, height: 250 });
  rig.close();
});

Deno.test("CaptureLoop sends the pointer as messages of its own, and tells newcomers", async () => {
  const rig = await CaptureRig.start(screenful());
  const { client } = rig.watch();
  await rig.tick();
  const shape = {
    width: 1,
    height: 2,
    hotX: 0,
    hotY: 1,
    rgba: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]),
  };
  rig.screen.moveCursor({ visible: true, x: 10, y: 20, shape });
  await rig.tick();
  const received = { ...shape, rgba: new Uint8ClampedArray(shape.rgba) };
  assert.deepEqual(client.cursors, [{ visible: true, x: 10, y: 20, shape: received }]);
  rig.screen.moveCursor({ visible: true, x: 11, y: 20 });
  await rig.tick();
  assert.deepEqual(client.cursors[1], { visible: true, x: 11, y: 20 });
  assert.equal(client.updates.length, 1);
  const late = rig.watch().client;
  await rig.run(300);
  const last = late.cursors.at(-1)!;
  assert.deepEqual([last.x, last.y], [11, 20]);
  assert.ok(late.cursors.some((cursor) => cursor.shape !== undefined));
  rig.close();
});

Deno.test("CaptureLoop.change() to a region and a scale: another canvas, points and patches on it", async () => {
  const rig = await CaptureRig.start(randomFrame(new Random(8), SIZE, "noise"));
  const { client } = rig.watch();
  await rig.tick();
  const region = { x: 50, y: 30, w: 100, h: 61 };
  rig.loop.change({ ...rig.loop.settings, region });
  rig.screen.moveCursor({ visible: true, x: 60, y: 35 });
  await rig.tick();
  assert.deepEqual(client.resizes.at(-1), { width: 100, height: 61 });
  assert.deepEqual(client.cursors.at(-1), { visible: true, x: 10, y: 5 });
  rig.assertShows(client, cropped(rig.screen.frame, region));
  rig.screen.show(withPixel(rig.screen.frame, 50, 30, 0xabcdef), [{ x: 40, y: 20, w: 20, h: 20 }]);
  await rig.tick();
  assert.deepEqual(client.updates.at(-1)!.rects, [{ x: 0, y: 0, w: 1, h: 1 }]);
  rig.assertShows(client, cropped(rig.screen.frame, region));
  const { length } = client.updates;
  rig.screen.show(withPixel(rig.screen.frame, 0, 0, 0xabcdef), [{ x: 0, y: 0, w: 20, h: 20 }]);
  await rig.run(3000);
  assert.equal(client.updates.length, length);

  rig.loop.change({ ...rig.loop.settings, scale: 0.5 });
  await rig.tick();
  assert.deepEqual(client.resizes.at(-1), { width: 50, height: 31 });
  rig.loop.change({ ...rig.loop.settings, scale: 1, region: null });
  await rig.tick();
  rig.assertShows(client);
  rig.close();
});

Deno.test("CaptureLoop: masked pixels never leave, whatever the view and however they are looked at", async () => {
  const mask = { x: 60, y: 20, w: 70, h: 50 };
  const secret = 0xc0ffee;
  for (const region of [null, { x: 40, y: 10, w: 100, h: 100 }]) {
    const settings = { masks: [mask, { x: 190, y: 120, w: 500, h: 500 }], region };
    const hidden = blankFrame(SIZE.width, SIZE.height);
    const rig = await CaptureRig.start(hidden, { settings });
    const { client } = rig.watch();
    const messages: Uint8Array[] = [];
    for (let i = 0; i < 5; i++) {
      const next = copyFrame(rig.screen.frame);
      for (let y = 20; y < 70; y++) setPixel(next, 60 + i, y, secret);
      for (let y = 120; y < 130; y++) setPixel(next, 199, y, secret);
      rig.screen.show(next, i % 2 ? "unknown" : [{ x: 50, y: 15, w: 80, h: 30 + i }]);
      await rig.run(700);
      messages.push(...rig.chunks.splice(0).map((chunk) => chunk.messages));
    }
    const picture = await rig.reference();
    assert.ok(picture.every((value, i) => value === ((i & 3) === 3 ? 255 : 0)));
    assert.ok(client.rgba.every((value, i) => value === ((i & 3) === 3 ? 255 : 0)));
    const bytes = messages.flatMap((part) => [...part]);
    const found = bytes.some((_, i) =>
      bytes[i] === 0xc0 && bytes[i + 1] === 0xff && bytes[i + 2] === 0xee
    );
    assert.equal(found, false);
    rig.close();
  }
});

Deno.test("CaptureLoop.change() of masks takes effect at once, and showing again sends the pixels", async () => {
  const rig = await CaptureRig.start(randomFrame(new Random(3), SIZE, "noise"));
  const { client } = rig.watch();
  await rig.tick();
  rig.loop.change({ ...rig.loop.settings, masks: [{ x: 0, y: 0, w: 100, h: 130 }] });
  await rig.run();
  const masked = copyFrame(rig.screen.frame);
  for (let y = 0; y < 130; y++) for (let x = 0; x < 100; x++) setPixel(masked, x, y, 0);
  rig.assertShows(client, masked);
  rig.loop.change({ ...rig.loop.settings, masks: [] });
  await rig.run();
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

Deno.test("CaptureLoop.health() asks a sleeping source", async () => {
  const rig = await CaptureRig.start(screenful());
  assert.equal(rig.loop.health().healthy, true);
  rig.screen.fault = "gone";
  const health = rig.loop.health();
  assert.deepEqual(
    [health.healthy, health.state, health.detail, health.sleeping],
    [false, "lost", "source lost: gone", true],
  );
  rig.close();
});

Deno.test("CaptureLoop.close() closes the source", async () => {
  const rig = await CaptureRig.start(screenful());
  rig.loop.close();
  rig.loop.close();
  assert.equal(rig.screen.closed, 1);
  rig.close();
});

function cropped(
  frame: Frame,
  { x, y, w, h }: { x: number; y: number; w: number; h: number },
): Frame {
  const out = blankFrame(w, h);
  for (let row = 0; row < h; row++) {
    const from = ((y + row) * frame.width + x) * 4;
    out.bgrx.set(frame.bgrx.subarray(from, from + w * 4), row * w * 4);
  }
  return out;
}
