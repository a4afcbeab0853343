/** What a person at the page goes through: getting in, losing the connection, changing settings. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import {
  canvasPicture,
  openPage,
  paintedSeq,
  startBrowser,
  waitForStatus,
} from "./support/browser.ts";
import { startScreen } from "./support/desktop.ts";
import { eventually } from "./support/eventually.ts";
import { assertColourful, assertSame, difference, type Picture } from "./support/picture.ts";
import { type Program, startProgram, TOKEN } from "./support/program.ts";
import { suiteOn } from "./support/suite.ts";
import { startTabbedBrowser } from "./support/tabs.ts";
import { snapshot } from "./support/watcher.ts";

const test = suiteOn("end to end: the page", ["chromium"]);
const xTest = suiteOn("end to end: the page and X", ["chromium", "x11"]);

const DEMO = ["--source", "demo"];

/** Pauses the demo and waits until the page shows what the server has. */
async function assertShowsTheSnapshot(page: Page, program: Program): Promise<void> {
  await program.change({ paused: true });
  await eventually("the page equals the snapshot", async () => {
    const wanted = await snapshot(program);
    assertSame(await canvasPicture(page), wanted);
    assertColourful(wanted, 100);
  });
}

test("without a token the page shows a form and no picture; a wrong token is refused, the right one lets in", async () => {
  await using program = await startProgram(DEMO);
  await using browser = await startBrowser();
  const page = await openPage(browser, program.url);
  await waitForStatus(page, "unauthorised");
  const form = page.locator("#signin");
  assert.ok(await form.isVisible());
  assert.equal(await page.locator("#screen").isVisible(), false);
  assert.equal((await program.stats()).viewers.opened, 0);

  await page.fill("#signin-token", "wrong");
  await page.keyboard.press("Enter");
  await page.locator("#signin-error").waitFor({ state: "visible" });
  assert.notEqual(await page.locator("#signin-error").innerText(), "");
  assert.equal((await program.stats()).viewers.opened, 0);

  await page.fill("#signin-token", TOKEN);
  await page.keyboard.press("Enter");
  await waitForStatus(page, "live");
  await form.waitFor({ state: "hidden" });
  await assertShowsTheSnapshot(page, program);
});

test("the token of a link leaves the address, and a cookie that scripts cannot see does the rest", async () => {
  await using program = await startProgram(DEMO);
  await using browser = await startBrowser();
  const page = await openPage(browser, program.link);
  await waitForStatus(page, "live");
  assert.equal(page.url(), `${program.url}/`);
  assert.equal(await page.evaluate(() => history.length), 2, "about:blank and the page");
  assert.equal(await page.evaluate(() => document.cookie), "");
  const [cookie] = await page.context().cookies();
  assert.ok(cookie.httpOnly);
  assert.equal(cookie.sameSite, "Strict");
  assert.ok(!JSON.stringify(cookie).includes(TOKEN));
  await page.reload();
  await waitForStatus(page, "live");
});

test("a tab in the background stops streaming, and streams again in front", async () => {
  await using program = await startProgram(DEMO);
  await using browser = await startTabbedBrowser();
  const tab = await browser.open(program.link);
  const assertState = (status: string, viewers: number) =>
    eventually(`the tab is ${status}`, async () => {
      const found = await tab.evaluate("document.getElementById('status').dataset.status");
      assert.deepEqual([found, (await program.stats()).viewers.count], [status, viewers]);
    });
  await assertState("live", 1);
  const other = await browser.open("about:blank");
  await assertState("hidden", 0);
  await tab.show();
  await assertState("live", 1);
  await other.show();
  await assertState("hidden", 0);
});

test("after a restart of the server the page comes back by itself", async () => {
  await using browser = await startBrowser();
  let page: Page;
  let port: number;
  {
    await using first = await startProgram(DEMO);
    port = first.port;
    page = await openPage(browser, first.link);
    await waitForStatus(page, "live");
    first.kill("SIGTERM");
    assert.equal((await first.ended).code, 0);
    await waitForStatus(page, "reconnecting");
    const detail = await page.locator("#banner-detail").innerText();
    assert.match(detail, /server (is shutting down|could not be reached)/i);
  }
  const before = await paintedSeq(page);
  await using second = await startProgram(DEMO, { port });
  await waitForStatus(page, "live");
  await assertShowsTheSnapshot(page, second);
  assert.ok(await paintedSeq(page) > before);
});

test("a server that is killed leaves the page reconnecting until it is back", async () => {
  await using browser = await startBrowser();
  await using first = await startProgram(DEMO);
  const page = await openPage(browser, first.link);
  await waitForStatus(page, "live");
  await first[Symbol.asyncDispose]();
  await waitForStatus(page, "reconnecting");
  await using second = await startProgram(DEMO, { port: first.port });
  // A person may not want to wait for the next attempt. It may also come by itself just now.
  await page.locator("#retry").click({ timeout: 1000 }).catch(() => {});
  await waitForStatus(page, "live");
  await assertShowsTheSnapshot(page, second);
});

test("where something holds the stream back, the page uses Server-Sent Events and says so", async () => {
  await using program = await startProgram(DEMO);
  await using browser = await startBrowser();
  const page = await openPage(browser, "about:blank");
  // A proxy that collects a response before it passes it on never answers an endless one.
  await page.context().route(/\/stream(\?|$)/, () => new Promise(() => {}));
  await page.goto(program.link);
  await waitForStatus(page, "live");
  assert.equal(await page.locator("#status").getAttribute("data-transport"), "sse");
  assert.match(await page.locator("#note-text").innerText(), /Server-Sent Events/);
  await assertShowsTheSnapshot(page, program);
});

test("the control panel changes the frame rate, and shows why a value is refused", async () => {
  await using program = await startProgram(DEMO);
  await using browser = await startBrowser();
  const page = await openPage(browser, program.link);
  await waitForStatus(page, "live");
  await page.keyboard.press("c");
  const fps = page.getByLabel("Frame rate");
  await eventually("the panel has loaded", async () => assert.equal(await fps.inputValue(), "60"));
  await fps.fill("7");
  await page.getByRole("button", { name: "Apply" }).click();
  await eventually("the server has it", async () => {
    assert.equal((await program.stats()).fps, 7);
  });

  await fps.fill("0");
  await page.getByRole("button", { name: "Apply" }).click();
  const error = page.locator("#error-fps");
  await error.waitFor({ state: "visible" });
  assert.match(await error.innerText(), /got 0, wanted 1 to 120/);
  assert.equal(await fps.getAttribute("aria-invalid"), "true");
  assert.equal((await program.stats()).fps, 7);

  const { keyframes } = await program.stats();
  await page.getByRole("button", { name: "Force keyframe" }).click();
  await eventually("a keyframe was made", async () => {
    assert.ok((await program.stats()).keyframes > keyframes);
  });
  await page.getByRole("button", { name: "Pause capture" }).click();
  await waitForStatus(page, "paused");
  await page.getByRole("button", { name: "Resume capture" }).click();
  await waitForStatus(page, "live");
});

test("the open control panel follows the address to another source, and changes only that one", async () => {
  await using program = await startProgram([...DEMO, "--source", "slow=demo#fps=7"]);
  await using browser = await startBrowser();
  const page = await openPage(browser, program.link);
  await waitForStatus(page, "live");
  await page.keyboard.press("c");
  const fps = page.getByLabel("Frame rate");
  await eventually("the panel has loaded", async () => assert.equal(await fps.inputValue(), "60"));
  await page.evaluate(() => location.hash = "source=slow");
  await eventually("the panel has loaded", async () => assert.equal(await fps.inputValue(), "7"));
  await fps.fill("8");
  await page.getByRole("button", { name: "Apply" }).click();
  await eventually("only the chosen one has it", async () => {
    const { sources } = await (await program.request("/api/sources")).json();
    assert.deepEqual(sources.map((source: { fps: number }) => source.fps), [60, 8]);
  });
});

test("with the view token the control panel is read-only and says why", async () => {
  await using program = await startProgram([...DEMO, "--view-token", "look"]);
  await using browser = await startBrowser();
  const page = await openPage(browser, `${program.url}/#token=look`);
  await waitForStatus(page, "live");
  await page.keyboard.press("c");
  const fps = page.getByLabel("Frame rate");
  await eventually("the panel has loaded", async () => assert.equal(await fps.inputValue(), "60"));
  assert.ok(await page.locator("#panel-readonly").isVisible());
  assert.equal(await fps.isEditable(), false);
  for (const name of ["Apply", "Pause capture", "Force keyframe"]) {
    assert.ok(await page.getByRole("button", { name }).isDisabled(), name);
  }
});

/** The smallest rectangle with all that is drawn on the overlay, in device pixels. */
async function drawnOnOverlay(page: Page) {
  const box = await page.evaluate(() => {
    const canvas = document.getElementById("overlay") as HTMLCanvasElement;
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, width, height);
    let [left, top, right, bottom] = [width, height, -1, -1];
    for (let i = 0; i < width * height; i++) {
      if (data[i * 4 + 3] === 0) continue;
      left = Math.min(left, i % width);
      right = Math.max(right, i % width);
      top = Math.min(top, Math.floor(i / width));
      bottom = Math.floor(i / width);
    }
    return { left, top, right, bottom };
  });
  if (box.right < 0) throw new Error("nothing is drawn on the overlay");
  return box;
}

for (const query of ["", "?transport=sse"]) {
  xTest(`a moving pointer moves on the page and costs no patch, with /${query}`, async () => {
    await using screen = await startScreen();
    await screen.run("xsetroot", "-mod", "9", "6", "-fg", "#28527a", "-bg", "#163048");
    await screen.run("xsetroot", "-cursor_name", "left_ptr");
    await screen.run("xdotool", "mousemove", "100", "100");
    await using program = await startProgram(["--source", `x11:${screen.display}`]);
    await using browser = await startBrowser();
    const page = await openPage(browser, program.link.replace("/#", `/${query}#`));
    await waitForStatus(page, "live");
    // One to one: a pixel of the screen is a pixel of the overlay.
    await page.keyboard.press("1");
    let picture!: Picture;
    await eventually("the page equals the screen", async () => {
      picture = await canvasPicture(page);
      assertSame(picture, await screen.picture());
    });
    const before = await eventually("the pointer is drawn", () => drawnOnOverlay(page));
    const { updates, patches } = await program.stats();
    const canvasAt = (await page.locator("#screen").boundingBox())!;
    const stageAt = (await page.locator("#overlay").boundingBox())!;
    // left_ptr's hot spot is its tip, give or take its border.
    const tip = [before.left + stageAt.x - canvasAt.x, before.top + stageAt.y - canvasAt.y];
    assert.ok(tip.every((at) => Math.abs(at - 100) <= 2), `the tip is at ${tip}`);

    for (let step = 1; step <= 10; step++) {
      const [x, y] = [100 + step * 30, 100 + step * 20];
      await screen.run("xdotool", "mousemove", String(x), String(y));
    }
    await eventually("the pointer has moved along", async () => {
      const { left, top, right, bottom } = await drawnOnOverlay(page);
      assert.deepEqual(
        [left - before.left, top - before.top, right - before.right, bottom - before.bottom],
        [300, 200, 300, 200],
      );
    });
    const after = await program.stats();
    assert.deepEqual([after.updates, after.patches], [updates, patches]);
    assert.equal(difference(await canvasPicture(page), picture), undefined);
  });
}
