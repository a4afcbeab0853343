import assert from "node:assert/strict";
import { FakeScreens, monitor, newsAfter, pixelsOf, settled } from "./native/fake_screens.ts";

const RED = 0xff0000;
const BLUE = 0x0000fe;

const SAME = { damage: [], resized: false, moved: false };
const OTHER = { damage: "unknown", resized: false, moved: false };

Deno.test("native shows what was grabbed when it was opened, and grabs while somebody waits", async () => {
  const screens = new FakeScreens([monitor()]);
  const source = screens.open();
  assert.deepEqual([source.label, source.tells, source.size], ["native", true, {
    width: 2,
    height: 2,
  }]);
  assert.deepEqual(source.poll(), OTHER);
  assert.deepEqual(pixelsOf(source), [RED, RED, RED, RED]);
  assert.equal(screens.begun, 0);
  screens.monitors[0].colour = BLUE;
  assert.deepEqual(await newsAfter(source, () => screens.finish()), OTHER);
  assert.deepEqual(pixelsOf(source), [BLUE, BLUE, BLUE, BLUE]);
  source.close();
  source.close();
  assert.equal(screens.timers.pending, 0);
});

Deno.test("native grabs rows, and leaves the others alone", () => {
  const source = new FakeScreens([monitor()]).open();
  const frame = new Uint8Array(16).fill(7);
  source.grab(frame, { top: 1, bottom: 2 });
  assert.deepEqual([...frame], [7, 7, 7, 7, 7, 7, 7, 7, 0, 0, 255, 0, 0, 0, 255, 0]);
  assert.throws(() => source.grab(new Uint8Array(15), { top: 0, bottom: 2 }), {
    message: "Cannot grab: got a frame of 15 bytes, wanted 16",
  });
  assert.throws(() => source.grab(frame, { top: 0, bottom: 3 }), {
    message: "Cannot grab: got rows 0 to 3, wanted 0 to 2",
  });
});

Deno.test("native: a picture like the one before is no news, and the next one is grabbed", async () => {
  const screens = new FakeScreens([monitor()]);
  const source = screens.open();
  source.poll();
  let heard = false;
  source.wait!(Infinity).then(() => heard = true);
  for (let i = 1; i <= 3; i++) {
    assert.equal(screens.begun, i);
    await screens.finish();
    screens.pass(1);
    assert.equal(heard, false);
  }
  screens.monitors[0].colour = BLUE;
  await screens.finish();
  assert.equal(heard, true);
  source.close();
});

Deno.test("native begins a grab so early that it is done when the loop listens again", async () => {
  const screens = new FakeScreens([monitor()]);
  const source = screens.open();
  const lookAgain = async () => {
    // A tick, then 90 ms until the pace allows the next one.
    source.poll();
    for (let ms = 0; ms < 90; ms++) {
      screens.pass(1);
      // A grab takes 20 ms.
      if (screens.underWay > 0 && begunAt === undefined) begunAt = ms;
      if (begunAt !== undefined && ms === begunAt + 20) await screens.finish();
    }
  };
  let begunAt: number | undefined;
  source.poll();
  screens.pass(90);
  const first = source.wait!(Infinity);
  screens.pass(20);
  screens.monitors[0].colour = BLUE;
  await screens.finish();
  await first;
  await lookAgain();
  assert.deepEqual([begunAt, screens.underWay], [69, 0]);
  source.close();
});

Deno.test("native has one grab under way at a time, and none between news and the poll", async () => {
  const screens = new FakeScreens([monitor()]);
  const source = screens.open();
  source.poll();
  const wait = source.wait!(Infinity);
  source.interrupt!();
  await wait;
  source.poll();
  const again = source.wait!(Infinity);
  assert.equal(screens.begun, 1);
  screens.monitors[0].colour = BLUE;
  await screens.finish();
  await again;
  screens.pass(1000);
  assert.deepEqual([screens.begun, screens.underWay], [1, 0]);
  source.poll();
  screens.pass(1);
  assert.equal(screens.begun, 2);
  source.close();
});

Deno.test("native grabs a still screen less and less often, and a changing one at once again", async () => {
  const screens = new FakeScreens([monitor()]);
  const source = screens.open();
  source.poll();
  source.wait!(Infinity);
  const grabsIn = async (ms: number) => {
    const before = screens.begun;
    for (let i = 0; i < ms; i += 10) {
      await screens.finish();
      screens.pass(10);
    }
    return screens.begun - before;
  };
  assert.equal(await grabsIn(2000), 200);
  const fewer = await grabsIn(5000);
  assert.ok(fewer < 150, `${fewer} grabs`);
  // A quarter of a second between two: 260 ms on this clock, which looks every 10 ms.
  assert.equal(await grabsIn(2600), 10);
  screens.monitors[0].colour = BLUE;
  await grabsIn(260);
  assert.deepEqual(source.poll(), OTHER);
  source.wait!(Infinity);
  assert.equal(await grabsIn(1000), 100);
  source.close();
});

Deno.test("native rests when nobody watches, and looks when somebody wants a fresh picture", async () => {
  const screens = new FakeScreens([monitor()]);
  const source = screens.open();
  source.poll();
  const wait = source.wait!(Infinity);
  screens.monitors[0].colour = BLUE;
  await screens.finish();
  await wait;
  source.rest!(true);
  assert.deepEqual(source.poll(), OTHER);
  screens.pass(5000);
  assert.deepEqual(source.poll(), SAME);
  assert.equal(screens.begun, 1);

  screens.monitors[0].colour = 0x00ff00;
  let isFresh = false;
  source.fresh!().then(() => isFresh = true);
  await settled();
  assert.deepEqual([screens.begun, isFresh], [2, false]);
  await screens.finish();
  assert.equal(isFresh, true);
  assert.deepEqual(source.poll(), OTHER);
  assert.deepEqual(pixelsOf(source), Array(4).fill(0x00ff00));
  screens.pass(5000);
  assert.equal(screens.begun, 2);
  source.close();
});

Deno.test("native fresh() waits for a grab that was begun after the call, but not for ever", async () => {
  const screens = new FakeScreens([monitor()]);
  const source = screens.open();
  source.poll();
  source.wait!(Infinity);
  let isFresh = false;
  source.fresh!().then(() => isFresh = true);
  await screens.finish();
  assert.deepEqual([screens.begun, isFresh], [2, false]);
  await screens.finish();
  assert.equal(isFresh, true);

  isFresh = false;
  source.fresh!().then(() => isFresh = true);
  await settled();
  screens.pass(2000);
  await settled();
  assert.equal(isFresh, true);
  source.close();
});

Deno.test("native says that the system does not answer when a grab hangs, until it does", async () => {
  const screens = new FakeScreens([monitor()]);
  const source = screens.open();
  source.poll();
  source.wait!(Infinity);
  screens.pass(4999);
  assert.equal(source.silence, undefined);
  screens.pass(1);
  assert.equal(source.silence, "The operating system does not answer");
  await screens.finish();
  assert.equal(source.silence, undefined);
  source.close();
});

Deno.test("native wait() ends after its time, when interrupted before or after, and at close()", async () => {
  const source = new FakeScreens([monitor()]).open();
  source.poll();
  source.interrupt!();
  await source.wait!(Infinity);
  await source.wait!(0);
  const screens = new FakeScreens([monitor()]);
  const timed = screens.open();
  timed.poll();
  const wait = timed.wait!(30);
  screens.pass(30);
  await wait;
  const closed = timed.wait!(Infinity);
  timed.close();
  await closed;
});

Deno.test("native is lost when a grab fails, with what the system says", async () => {
  const screens = new FakeScreens([monitor()]);
  const source = screens.open();
  source.poll();
  const wait = source.wait!(Infinity);
  screens.monitors[0].error = "display asleep";
  await screens.finish();
  await wait;
  assert.throws(() => source.poll(), {
    name: "SourceLost",
    message: "Cannot get a picture from the operating system: display asleep",
  });
  source.close();
  assert.throws(() => screens.open(), { name: "SourceLost", message: "there is no monitor" });
});

Deno.test("native follows a screen that changes its size", async () => {
  const screens = new FakeScreens([monitor()]);
  const source = screens.open();
  source.poll();
  screens.monitors = [monitor({ width: 3, height: 1 })];
  const news = await newsAfter(source, () => screens.finish());
  assert.deepEqual(news, { damage: "unknown", resized: true, moved: false });
  assert.deepEqual(source.size, { width: 3, height: 1 });
  assert.deepEqual(pixelsOf(source), [RED, RED, RED]);
  source.close();
});
