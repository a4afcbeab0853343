/** Monitors and windows of a display: captured from the start, switched live, exact, whatever happens to them. */
import assert from "node:assert/strict";
import type { Rect } from "../../capture/geometry.ts";
import { stripes, TestWindow } from "../capture/sources/x11/test_window.ts";
import type { Target, Targets } from "../../capture/targets.ts";
import { type Desktop, startScreen } from "./support/desktop.ts";
import { eventually } from "./support/eventually.ts";
import { assertSame, type Picture } from "./support/picture.ts";
import { type Program, startProgram } from "./support/program.ts";
import { suiteOn } from "./support/suite.ts";
import { Watcher } from "./support/watcher.ts";

const test = suiteOn("end to end: monitors and windows", ["x11"]);

interface Listed extends Targets {
  readonly state: string;
  readonly detail: string;
  readonly width: number;
  readonly height: number;
  readonly target: Target;
}

const LEFT = { x: 0, y: 0, w: 300, h: 600 };
const RIGHT = { x: 300, y: 50, w: 500, h: 400 };
const BLACK = 0;

async function setMonitor(desktop: Desktop, name: string, { x, y, w, h }: Rect, output: string) {
  await desktop.run("xrandr", "--setmonitor", name, `${w}/100x${h}/100+${x}+${y}`, output);
}

/** A desktop of two monitors on which every pixel of 45 has another colour. */
async function startMonitors(): Promise<Desktop> {
  const desktop = await startScreen();
  await setMonitor(desktop, "left", LEFT, "screen");
  await setMonitor(desktop, "RIGHT-1", RIGHT, "none");
  await desktop.run("xsetroot", "-mod", "9", "5", "-fg", "#28527a", "-bg", "#d0b048");
  return desktop;
}

async function source(program: Program): Promise<Listed> {
  const { sources } = await (await program.request("/api/sources")).json();
  return sources[0];
}

async function select(program: Program, what: unknown): Promise<Response> {
  return await program.request("/api/sources/screen/select", {
    method: "POST",
    body: JSON.stringify(what),
  });
}

/** The part of a picture, with `mask` (in pixels of the picture) in black. */
function part({ width, pixels }: Picture, { x, y, w, h }: Rect, mask?: Rect): Picture {
  const cut = Uint32Array.from({ length: w * h }, (_, i) => {
    const [atX, atY] = [x + i % w, y + Math.floor(i / w)];
    const isMasked = mask !== undefined && atX >= mask.x && atX < mask.x + mask.w &&
      atY >= mask.y && atY < mask.y + mask.h;
    return isMasked ? BLACK : pixels[atY * width + atX];
  });
  return { width: w, height: h, pixels: cut };
}

function assertState(watcher: Watcher, state: string, text: string): void {
  assert.deepEqual(watcher.client.states.at(-1), { state, text });
}

test("a monitor is captured, switched live, unplugged and plugged in elsewhere", async () => {
  await using desktop = await startMonitors();
  const mask = { x: 250, y: 100, w: 100, h: 80 };
  await using program = await startProgram([
    "--source",
    `x11:${desktop.display}#monitor=RIGHT-1&mask=250,100,100,80`,
  ]);
  using watcher = (await Watcher.open(program)).follow();
  const screen = await desktop.picture();
  const shows = (rect: Rect) => () => assertSame(watcher.picture, part(screen, rect, mask));
  await eventually("the monitor is shown, masked where the mask lies on the display", shows(RIGHT));
  const { target, monitors } = await source(program);
  assert.deepEqual(target, { kind: "monitor", name: "RIGHT-1" });
  assert.deepEqual(monitors, [
    { name: "left", x: 0, y: 0, width: 300, height: 600, primary: false },
    { name: "RIGHT-1", x: 300, y: 50, width: 500, height: 400, primary: false },
  ]);

  const switched = await select(program, { monitor: "left" });
  assert.equal(switched.status, 200);
  assert.deepEqual((await switched.json()).target, { kind: "monitor", name: "left" });
  await eventually("the other monitor is shown", shows(LEFT));
  const refused = await select(program, { monitor: "HDMI-9" });
  assert.equal(refused.status, 400);
  assert.match(await refused.text(), /got .*HDMI-9.*, wanted one of left, RIGHT-1/);
  assert.equal((await select(program, { target: "all" })).status, 200);
  const everything = { x: 0, y: 0, w: 800, h: 600 };
  await eventually("the whole display is shown", shows(everything));
  const region = { x: 20, y: 30, w: 200, h: 100 };
  assert.equal((await select(program, { monitor: "RIGHT-1", region })).status, 200);
  await eventually("a region of the monitor is shown", shows({ ...region, x: 320, y: 80 }));
  assert.equal((await select(program, { monitor: "RIGHT-1" })).status, 200);
  await eventually("all of the monitor is shown", shows(RIGHT));

  await desktop.run("xrandr", "--delmonitor", "RIGHT-1");
  const gone = "monitor “RIGHT-1” is not connected; there are: left";
  await eventually("viewers are told", () => assertState(watcher, "lost", gone));
  await desktop.run("xsetroot", "-solid", "#123456");
  const { state, detail } = await source(program);
  assert.deepEqual([state, detail], ["lost", `source lost: ${gone}`]);
  shows(RIGHT)();
  // Somebody who comes now sees the last picture, too.
  using late = (await Watcher.open(program)).follow();
  await eventually("a newcomer sees it", () => {
    assertSame(late.picture, part(screen, RIGHT, mask));
    assertState(late, "lost", gone);
  });

  await desktop.run("xsetroot", "-mod", "9", "5", "-fg", "#28527a", "-bg", "#d0b048");
  const elsewhere = { x: 200, y: 10, w: 300, h: 200 };
  await setMonitor(desktop, "RIGHT-1", elsewhere, "none");
  await eventually("it is shown where it is now", shows(elsewhere));
  assertState(watcher, "live", "");
  assertSame(await desktop.picture(), screen);
});

test("a window is waited for, followed while covered and moved, closed, and found again", async () => {
  await using desktop = await startMonitors();
  await using program = await startProgram([
    "--source",
    `x11:${desktop.display}#window=the%20one&fps=30`,
  ]);
  using watcher = (await Watcher.open(program)).follow();
  await eventually("viewers are told that it is not there", () => {
    assertState(watcher, "lost", "window “the one” is not there");
  });
  const place = { x: 100, y: 90, width: 220, height: 130 };
  const open = (title: string, more = {}) =>
    new TestWindow(desktop.display, { title, app: "Test", ...place, ...more });
  const shows = (width: number, height: number, seed: number) => () => {
    assertSame(watcher.picture, { width, height, pixels: stripes(width, height, seed) });
    assertState(watcher, "live", "");
  };

  const first = open("This is THE ONE");
  first.draw(220, 130, 1);
  await eventually("it is shown", shows(220, 130, 1));
  using cover = open("in the way", { x: 0, y: 0, width: 500, height: 400 });
  cover.draw(500, 400, 9);
  first.draw(220, 130, 2);
  await eventually("it is shown though it is covered", shows(220, 130, 2));
  first.move(700, 550);
  first.draw(220, 130, 3);
  await eventually("it is shown though it is half off the screen", shows(220, 130, 3));
  first.resize(333, 77);
  first.draw(333, 77, 4);
  await eventually("it is shown in its new size", shows(333, 77, 4));

  const { windows, target } = await source(program);
  assert.deepEqual(target, { kind: "window", window: "the one" });
  assert.deepEqual(windows.map(({ title, app }) => [title, app]), [
    ["in the way", "Test"],
    ["This is THE ONE", "Test"],
  ]);
  first.hide();
  await eventually("viewers are told that it is hidden", () => {
    const text = "window “the one” is minimised, hidden or on another desktop";
    assertState(watcher, "lost", text);
  });
  first[Symbol.dispose]();
  using second = open("again the one", { width: 90, height: 60 });
  second.draw(90, 60, 5);
  await eventually("the next one is shown", shows(90, 60, 5));

  assert.equal((await select(program, { window: windows[0].id })).status, 200);
  await eventually("the one in the way is shown", () => {
    // Unlike other programs it does not listen when the server tells it to draw what was covered.
    cover.draw(500, 400, 8);
    shows(500, 400, 8)();
  });
  const refused = await select(program, { window: "nothing like it" });
  assert.equal(refused.status, 400);
  assert.match(await refused.text(), /the id of a window or a part of its title; there are 0x/);
  assert.equal((await select(program, { target: "all" })).status, 200);
  await eventually("the whole display is shown", async () => {
    assertSame(watcher.picture, await desktop.picture());
  });
});

test("while nobody watches, the answer to a selection has the size of what was selected", async () => {
  await using desktop = await startMonitors();
  await using program = await startProgram(["--source", `x11:${desktop.display}`]);
  for (
    const [what, size] of [[{ monitor: "left" }, LEFT], [{ monitor: "RIGHT-1" }, RIGHT]] as const
  ) {
    const { width, height } = await (await select(program, what)).json();
    assert.deepEqual([width, height], [size.w, size.h]);
  }
});
