/** Monitors: which there are, and capturing one of them whatever happens to it. */
import assert from "node:assert/strict";
import type { Rect } from "../../../../capture/geometry.ts";
import type { Source } from "../../../../capture/source.ts";
import { TargetUnknown } from "../../../../capture/targets.ts";
import {
  assertShows,
  assertShowsTheScreen,
  crop,
  newFrame,
  newsWhere,
  paint,
  pixelsOf,
  quiet,
  segmentsWith,
  xtest,
} from "./harness.ts";
import { TestWindow } from "./test_window.ts";
import { screenshot, type Xvfb } from "../xvfb.ts";

const LEFT = { x: 0, y: 0, w: 240, h: 480 };
const RIGHT = { x: 240, y: 0, w: 400, h: 300 };

/** Makes a monitor, or moves it. */
async function setMonitor(server: Xvfb, name: string, { x, y, w, h }: Rect, output = "none") {
  await server.run("xrandr", "--setmonitor", name, `${w}/100x${h}/100+${x}+${y}`, output);
}

/** Cuts the screen in two; the first one takes Xvfb's only output. */
async function setMonitors(server: Xvfb): Promise<void> {
  await setMonitor(server, "left", LEFT, "screen");
  await setMonitor(server, "RIGHT-1", RIGHT);
}

async function assertShowsPart(source: Source, server: Xvfb, part: Rect): Promise<void> {
  assert.deepEqual(source.size, { width: part.w, height: part.h });
  assertShows(source, crop(await screenshot(server), 640, part));
}

xtest("x11 targets() lists the monitors", async (server, open) => {
  const source = open();
  assert.deepEqual(source.targets!().monitors, [
    { name: "screen", x: 0, y: 0, width: 640, height: 480, primary: false },
  ]);
  await setMonitor(server, "*left", LEFT, "screen");
  await setMonitor(server, "RIGHT-1", RIGHT);
  assert.deepEqual(source.targets!().monitors, [
    { name: "left", x: 0, y: 0, width: 240, height: 480, primary: true },
    { name: "RIGHT-1", x: 240, y: 0, width: 400, height: 300, primary: false },
  ]);
});

xtest("x11 captures a monitor, and reads nothing else", async (server, open) => {
  await setMonitors(server);
  await paint(server);
  using _window = new TestWindow(server.display, {
    title: "across",
    x: 200,
    y: 250,
    width: 100,
    height: 100,
  });
  const source = open({ kind: "monitor", name: "RIGHT-1" });
  assert.deepEqual(source.target, { kind: "monitor", name: "RIGHT-1" });
  assert.deepEqual(source.origin, { x: 240, y: 0 });
  assert.equal(source.silence, undefined);
  assert.deepEqual(segmentsWith(server).map(({ bytes }) => bytes), [400 * 300 * 4]);
  await quiet(source);
  await assertShowsPart(source, server, RIGHT);
  const rows = newFrame(source).fill(0xab);
  source.grab(rows, { top: 7, bottom: 9 });
  assert.equal(rows.findIndex((byte) => byte !== 0xab), 7 * 400 * 4);
  assert.deepEqual(
    new Uint32Array(rows.buffer, 7 * 400 * 4, 800).map((pixel) => pixel & 0xffffff),
    pixelsOf(source).subarray(7 * 400, 9 * 400),
  );
});

xtest(
  "x11 tells the damage of a monitor as seen from there, and no other",
  async (server, open) => {
    await setMonitors(server);
    using shown = new TestWindow(server.display, {
      title: "across",
      x: 200,
      y: 250,
      width: 100,
      height: 100,
    });
    const source = open({ kind: "monitor", name: "RIGHT-1" });
    await quiet(source);
    shown.fill(50, 20, 10, 5);
    const { damage } = await newsWhere(source, ({ damage }) => damage.length > 0);
    assert.deepEqual(damage, [{ x: 10, y: 270, w: 10, h: 5 }]);
    // Half on this monitor, below it, and on the other one.
    shown.fill(30, 40, 20, 5);
    const cut = await newsWhere(source, ({ damage }) => damage.length > 0);
    assert.deepEqual(cut.damage, [{ x: 0, y: 290, w: 10, h: 5 }]);
    shown.fill(50, 60, 10, 5);
    shown.fill(10, 20, 10, 5);
    for (let i = 0; i < 5; i++) assert.deepEqual(source.poll().damage, []);
  },
);

xtest("x11 tells the pointer as seen from the monitor, if it is there", async (server, open) => {
  await setMonitors(server);
  await server.run("xdotool", "mousemove", "250", "20");
  const source = open({ kind: "monitor", name: "RIGHT-1" });
  const { cursor } = source.poll();
  assert.deepEqual([cursor?.visible, cursor?.x, cursor?.y], [true, 10, 20]);
  await server.run("xdotool", "mousemove", "239", "20");
  const left = await newsWhere(source, ({ cursor }) => cursor !== undefined);
  assert.equal(left.cursor?.visible, false);
  await server.run("xdotool", "mousemove", "100", "20");
  assert.equal(source.poll().cursor, undefined);
  await server.run("xdotool", "mousemove", "639", "299");
  const back = await newsWhere(source, ({ cursor }) => cursor !== undefined);
  assert.deepEqual(back.cursor, { visible: true, x: 399, y: 299 });
});

xtest("x11 select() switches between monitors and the whole display", async (server, open) => {
  await setMonitors(server);
  await paint(server);
  const source = open();
  await quiet(source);
  source.select!({ kind: "monitor", name: "left" });
  assert.deepEqual(source.size, { width: 640, height: 480 }, "until the next poll");
  const news = source.poll();
  assert.deepEqual([news.damage, news.resized, news.moved], ["unknown", true, undefined]);
  await assertShowsPart(source, server, LEFT);
  source.select!({ kind: "monitor", name: "RIGHT-1" });
  assert.deepEqual([source.poll().moved, source.poll().moved], [true, undefined]);
  await assertShowsPart(source, server, RIGHT);
  source.select!({ kind: "all" });
  assert.equal(source.poll().resized, true);
  await assertShowsTheScreen(source, server);
  assert.equal(source.poll().resized, false);
  assert.deepEqual(segmentsWith(server).map(({ bytes }) => bytes), [640 * 480 * 4]);
});

xtest("x11 select() refuses an unknown monitor and goes on", async (server, open) => {
  await setMonitors(server);
  const source = open({ kind: "monitor", name: "left" });
  await quiet(source);
  assert.throws(
    () => source.select!({ kind: "monitor", name: "HDMI-9" }),
    new TargetUnknown("one of left, RIGHT-1"),
  );
  assert.deepEqual(source.target, { kind: "monitor", name: "left" });
  assert.deepEqual(source.poll(), { damage: [], resized: false });
});

for (const args of [[], ["-extension", "MIT-SHM"]]) {
  xtest(
    `x11 survives that a monitor is unplugged, and plugged in elsewhere ${args.join(" ")}`,
    async (server, open) => {
      await setMonitors(server);
      await paint(server);
      const source = open({ kind: "monitor", name: "RIGHT-1" });
      await quiet(source);
      const before = pixelsOf(source);
      await assertShowsPart(source, server, RIGHT);

      const waiting = source.wait!(1e9);
      await server.run("xrandr", "--delmonitor", "RIGHT-1");
      await waiting;
      await newsWhere(source, () => source.silence !== undefined);
      assert.equal(source.silence, "monitor “RIGHT-1” is not connected; there are: left");
      // What is there now belongs to nobody who may be shown.
      await server.run("xsetroot", "-solid", "#123456");
      await quiet(source);
      assertShows(source, before);
      const rows = newFrame(source).fill(0xab);
      source.grab(rows, { top: 298, bottom: 300 });
      assert.equal(rows.findIndex((byte) => byte !== 0xab), 298 * 400 * 4);
      assert.deepEqual(source.size, { width: 400, height: 300 });

      const elsewhere = { x: 300, y: 100, w: 320, h: 310 };
      await setMonitor(server, "RIGHT-1", elsewhere);
      const news = await newsWhere(source, ({ resized }) => resized);
      assert.deepEqual([news.damage, news.moved], ["unknown", true]);
      assert.equal(source.silence, undefined);
      assert.deepEqual(source.origin, { x: 300, y: 100 });
      await paint(server);
      await assertShowsPart(source, server, elsewhere);
    },
    args,
  );
}

xtest("x11 follows a monitor that is moved by itself", async (server, open) => {
  await setMonitors(server);
  using _window = new TestWindow(server.display, {
    title: "something",
    x: 200,
    y: 100,
    width: 300,
    height: 300,
  });
  const source = open({ kind: "monitor", name: "RIGHT-1" });
  await quiet(source);
  await server.run("xrandr", "--delmonitor", "RIGHT-1");
  await setMonitor(server, "RIGHT-1", { ...RIGHT, x: 200, y: 110 });
  const news = await newsWhere(source, ({ moved }) => moved === true);
  assert.deepEqual([news.damage, news.resized], ["unknown", false]);
  await assertShowsPart(source, server, { ...RIGHT, x: 200, y: 110 });
});

xtest("x11 cuts a monitor to a screen that shrinks", async (server, open) => {
  await setMonitor(server, "corner", { x: 300, y: 200, w: 340, h: 280 });
  const source = open({ kind: "monitor", name: "corner" });
  await quiet(source);
  const timings = [400, 401, 402, 403, 300, 301, 302, 303].map(String);
  await server.run("xrandr", "--newmode", "small", "10", ...timings);
  await server.run("xrandr", "--addmode", "screen", "small");
  await server.run("xrandr", "--output", "screen", "--mode", "small");
  // Too late to be known of: neither shown nor fatal.
  source.grab(newFrame(source), { top: 0, bottom: 280 });
  await newsWhere(source, ({ resized }) => resized);
  assert.deepEqual(source.size, { width: 100, height: 100 });
  await paint(server);
  assertShows(source, crop(await screenshot(server), 400, { x: 300, y: 200, w: 100, h: 100 }));
});

xtest("x11 waits for a monitor that is not there yet", async (server, open) => {
  await paint(server);
  const source = open({ kind: "monitor", name: "RIGHT-1" });
  assert.equal(source.silence, "monitor “RIGHT-1” is not connected; there are: screen");
  assert.equal(source.poll().damage, "unknown");
  assertShows(source, new Uint32Array(source.size.width * source.size.height));
  await setMonitor(server, "RIGHT-1", RIGHT);
  await newsWhere(source, ({ resized }) => resized);
  assert.equal(source.silence, undefined);
  await assertShowsPart(source, server, RIGHT);
});

xtest("x11 without RandR lists no monitors, and says so", async (server, open) => {
  const source = open();
  assert.deepEqual(source.targets!().monitors, []);
  assert.throws(
    () => source.select!({ kind: "monitor", name: "screen" }),
    new TargetUnknown("none, since this display lists no monitors"),
  );
  await assertShowsTheScreen(source, server);
  const { silence } = open({ kind: "monitor", name: "screen" });
  assert.equal(silence, "monitor “screen” is not connected; this display lists none");
}, ["-extension", "RANDR"]);
