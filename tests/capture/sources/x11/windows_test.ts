/** Which windows there are. */
import assert from "node:assert/strict";
import type { Source } from "../../../../capture/source.ts";
import { MAX_TITLE, TargetUnknown } from "../../../../capture/targets.ts";
import { startOpenbox, until, xtest } from "./harness.ts";
import { TestWindow } from "./test_window.ts";

const PLACE = { x: 20, y: 30, width: 100, height: 80 };

function titlesOf(source: Source): string[] {
  return source.targets!().windows.map(({ title }) => title);
}

xtest("x11 targets() lists the windows, the front one first", (server, open) => {
  const source = open();
  assert.deepEqual(source.targets!().windows, []);
  using first = new TestWindow(server.display, { title: "first", ...PLACE });
  using second = new TestWindow(server.display, {
    title: "sécond ✓ 窓",
    app: "Editor",
    x: -10,
    y: 400,
    width: 300,
    height: 200,
    border: 3,
  });
  assert.deepEqual(source.targets!().windows, [
    // Its place is that of its pixels, inside the border.
    {
      id: second.id,
      title: "sécond ✓ 窓",
      app: "Editor",
      x: -7,
      y: 403,
      width: 300,
      height: 200,
    },
    { id: first.id, title: "first", app: "", ...PLACE },
  ]);
  first.raise();
  assert.deepEqual(titlesOf(source), ["first", "sécond ✓ 窓"]);
});

xtest("x11 targets() leaves out menus, hidden and tiny windows", (server, open) => {
  const source = open();
  using _menu = new TestWindow(server.display, {
    title: "menu",
    ...PLACE,
    overrideRedirect: true,
  });
  using _tiny = new TestWindow(server.display, { title: "tiny", ...PLACE, width: 1, height: 1 });
  using hidden = new TestWindow(server.display, { title: "hidden", ...PLACE });
  using closed = new TestWindow(server.display, { title: "closed", ...PLACE });
  using _shown = new TestWindow(server.display, { title: "shown", ...PLACE });
  hidden.hide();
  closed[Symbol.dispose]();
  assert.deepEqual(titlesOf(source), ["shown"]);
});

xtest("x11 targets() makes one short line of a title", (server, open) => {
  const source = open();
  using shown = new TestWindow(server.display, { title: "two\nlines\t\0 ", ...PLACE });
  assert.deepEqual(titlesOf(source), ["two lines"]);
  shown.retitle("é".repeat(MAX_TITLE + 50));
  assert.deepEqual(titlesOf(source), ["é".repeat(MAX_TITLE)]);
  shown.retitle("x".repeat(100_000));
  assert.deepEqual(titlesOf(source), ["x".repeat(MAX_TITLE)]);
  shown.retitle("");
  assert.deepEqual(titlesOf(source), [""]);
});

xtest("x11 targets() reads the titles of old programs, too", async (server, open) => {
  const source = open();
  server.start("xlogo", "-title", "old one", "-geometry", "100x80+20+30");
  await until("xlogo is shown", () => titlesOf(source).length === 1);
  const [{ title, app, width, height }] = source.targets!().windows;
  assert.deepEqual([title, app, width, height], ["old one", "XLogo", 100, 80]);
});

xtest("x11 targets() asks the window manager, and not one that has ended", async (server, open) => {
  const source = open();
  await startOpenbox(server);
  using back = new TestWindow(server.display, { title: "back", app: "Test", ...PLACE });
  await until("it is managed", () => titlesOf(source).length === 1);
  using _menu = new TestWindow(server.display, { title: "menu", ...PLACE, overrideRedirect: true });
  using _front = new TestWindow(server.display, { title: "front", app: "Test", ...PLACE });
  await until("both are managed", () => titlesOf(source).length === 2);
  await until("openbox has told which is in front", () => titlesOf(source)[0] === "front");
  assert.deepEqual(titlesOf(source), ["front", "back"]);
  const [, window] = source.targets!().windows;
  assert.deepEqual([window.id, window.app], [back.id, "Test"]);
  // Inside the frame, which has a title bar.
  assert.ok(window.y > PLACE.y, `${window.y}`);
  await server.run("xdotool", "windowminimize", BigInt(back.id).toString());
  await until("the other is minimised", () => titlesOf(source).join() === "front");
  await server.run("openbox", "--exit");
  using _last = new TestWindow(server.display, { title: "last", ...PLACE });
  await until("openbox has ended", () => titlesOf(source).includes("last"));
  assert.ok(titlesOf(source).includes("front"));
});

xtest("x11 select() refuses an unknown window and names those that there are", (server, open) => {
  const source = open();
  const unknown = { kind: "window", window: "browser" } as const;
  const wanted = "the id of a window or a part of its title; there ";
  assert.throws(() => source.select!(unknown), new TargetUnknown(`${wanted}are none`));
  using one = new TestWindow(server.display, { title: "Editor", ...PLACE });
  const named = new TargetUnknown(`${wanted}are ${one.id} “Editor”`);
  assert.throws(() => source.select!(unknown), named);
  // No window at all, not a window, and the root, which is what "all" is for.
  for (const window of ["0xffffff", "0x0", "0x1fffffff", `0x${one.root.toString(16)}`]) {
    assert.throws(() => source.select!({ kind: "window", window }), named);
  }
  assert.deepEqual(source.target, { kind: "all" });
  assert.equal(source.poll().resized, false);
  source.select!({ kind: "window", window: "dito" });
  assert.deepEqual(source.target, { kind: "window", window: "dito" });
});
