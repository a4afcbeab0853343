/**
 * Promise 1: what the page shows equals the X server's own picture, byte for byte, through every way that
 * pixels can take.
 */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { canvasPicture, openPage, startBrowser, waitForStatus } from "./support/browser.ts";
import { type Desktop, FULL_SIZE, startDesktop } from "./support/desktop.ts";
import { eventually } from "./support/eventually.ts";
import { assertColourful, assertSame, difference, type Picture } from "./support/picture.ts";
import { startProgram } from "./support/program.ts";
import { suiteOn } from "./support/suite.ts";

const test = suiteOn("end to end: exact pictures", ["x11", "chromium"]);

/** Waits until the page shows what xwd sees; the X clients must stand still. */
async function assertEqual(page: Page, desktop: Desktop, when: string): Promise<Picture> {
  return await eventually(`the page equals the screen ${when}`, async () => {
    const [shown, screen] = [await canvasPicture(page), await desktop.picture()];
    assertSame(shown, screen);
    assertColourful(screen, 12);
    return screen;
  });
}

/** The same for X clients that move: stops them wherever they are for the comparison. */
async function assertShows(page: Page, desktop: Desktop, when: string): Promise<Picture> {
  desktop.freeze();
  try {
    return await assertEqual(page, desktop, when);
  } finally {
    desktop.thaw();
  }
}

/** Waits until the screen shows something else than `before`, so that the next comparison is a new one. */
async function somethingElse(desktop: Desktop, before: Picture): Promise<void> {
  await eventually("the screen changes", async () => {
    if (difference(await desktop.picture(), before) === undefined) throw new Error("it does not");
  });
}

/** Moves the window called `name` in small steps, like somebody who drags it. */
async function drag(desktop: Desktop, name: string, from: [number, number], to: [number, number]) {
  const [id] = (await desktop.run("xdotool", "search", "--name", `^${name}$`)).trim().split("\n");
  for (let step = 1; step <= 8; step++) {
    const [x, y] = [0, 1].map((i) => Math.round(from[i] + (to[i] - from[i]) * step / 8));
    await desktop.run("xdotool", "windowmove", id, String(x), String(y));
  }
  await desktop.run("xdotool", "windowraise", id);
}

/** Everything that happens on a desktop, with a comparison in between. */
async function liveThroughADay(page: Page, desktop: Desktop): Promise<void> {
  let last = await assertShows(page, desktop, "at first");
  const steps: [string, () => Promise<void>][] = [
    ["while text scrolls", () => Promise.resolve()],
    ["while text scrolls on", () => Promise.resolve()],
    ["while a window moves", () => drag(desktop, "scroller", [20, 30], [211, 173])],
    ["while another one moves", () => drag(desktop, "xclock", [600, 30], [-31, 333])],
    ["after the screen became smaller", () => desktop.resize({ width: 613, height: 437 })],
    ["after windows moved off its edge", () => drag(desktop, "flood", [330, 260], [401, 377])],
    ["after the screen became taller", () => desktop.resize({ width: 320, height: 555 })],
    ["after the screen became as large as it was", () => desktop.resize(FULL_SIZE)],
    ["while a window moves there", () => drag(desktop, "scroller", [211, 173], [35, 5])],
  ];
  for (const [when, act] of steps) {
    await act();
    await somethingElse(desktop, last);
    last = await assertShows(page, desktop, when);
  }
}

for (
  const [way, query, transport] of [
    ["the stream", "", "stream"],
    ["Server-Sent Events", "?transport=sse", "sse"],
    ["the stream, drawn without a Worker", "?engine=page", "stream"],
  ]
) {
  test(`the page equals the screen through ${way}`, async () => {
    await using desktop = await startDesktop();
    await using program = await startProgram(["--source", `x11:${desktop.display}`]);
    await using browser = await startBrowser();
    const page = await openPage(browser, program.link.replace("/#", `/${query}#`));
    await waitForStatus(page, "live");
    assert.equal(await page.locator("#status").getAttribute("data-transport"), transport);
    await liveThroughADay(page, desktop);
    const { keyframes, updates } = await program.stats();
    assert.ok(updates > keyframes * 2, `${updates} updates, of which keyframes: ${keyframes}`);
  });
}

test("with threshold 20 the page equals the screen again after quiet", async () => {
  await using desktop = await startDesktop();
  await using program = await startProgram(["--source", `x11:${desktop.display}`]);
  await using browser = await startBrowser();
  const page = await openPage(browser, program.link);
  await waitForStatus(page, "live");
  // Long enough for the difference to be seen before it is mended, short enough to wait for.
  await program.change({ threshold: 20, refineAfterMs: 4000 });
  await assertSettled();
  const { updates } = await program.stats();
  // A root window a little darker: no channel differs by more than 20.
  await desktop.run("xsetroot", "-mod", "9", "6", "-fg", "#204a70", "-bg", "#122a40");
  await eventually("the faint change waits", async () => {
    const stats = await program.stats();
    assert.ok(stats.deferredTiles > 0, "nothing is deferred");
    assert.equal(stats.updates, updates);
  });
  const words = difference(await canvasPicture(page), await desktop.picture());
  assert.match(words ?? "no pixel differs", /pixels differ/);
  await assertSettled();

  async function assertSettled(): Promise<void> {
    desktop.freeze();
    await assertEqual(page, desktop, "after quiet");
    await eventually("nothing is deferred", async () => {
      assert.equal((await program.stats()).deferredTiles, 0);
    });
  }
});
