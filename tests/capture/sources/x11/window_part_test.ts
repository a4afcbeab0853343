/** Capturing one window that moves, is resized and covered. */
import assert from "node:assert/strict";
import {
  assertShows,
  crop,
  newFrame,
  newsWhere,
  paint,
  pixelsOf,
  quiet,
  segmentsWith,
  until,
  xtest,
} from "./harness.ts";
import { stripe, stripes, TestWindow } from "./test_window.ts";
import { cover, show, SHOWN, silence } from "./window_scene.ts";
import { screenshot } from "../xvfb.ts";

for (const args of [[], ["-extension", "MIT-SHM"]]) {
  xtest(`x11 captures a window that others cover ${args.join(" ")}`, async (server, open) => {
    using shown = show(server);
    using _cover = cover(server);
    const source = open(SHOWN);
    assert.deepEqual(source.size, { width: 200, height: 120 });
    assert.deepEqual(source.origin, { x: 50, y: 60 });
    assert.equal(source.silence, undefined);
    await quiet(source);
    shown.draw(200, 120);
    const { damage } = await newsWhere(source, ({ damage }) => damage.length > 0);
    assert.ok(damage !== "unknown", "what is drawn out of sight is told");
    assertShows(source, stripes(200, 120));
    shown.draw(200, 120, 7);
    assertShows(source, stripes(200, 120, 7));
    const rows = newFrame(source).fill(0xab);
    source.grab(rows, { top: 7, bottom: 9 });
    assert.equal(rows.findIndex((byte) => byte !== 0xab), 7 * 200 * 4);
    assert.equal(rows.subarray(9 * 200 * 4).findIndex((byte) => byte !== 0xab), -1);
    const { length } = segmentsWith(server);
    assert.equal(length, args.length === 0 ? 1 : 0);
  }, args);
}

xtest("x11 captures a window that was covered before, all of it", async (server, open) => {
  server.start("xlogo", "-geometry", "200x150+30+40", "-fg", "#a01030");
  const whole = open();
  const part = { x: 31, y: 41, w: 200, h: 150 };
  const drawn = () => crop(pixelsOf(whole), 640, part);
  await until("it is drawn", () => new Set(drawn()).has(0xa01030));
  await quiet(whole);
  const wanted = drawn();
  using _cover = cover(server);
  await until("it is covered", () => drawn().some((pixel, i) => pixel !== wanted[i]));
  const source = open({ kind: "window", window: "xlogo" });
  // The program is told to draw what nobody has.
  await until("all of it is drawn", () => {
    source.poll();
    return pixelsOf(source).every((pixel, i) => pixel === wanted[i]);
  });
});

xtest("x11 tells the damage of a window as seen from there, and no other", async (server, open) => {
  using shown = show(server, { border: 5 });
  using other = cover(server);
  const source = open(SHOWN);
  await quiet(source);
  shown.fill(20, 30, 10, 5);
  const { damage } = await newsWhere(source, ({ damage }) => damage.length > 0);
  assert.deepEqual(damage, [{ x: 20, y: 30, w: 10, h: 5 }]);
  other.draw(400, 400, 3);
  for (let i = 0; i < 5; i++) assert.deepEqual(source.poll().damage, []);
});

xtest("x11 captures a window without its border", async (server, open) => {
  using shown = show(server, { border: 7 });
  shown.draw(200, 120, 1);
  const source = open({ kind: "window", window: shown.id });
  assert.deepEqual(source.size, { width: 200, height: 120 });
  assert.deepEqual(source.origin, { x: 57, y: 67 });
  await quiet(source);
  assertShows(source, stripes(200, 120, 1));
});

xtest("x11 captures a window with an alpha channel", async (server, open) => {
  using shown = show(server, { depth: 32, border: 2 });
  shown.draw(200, 120, 5, 0x10);
  const source = open(SHOWN);
  await quiet(source);
  assertShows(source, stripes(200, 120, 5));
  // From one depth to the other, and back.
  using plain = show(server, { title: "opaque" });
  plain.draw(200, 120, 6);
  source.select!({ kind: "window", window: "opaque" });
  source.poll();
  assertShows(source, stripes(200, 120, 6));
  source.select!(SHOWN);
  source.poll();
  assertShows(source, stripes(200, 120, 5));
});

xtest("x11 follows a window that moves, also off the screen", async (server, open) => {
  using shown = show(server);
  shown.draw(200, 120);
  const source = open(SHOWN);
  await quiet(source);
  shown.move(600, 470);
  const news = await newsWhere(source, ({ moved }) => moved === true);
  assert.deepEqual([news.resized, source.origin], [false, { x: 600, y: 470 }]);
  await quiet(source);
  shown.draw(200, 120, 4);
  assertShows(source, stripes(200, 120, 4));
  shown.move(-150, -100);
  await newsWhere(source, ({ moved }) => moved === true);
  shown.draw(200, 120, 5);
  assert.deepEqual(source.origin, { x: -150, y: -100 });
  assertShows(source, stripes(200, 120, 5));
  assert.equal(source.silence, undefined);
});

xtest("x11 tells the pointer as seen from a window that moves", async (server, open) => {
  await server.run("xdotool", "mousemove", "60", "80");
  using shown = show(server);
  const source = open(SHOWN);
  const { cursor } = source.poll();
  assert.deepEqual([cursor?.visible, cursor?.x, cursor?.y], [true, 10, 20]);
  shown.move(55, 77);
  const moved = await newsWhere(source, ({ cursor }) => cursor !== undefined);
  assert.deepEqual(moved.cursor, { visible: true, x: 5, y: 3 });
  shown.move(61, 77);
  const outside = await newsWhere(source, ({ cursor }) => cursor !== undefined);
  assert.equal(outside.cursor?.visible, false);
});

xtest("x11 follows a window that is resized", async (server, open) => {
  using shown = show(server);
  const source = open(SHOWN);
  await quiet(source);
  for (const [width, height] of [[333, 77], [40, 300], [700, 500]]) {
    shown.resize(width, height);
    const news = await newsWhere(source, ({ resized }) => resized);
    assert.equal(news.damage, "unknown");
    assert.deepEqual(source.size, { width, height });
    shown.draw(width, height, width);
    await quiet(source);
    assertShows(source, stripes(width, height, width));
    const { length } = segmentsWith(server);
    assert.equal(length, 1);
  }
});

xtest("x11 survives a window that is resized or closed before grab()", async (server, open) => {
  const shown = show(server);
  shown.draw(200, 120, 1);
  const source = open(SHOWN);
  await quiet(source);
  shown.resize(100, 50);
  assertShows(source, stripes(200, 120, 1));
  await newsWhere(source, ({ resized }) => resized);
  shown[Symbol.dispose]();
  pixelsOf(source);
  await silence(source, "window “shown ONE” was closed");
});

xtest("x11 leaves the keyboard to the window that it captures", (server, open) => {
  using shown = show(server);
  shown.focus();
  assert.ok(shown.hasFocus);
  const source = open(SHOWN);
  source.poll();
  assert.ok(shown.hasFocus, "when it begins");
  source.select!({ kind: "all" });
  source.poll();
  shown.sync();
  assert.ok(shown.hasFocus, "when it ends");
});

xtest("x11 misses nothing in a covered window that scrolls", async (server, open) => {
  // Out of the way: a terminal below the pointer draws another cursor.
  await server.run("xdotool", "mousemove", "630", "470");
  server.start(
    "xterm",
    "-T",
    "scroller",
    "-geometry",
    "60x20+20+20",
    "-e",
    "seq 1 20000; sleep 999",
  );
  const source = open({ kind: "window", window: "scroller" });
  await silence(source, undefined);
  using over = cover(server);
  const frame = newFrame(source);
  source.grab(frame, { top: 0, bottom: source.size.height });
  let grabs = 0;
  const follow = () => {
    const { damage, resized } = source.poll();
    assert.equal(resized, false);
    if (damage.length === 0) return false;
    const all = [{ x: 0, y: 0, w: source.size.width, h: source.size.height }];
    const rects = damage === "unknown" ? all : damage;
    source.grab(frame, {
      top: Math.min(...rects.map(({ y }) => y)),
      bottom: Math.max(...rects.map(({ y, h }) => y + h)),
    });
    grabs++;
    return true;
  };
  for (let still = 0; still < 40;) {
    still = follow() ? 0 : still + 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.ok(grabs > 1, `${grabs} grabs`);
  over[Symbol.dispose]();
  await quiet(source);
  // The same, now that the screen shows it: with the terminal's border of one pixel.
  const { width: w, height: h } = source.size;
  const screen = crop(await screenshot(server), 640, { x: 21, y: 21, w, h });
  const got = new Uint32Array(frame.buffer).map((pixel) => pixel & 0xffffff);
  assert.equal(got.findIndex((pixel, i) => pixel !== screen[i]), -1);
});

xtest("x11 without Composite captures what the screen shows of a window", async (server, open) => {
  await paint(server);
  using shown = show(server);
  shown.draw(200, 120, 1);
  const source = open(SHOWN);
  await quiet(source);
  assertShows(source, stripes(200, 120, 1));
  shown.fill(20, 30, 10, 5);
  const { damage } = await newsWhere(source, ({ damage }) => damage.length > 0);
  assert.deepEqual(damage, [{ x: 20, y: 30, w: 10, h: 5 }]);
  shown.draw(200, 120, 2);
  // Half off the screen: what is left of it.
  shown.move(-50, 420);
  const news = await newsWhere(source, ({ resized }) => resized);
  assert.deepEqual([source.size, source.origin], [{ width: 150, height: 60 }, { x: 0, y: 420 }]);
  assert.equal(news.moved, true);
  shown.draw(200, 120, 2);
  await quiet(source);
  assertShows(source, crop(stripes(200, 120, 2), 200, { x: 50, y: 0, w: 150, h: 60 }));
  // In front of it: that is seen.
  using _over = new TestWindow(server.display, { title: "x", x: 0, y: 420, width: 5, height: 5 });
  await quiet(source);
  assert.notEqual(pixelsOf(source)[0], stripe(0, 2));

  const before = pixelsOf(source);
  shown.move(-300, 420);
  await silence(source, "window “shown ONE” lies outside the screen");
  assertShows(source, before);
  shown.hide();
  await silence(source, "window “shown ONE” is minimised, hidden or on another desktop");
  await server.run("xsetroot", "-solid", "#123456");
  assertShows(source, before);
}, ["-extension", "Composite"]);
