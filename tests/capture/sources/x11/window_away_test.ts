/** Capturing one window that is hidden, closed, or not there yet. */
import assert from "node:assert/strict";
import type { Source } from "../../../../capture/source.ts";
import {
  assertShows,
  crop,
  newFrame,
  newsWhere,
  paint,
  pixelsOf,
  quiet,
  segmentsWith,
  startOpenbox,
  until,
  xtest,
} from "./harness.ts";
import { stripes, TestWindow } from "./test_window.ts";
import { PLACE, show, SHOWN, silence } from "./window_scene.ts";
import { screenshot, type Xvfb } from "../xvfb.ts";

xtest(
  "x11 keeps the picture of a window that is hidden, until it is shown",
  async (server, open) => {
    using shown = show(server);
    shown.draw(200, 120, 2);
    const source = open(SHOWN);
    await quiet(source);
    assertShows(source, stripes(200, 120, 2));
    // Out of the way for as long as nothing happens; woken by what does.
    const waiting = source.wait!(1e9);
    shown.hide();
    await waiting;
    await silence(source, "window “shown ONE” is minimised, hidden or on another desktop");
    await paint(server);
    assertShows(source, stripes(200, 120, 2));
    const { cursor } = await newsWhere(source, () => true);
    assert.notEqual(cursor?.visible, true);
    shown.show();
    shown.draw(200, 120, 3);
    await silence(source, undefined);
    assertShows(source, stripes(200, 120, 3));
    // Quicker than anybody looks.
    shown.hide();
    shown.show();
    shown.draw(200, 120, 4);
    await newsWhere(source, ({ damage }) => damage === "unknown");
    assertShows(source, stripes(200, 120, 4));
  },
);

xtest("x11 waits for a window with the title, also when it was closed", async (server, open) => {
  const source = open(SHOWN);
  assert.equal(source.silence, "window “shown ONE” is not there");
  assert.equal(source.poll().damage, "unknown");
  assertShows(source, new Uint32Array(source.size.width * source.size.height));
  const before = show(server);
  before.draw(200, 120, 1);
  await silence(source, undefined);
  assert.deepEqual(source.size, { width: 200, height: 120 });
  await quiet(source);
  assertShows(source, stripes(200, 120, 1));

  before[Symbol.dispose]();
  await silence(source, "window “shown ONE” was closed");
  using other = show(server, { title: "another" });
  other.draw(200, 120, 9);
  await quiet(source);
  assertShows(source, stripes(200, 120, 1));

  using after = show(server, { title: "again shown One!", app: "", width: 90, height: 50 });
  after.draw(90, 50, 2);
  await newsWhere(source, ({ resized }) => resized);
  assert.equal(source.silence, undefined);
  await quiet(source);
  assertShows(source, stripes(90, 50, 2));
});

xtest("x11 finds a window whose title becomes the one it waits for", async (server, open) => {
  using shown = show(server, { title: "no name yet" });
  shown.draw(200, 120, 1);
  const source = open(SHOWN);
  source.poll();
  shown.retitle("Shown one: ready");
  await source.wait!(1e9);
  await silence(source, undefined);
  assertShows(source, stripes(200, 120, 1));
  // It stays the same window whatever it is called.
  shown.retitle("something else");
  using _other = show(server);
  await quiet(source);
  assertShows(source, stripes(200, 120, 1));
});

xtest(
  "x11 takes for a certain window that was closed only one that is like it",
  async (server, open) => {
    const shown = show(server);
    const target = { kind: "window", window: shown.id } as const;
    const source = open(target);
    await quiet(source);
    assert.equal(source.silence, undefined);
    shown[Symbol.dispose]();
    await silence(source, `window “${target.window}” was closed`);
    using _sameTitle = show(server, { app: "Elsewhere" });
    using _sameProgram = show(server, { title: "another one" });
    for (let i = 0; i < 5; i++) source.poll();
    assert.notEqual(source.silence, undefined);
    using again = show(server, { width: 99 });
    again.draw(99, 120, 2);
    await silence(source, undefined);
    await quiet(source);
    assertShows(source, stripes(99, 120, 2));
    assert.deepEqual(source.target, target);
  },
);

xtest("x11 takes the front one of two windows with the title", (server, open) => {
  using _back = show(server, { width: 111 });
  using _front = show(server, { width: 122 });
  assert.equal(open(SHOWN).size.width, 122);
});

xtest("x11 captures a window in its frame, moved, covered and minimised", async (server, open) => {
  await startOpenbox(server);
  await paint(server);
  server.start("xlogo", "-title", "logo", "-geometry", "200x150+30+40", "-fg", "#a01030");
  const source = open({ kind: "window", window: "logo" });
  await silence(source, undefined);
  await until("it is drawn", () => new Set(pixelsOf(source)).size > 1);
  await quiet(source);
  await assertShowsPart(source, server);
  const id = await server.run("xdotool", "search", "--onlyvisible", "--name", "^logo$");
  const xid = new TextDecoder().decode(id).trim();

  const { x, y } = source.origin!;
  await server.run("xdotool", "windowmove", "--relative", "--", xid, "111", "-13");
  await newsWhere(source, ({ moved }) => moved === true);
  await quiet(source);
  assert.notDeepEqual(source.origin, { x, y });
  await assertShowsPart(source, server);

  const shown = pixelsOf(source);
  using other = new TestWindow(server.display, {
    title: "over",
    ...PLACE,
    width: 500,
    height: 400,
  });
  other.draw(500, 400);
  await quiet(source);
  assertShows(source, shown);

  await server.run("xdotool", "windowminimize", xid);
  await silence(source, "window “logo” is minimised, hidden or on another desktop");
  // Another one with the title is not what was meant.
  server.start("xlogo", "-title", "logo");
  await until("the second one is there", () => {
    return source.targets!().windows.some(({ title }) => title === "logo");
  });
  source.poll();
  assert.notEqual(source.silence, undefined);
  assertShows(source, shown);
  await server.run("xdotool", "windowactivate", xid);
  await silence(source, undefined);
  await quiet(source);
  assertShows(source, shown);
});

xtest("x11 close() and a dead server end the capture of a window", (server, open) => {
  using _window = show(server);
  const source = open(SHOWN);
  source.poll();
  source.close();
  source.close();
  assert.deepEqual(segmentsWith(server), []);
  assert.throws(() => source.poll(), { name: "SourceLost" });
  assert.throws(() => source.grab(newFrame(source), { top: 0, bottom: 1 }), { name: "SourceLost" });
  assert.throws(() => source.targets!(), { name: "SourceLost" });
  assert.throws(() => source.select!(SHOWN), { name: "SourceLost" });
});

xtest("x11 tells that the server of a window has gone", async (server, open) => {
  server.start("xlogo");
  const source = open({ kind: "window", window: "xlogo" });
  await silence(source, undefined);
  const away = open({ kind: "window", window: "nothing" });
  await server.kill();
  for (const one of [source, away]) {
    assert.throws(() => one.poll(), { name: "SourceLost" });
    const frame = newFrame(one);
    assert.throws(() => one.grab(frame, { top: 0, bottom: 1 }), { name: "SourceLost" });
    assert.throws(() => one.targets!(), { name: "SourceLost" });
    one.close();
  }
  assert.deepEqual(segmentsWith(server), []);
});

xtest(
  "x11 notices a window that was closed and came back with its number",
  async (server, open) => {
    const before = show(server);
    const source = open(SHOWN);
    await quiet(source);
    before[Symbol.dispose]();
    using after = show(server);
    // The server gives a new connection the numbers of one that has ended.
    assert.equal(after.id, before.id);
    await newsWhere(source, ({ damage }) => damage === "unknown");
    await quiet(source);
    after.draw(200, 120, 3);
    const { damage } = await newsWhere(source, ({ damage }) => damage.length > 0);
    assert.deepEqual(damage, [{ x: 0, y: 0, w: 200, h: 120 }]);
    assertShows(source, stripes(200, 120, 3));
  },
);

/** Fails where a window that is in front of all shows something else than xwd sees there. */

async function assertShowsPart(source: Source, server: Xvfb): Promise<void> {
  const { x, y } = source.origin!;
  const { width: w, height: h } = source.size;
  assertShows(source, crop(await screenshot(server), 640, { x, y, w, h }));
}
