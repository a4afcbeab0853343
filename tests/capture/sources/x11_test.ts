/**
 * What the x11 source shows and tells, against real X servers.
 */
import assert from "node:assert/strict";
import { rowsOf } from "../../../capture/geometry.ts";
import {
  assertShowsTheScreen,
  newFrame,
  newsWhere,
  paint,
  PATIENCE_MS,
  pixelsOf,
  segmentsWith,
  xtest,
} from "./x11/harness.ts";
import { screenshot, type Xvfb } from "./xvfb.ts";

/** Size of a smaller mode that Xvfb is taught; it starts with 640x480. */
const SMALL = { width: 400, height: 300 };

async function resize(server: Xvfb, mode: "small" | "640x480"): Promise<void> {
  if (mode === "small") {
    const { width: w, height: h } = SMALL;
    const timings = [w, w + 1, w + 2, w + 3, h, h + 1, h + 2, h + 3].map(String);
    await server.run("xrandr", "--newmode", "small", "10", ...timings);
    await server.run("xrandr", "--addmode", "screen", "small");
  }
  await server.run("xrandr", "--output", "screen", "--mode", mode);
}

xtest("x11 grab() equals what xwd sees", async (server, open) => {
  await paint(server);
  server.start("xlogo", "-geometry", "200x150+77+33", "-bg", "#aabbcc", "-fg", "#010203");
  const source = open();
  assert.equal(source.label, `x11 ${server.display}`);
  assert.deepEqual(source.size, { width: 640, height: 480 });
  // Pixel 80,40 lies in the window: once it has the window's background, that is drawn.
  const giveUp = performance.now() + PATIENCE_MS;
  while (pixelsOf(source)[40 * 640 + 100] !== 0xaabbcc && performance.now() < giveUp) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await server.run("xdotool", "search", "--sync", "--onlyvisible", "--name", "xlogo");
  await newsWhere(source, ({ damage }) => damage.length === 0);
  assert.ok(new Set(pixelsOf(source)).size >= 4, "root pattern and window are there");
  await assertShowsTheScreen(source, server);
});

xtest("x11 grab() leaves other rows alone", async (server, open) => {
  await paint(server);
  const source = open();
  const expected = await screenshot(server);
  const frame = newFrame(source).fill(0xab);
  source.grab(frame, { top: 100, bottom: 103 });
  const rowBytes = 640 * 4;
  const pixels = new Uint32Array(frame.buffer, 100 * rowBytes, 3 * 640)
    .map((pixel) => pixel & 0xffffff);
  assert.deepEqual(pixels, expected.subarray(100 * 640, 103 * 640));
  assert.ok(frame.subarray(0, 100 * rowBytes).every((byte) => byte === 0xab));
  assert.ok(frame.subarray(103 * rowBytes).every((byte) => byte === 0xab));
});

xtest("x11 grab() refuses frames and rows of the wrong size", (_server, open) => {
  const source = open();
  const frame = newFrame(source);
  assert.throws(
    () => source.grab(frame.subarray(4), { top: 0, bottom: 1 }),
    new RangeError("Cannot grab into frame: got 1228796 bytes, wanted 1228800 (640x480)"),
  );
  for (const [top, bottom] of [[-1, 2], [0, 481], [0.5, 2], [3, 3], [4, 3], [NaN, 1]]) {
    assert.throws(() => source.grab(frame, { top, bottom }), /^RangeError: Cannot grab rows: got/);
  }
});

xtest("x11 poll() tells what was drawn, and nothing when idle", async (server, open) => {
  const source = open();
  assert.equal(source.poll().damage, "unknown");
  await newsWhere(source, ({ damage }) => damage.length === 0);
  assert.deepEqual(source.poll(), { damage: [], resized: false });
  assert.deepEqual(source.poll(), { damage: [], resized: false });
  server.start("xlogo", "-geometry", "100x80+200+150");
  const { damage } = await newsWhere(source, ({ damage }) => damage.length > 0);
  assert.ok(damage !== "unknown");
  for (const { x, y, w, h } of damage) {
    // The window with a border of one pixel.
    assert.ok(x >= 200 && y >= 150 && x + w <= 302 && y + h <= 232, `${x},${y} ${w}x${h}`);
  }
  await newsWhere(source, ({ damage }) => damage.length === 0);
  assert.deepEqual(source.poll().damage, []);
  await paint(server);
  const again = await newsWhere(source, ({ damage }) => damage.length > 0);
  assert.deepEqual(again.damage[0], { x: 0, y: 0, w: 640, h: again.damage.length > 1 ? 150 : 480 });
});

xtest("x11 damage misses nothing while a terminal scrolls", async (server, open) => {
  const source = open();
  const frame = newFrame(source);
  let grabs = 0;
  /** Brings `frame` up to date by damage alone; true when there was any. */
  const follow = () => {
    const { damage } = source.poll();
    const rows = damage === "unknown" ? { top: 0, bottom: 480 } : rowsOf(damage);
    if (rows === undefined) return false;
    source.grab(frame, rows);
    grabs++;
    return true;
  };
  server.start("xterm", "-geometry", "80x24+9+21", "-e", "seq 1 20000; sleep 1000");
  const giveUp = performance.now() + PATIENCE_MS;
  for (let checked = 0; checked < 5;) {
    assert.ok(performance.now() < giveUp, "the terminal goes on and on");
    while (follow()) await new Promise((resolve) => setTimeout(resolve, 5));
    const expected = await screenshot(server);
    // Damage since: the screenshot may be newer than the frame, so it proves nothing.
    if (follow() || grabs < 5) continue;
    const got = new Uint32Array(frame.buffer).map((pixel) => pixel & 0xffffff);
    assert.equal(got.findIndex((pixel, i) => pixel !== expected[i]), -1);
    checked++;
  }
});

xtest("x11 poll() follows the pointer and its shape", async (server, open) => {
  await server.run("xdotool", "mousemove", "10", "20");
  const source = open();
  const { cursor: first } = source.poll();
  assert.deepEqual([first?.visible, first?.x, first?.y], [true, 10, 20]);
  assert.ok(first?.shape, "the first news has the shape");
  await newsWhere(source, ({ cursor }) => cursor === undefined);

  await server.run("xdotool", "mousemove", "321", "123");
  const { cursor: moved } = await newsWhere(source, ({ cursor }) => cursor !== undefined);
  assert.deepEqual(moved, { visible: true, x: 321, y: 123 });
  assert.equal(source.poll().cursor, undefined);

  // A client that stays: the server may refuse to show the pointer of one that has ended.
  server.start("xterm", "-geometry", "80x24+0+0");
  const { cursor } = await newsWhere(source, ({ cursor }) => cursor?.shape !== undefined);
  const shape = cursor?.shape;
  assert.ok(shape);
  assert.notDeepEqual(shape, first.shape);
  assert.equal(shape.rgba.length, shape.width * shape.height * 4);
  assert.ok(shape.hotX < shape.width && shape.hotY < shape.height);
  const alphas = new Set(shape.rgba.filter((_, i) => i % 4 === 3));
  assert.deepEqual(alphas, new Set([0, 255]));
});

xtest("x11 follows a screen that changes its size", async (server, open) => {
  await paint(server);
  const source = open();
  source.poll();
  for (
    const [mode, size] of [["small", SMALL], ["640x480", { width: 640, height: 480 }]] as const
  ) {
    await resize(server, mode);
    const news = await newsWhere(source, ({ resized }) => resized);
    assert.equal(news.damage, "unknown");
    assert.deepEqual(source.size, size);
    await paint(server);
    await assertShowsTheScreen(source, server);
    assert.deepEqual(segmentsWith(server).map(({ bytes }) => bytes), [
      size.width * size.height * 4,
    ]);
    assert.equal(source.poll().resized, false);
  }
});

for (const args of [[], ["-extension", "MIT-SHM"]]) {
  xtest(
    `x11 survives a screen that shrinks before grab() ${args.join(" ")}`,
    async (server, open) => {
      await paint(server);
      const source = open();
      source.poll();
      await resize(server, "small");
      const frame = newFrame(source).fill(0xab);
      source.grab(frame, { top: 0, bottom: 480 });
      assert.ok(frame.every((byte) => byte === 0xab));
      assert.deepEqual(source.size, { width: 640, height: 480 });
      const news = source.poll();
      assert.deepEqual([news.damage, news.resized], ["unknown", true]);
      assert.deepEqual(source.size, SMALL);
      await assertShowsTheScreen(source, server);
    },
    args,
  );
}

xtest("x11 works without MIT-SHM", async (server, open) => {
  await paint(server);
  const source = open();
  assert.deepEqual(segmentsWith(server), []);
  await assertShowsTheScreen(source, server);
  const frame = newFrame(source).fill(0xab);
  source.grab(frame, { top: 7, bottom: 9 });
  assert.equal(frame.findIndex((byte) => byte !== 0xab), 7 * 640 * 4);
}, ["-extension", "MIT-SHM"]);

xtest("x11 works without DAMAGE", async (server, open) => {
  const source = open();
  source.poll();
  assert.deepEqual(source.poll(), { damage: "unknown", resized: false });
  await paint(server);
  await assertShowsTheScreen(source, server);
}, ["-extension", "DAMAGE"]);

xtest("x11 works without XFIXES, but knows no pointer and no damage", (_server, open) => {
  const source = open();
  assert.deepEqual(source.poll(), { damage: "unknown", resized: false });
  assert.deepEqual(source.poll(), { damage: "unknown", resized: false });
  source.grab(newFrame(source), { top: 0, bottom: 480 });
}, ["-extension", "XFIXES"]);
