import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { areaAverage } from "../helpers/area_average.ts";
import { CaptureRig } from "../helpers/capture_rig.ts";
import {
  blankFrame,
  copyFrame,
  cropped,
  type Frame,
  paint,
  randomFrame,
  randomRect,
  setPixel,
  withPixel,
} from "../helpers/frames.ts";
import { Random } from "../helpers/random.ts";

const SIZE = { width: 200, height: 130 };

function screenful(seed = 1): Frame {
  return randomFrame(new Random(seed), SIZE, "text");
}

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

Deno.test("CaptureLoop with a scale: damage here and there, and the canvas is the area filter's picture", async () => {
  const random = new Random(9);
  const region = { x: 13, y: 7, w: 180, h: 101 };
  const settings = { region, scale: 0.37 };
  const rig = await CaptureRig.start(randomFrame(random, SIZE, "noise"), { settings });
  const { client } = rig.watch();
  await rig.tick();
  const to = { width: 67, height: 37 };
  rig.assertShows(client, areaAverage(rig.screen.frame, region, to));
  for (let i = 0; i < 20; i++) {
    const next = copyFrame(rig.screen.frame);
    const damage = Array.from({ length: random.int(1, 5) }, () => randomRect(random, SIZE));
    for (const rect of damage) paint(random, next, rect, "noise");
    rig.screen.show(next, damage);
    await rig.tick();
    rig.assertShows(client, areaAverage(next, region, to));
  }
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

const MASK_ALL = [{ x: 0, y: 0, ...{ w: SIZE.width, h: SIZE.height } }];

/** True where every pixel of a canvas is black. */
function isBlack(rgba: ArrayLike<number>): boolean {
  return Array.from(rgba).every((value, i) => value === ((i & 3) === 3 ? 255 : 0));
}

Deno.test("CaptureLoop.change() in the middle of a step: nobody is let in to what is masked by then", async () => {
  const rig = await CaptureRig.start(screenful(), { settings: { masks: [] } });
  const early = rig.watch();
  await rig.run(2000);
  rig.screen.show(withPixel(rig.screen.frame, 3, 4, 0xffffff), [{ x: 3, y: 4, w: 1, h: 1 }]);
  rig.clock.advance(200);
  const step = rig.loop.step();
  const changed = rig.loop.change({ ...rig.loop.settings, masks: MASK_ALL });
  const late = rig.watch();
  const chunks = rig.chunks.length;
  let answered = Infinity;
  changed.then(() => answered = rig.chunks.length);
  await step;
  await rig.run(500);
  await changed;
  // The chunk of the step in between, and the one with the masks.
  assert.equal(answered, chunks + 2);
  assert.ok(rig.chunks[answered - 1].resizes, "the answer comes behind the chunk with the masks");
  for (const { client } of [early, late]) assert.ok(isBlack(client.rgba));
  assert.equal(late.client.updates.length, 1, "it has seen no other picture");
  rig.close();
});

Deno.test("CaptureLoop.change() to paused with masks is in effect at once, wherever the loop is", async () => {
  for (const tells of [true, false]) {
    for (let changes = 0; changes <= 3; changes++) {
      const rig = await CaptureRig.start(screenful(), { tells });
      const { client } = rig.watch();
      await rig.run(5000);
      for (let i = 0; i < changes; i++) {
        rig.screen.show(withPixel(rig.screen.frame, 3, 4, i), [{ x: 3, y: 4, w: 1, h: 1 }]);
        await rig.run(10);
      }
      const changed = rig.loop.change({ ...rig.loop.settings, paused: true, masks: MASK_ALL });
      await rig.run(0);
      await changed;
      assert.equal(client.states.at(-1)?.state, "paused", `${changes} changes, tells ${tells}`);
      assert.ok(isBlack(client.rgba));
      const late = rig.watch();
      await rig.run(500);
      assert.ok(isBlack(late.client.rgba));
      rig.close();
    }
  }
});

Deno.test("CaptureLoop.change() of masks while the source is away: black, for those who come, too", async () => {
  const rig = await CaptureRig.start(screenful());
  const { client } = rig.watch();
  await rig.run(1000);
  rig.screen.fault = "gone";
  await rig.run(1000);
  await rig.answer(rig.loop.change({ ...rig.loop.settings, masks: MASK_ALL.slice() }));
  const late = rig.watch();
  await rig.run(500);
  for (const one of [client, late.client]) assert.ok(isBlack(one.rgba));
  // It is back, and the masks are gone.
  rig.screen.fault = undefined;
  await rig.answer(rig.loop.change({ ...rig.loop.settings, masks: [] }));
  await rig.run(6000);
  rig.assertShows(client);
  rig.close();
});

Deno.test("CaptureLoop: masks that come while it is paused give the black picture a seq of its own", async () => {
  for (const away of [false, true]) {
    const rig = await CaptureRig.start(screenful());
    const { client } = rig.watch();
    await rig.run(1000);
    if (away) rig.screen.fault = "gone";
    else await rig.answer(rig.loop.change({ ...rig.loop.settings, paused: true }));
    await rig.run(1000);
    const before = await rig.answer(rig.loop.picture());
    assert.ok(!isBlack(before.rgba));
    const resumed = client.place!;
    await rig.answer(rig.loop.change({ ...rig.loop.settings, masks: MASK_ALL }));
    const after = await rig.answer(rig.loop.picture());
    assert.ok(after.seq > before.seq, "whoever knows the old seq has the old picture");
    assert.ok(isBlack(after.rgba));
    // Whoever has the old picture does not keep it.
    const point = await rig.answer(rig.join({ since: resumed.seq, bridge: true, oldest: 0 }));
    assert.ok(point.keyframe);
    rig.close();
  }
});

Deno.test("CaptureLoop: a viewer that resumes sees the pointer where it is, though it moved while nobody watched", async () => {
  const rig = await CaptureRig.start(screenful(), { tells: true });
  const viewer = rig.watch();
  rig.screen.moveCursor({ visible: true, x: 5, y: 5 });
  await rig.run(3000);
  rig.leave(viewer);
  await rig.run(1500);
  rig.screen.moveCursor({ visible: true, x: 50, y: 60 });
  await rig.run(1500);
  rig.watch(viewer.client, true);
  await rig.run(100);
  assert.deepEqual(viewer.client.cursors.at(-1), { visible: true, x: 50, y: 60 });
  rig.close();
});

Deno.test("CaptureLoop: the pointer is where it belongs on another region, though it stands still", async () => {
  const rig = await CaptureRig.start(screenful(), { tells: true });
  const { client } = rig.watch();
  rig.screen.moveCursor({ visible: true, x: 60, y: 35 });
  await rig.run(1000);
  const region = { x: 50, y: 30, w: 100, h: 60 };
  await rig.answer(rig.loop.change({ ...rig.loop.settings, region }));
  assert.deepEqual(client.cursors.at(-1), { visible: true, x: 10, y: 5 });
  rig.close();
});

Deno.test("CaptureLoop.picture() while masks are confirmed in the middle of its step has them", async () => {
  const rig = await CaptureRig.start(screenful());
  await rig.run(2000);
  const order: string[] = [];
  const asked = rig.loop.picture().then((picture) => {
    order.push("picture");
    return picture;
  });
  await setImmediate();
  const step = rig.loop.step();
  const changed = rig.loop.change({ ...rig.loop.settings, masks: MASK_ALL });
  changed.then(() => order.push("confirmed"));
  await step;
  await rig.run(500);
  await changed;
  assert.ok(isBlack((await asked).rgba));
  assert.deepEqual(order, ["confirmed", "picture"]);
  rig.close();
});

Deno.test("CaptureLoop: a viewer comes while a snapshot waits for its turn on another size: it gets in at once", async () => {
  const rig = await CaptureRig.start(screenful(), { tells: true, settings: { fps: 2 } });
  await rig.answer(rig.loop.picture());
  rig.screen.show(randomFrame(new Random(2), { width: 33, height: 50 }, "mixed"));
  const asked = rig.loop.picture();
  await setImmediate();
  const { client } = rig.watch();
  await rig.run(0);
  rig.assertShows(client);
  assert.equal((await rig.answer(asked)).width, 33);
  rig.close();
});
