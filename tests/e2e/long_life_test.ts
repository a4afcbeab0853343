/** A page that stays open: what it shows is right, or it says that it may not be, and it always comes back. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import {
  canvasPicture,
  openPage,
  paintedSeq,
  startBrowser,
  waitForStatus,
} from "./support/browser.ts";
import { eventually } from "./support/eventually.ts";
import { assertColourful, assertSame } from "./support/picture.ts";
import { type Program, startProgram } from "./support/program.ts";
import { startProxy } from "./support/proxy.ts";
import { suiteOn } from "./support/suite.ts";
import { startTabbedBrowser } from "./support/tabs.ts";
import { snapshot, Watcher } from "./support/watcher.ts";

const test = suiteOn("end to end: a page's long life", ["chromium"]);

const DEMO = ["--source", "demo"];
/** Pages that come through a proxy have another port. */
const BEHIND_PROXY = [...DEMO, "--allow-host", "127.0.0.1"];

/** What `<html data-NAME>` says; `null` when it is not there. */
function fact(page: Page, name: string): Promise<string | null> {
  return page.locator("html").getAttribute(`data-${name}`);
}

/** Stops the demo and waits until the page shows what the server has. */
async function assertShowsTheSnapshot(page: Page, program: Program): Promise<void> {
  await program.change({ paused: true });
  await eventually("the page equals the snapshot", async () => {
    const wanted = await snapshot(program);
    assertSame(await canvasPicture(page), wanted);
    assertColourful(wanted, 100);
  });
  await program.change({ paused: false });
}

/** Somebody else comes, for whom the server makes a check that everybody gets. */
async function askForCheck(program: Program): Promise<Disposable> {
  const watcher = await Watcher.open(program);
  watcher.discard();
  return watcher;
}

for (const query of ["", "?transport=sse", "?engine=page"]) {
  test(`the canvas is found exact soon after the page came, while things move, with /${query}`, async () => {
    await using program = await startProgram(DEMO);
    await using browser = await startBrowser();
    const page = await openPage(browser, program.link.replace("/#", `/${query}#`));
    await waitForStatus(page, "live");
    await eventually("the canvas was compared", async () => {
      assert.ok(Number(await fact(page, "checked")) >= 1);
    });
    using _other = await askForCheck(program);
    await eventually("it was compared again", async () => {
      assert.ok(Number(await fact(page, "checked")) >= 2);
    });
    assert.equal(await fact(page, "mismatches"), "0");
    await page.keyboard.press("s");
    await eventually("the statistics say so", async () => {
      const text = await page.locator("[data-stat=checked]").innerText();
      assert.match(text, /^\d+ s ago, exact$/);
    });
  });
}

test("a canvas that lost pixels is noticed and put right, without anybody's help", async () => {
  await using program = await startProgram(DEMO);
  await using browser = await startBrowser();
  // With the engine on the page's own thread a test can reach its canvas.
  const page = await openPage(browser, program.link.replace("/#", "/?engine=page#"));
  await waitForStatus(page, "live");
  await program.change({ paused: true });
  await eventually("the canvas was compared", async () => {
    assert.ok(Number(await fact(page, "checked")) >= 1);
  });
  const { keyframes } = await program.stats();
  await page.evaluate(() => {
    const canvas = document.getElementById("screen") as HTMLCanvasElement;
    const context = canvas.getContext("2d")!;
    context.fillStyle = "#f0f";
    context.fillRect(100, 100, 3, 1);
  });
  using _other = await askForCheck(program);
  await eventually("it is healed", async () => {
    assert.equal(await fact(page, "healed"), "1");
    assertSame(await canvasPicture(page), await snapshot(program));
  });
  assert.equal(await fact(page, "mismatches"), "1");
  // Painted again from what the page had: the server had nothing to do.
  assert.equal((await program.stats()).keyframes, keyframes);
  await page.keyboard.press("s");
  await eventually("the statistics say so", async () => {
    assert.equal(await page.locator("[data-stat=healed]").innerText(), "1");
  });
});

test("while the server stands still the picture is marked, and then live and exact again", async () => {
  await using program = await startProgram(DEMO);
  await using browser = await startBrowser();
  const page = await openPage(browser, program.link);
  await waitForStatus(page, "live");
  assert.equal(await fact(page, "stale"), null);
  program.kill("SIGSTOP");
  try {
    await waitForStatus(page, "stale");
    assert.equal(await fact(page, "stale"), "");
    assert.match(await page.locator("#banner-quiet").innerText(), /^Last sign of life [34] s ago$/);
    await waitForStatus(page, "reconnecting");
    assert.equal(await fact(page, "stale"), "");
    await eventually("it counts", async () => {
      const text = await page.locator("#banner-quiet").innerText();
      assert.match(text, /^Last sign of life ([6-9]|\d\d) s ago$/);
    });
  } finally {
    program.kill("SIGCONT");
  }
  await waitForStatus(page, "live");
  assert.equal(await fact(page, "stale"), null);
  assert.ok(await page.locator("#banner").isHidden());
  await assertShowsTheSnapshot(page, program);
});

test("a restarted server's picture is exact, and zoom and place are kept", async () => {
  await using browser = await startBrowser();
  await using first = await startProgram(DEMO);
  const page = await openPage(browser, first.link);
  await waitForStatus(page, "live");
  for (const key of ["1", "+", "+", "ArrowLeft", "ArrowUp"]) await page.keyboard.press(key);
  const look = () =>
    page.evaluate(() => [
      document.getElementById("zoom")!.textContent,
      document.getElementById("screen")!.style.transform,
    ]);
  const before = await look();
  assert.notEqual(before[0], "100%");
  await first[Symbol.asyncDispose]();
  await waitForStatus(page, "reconnecting");
  assert.equal(await fact(page, "stale"), "");
  assert.deepEqual(await look(), before);
  const seq = await paintedSeq(page);
  await using second = await startProgram(DEMO, { port: first.port });
  await waitForStatus(page, "live");
  assert.deepEqual(await look(), before);
  await assertShowsTheSnapshot(page, second);
  assert.ok(await paintedSeq(page) > seq);
  await eventually("the canvas was compared", async () => {
    assert.ok(Number(await fact(page, "checked")) >= 1);
  });
  assert.equal(await fact(page, "mismatches"), "0");
});

test("a connection that is cut goes on where it was", async () => {
  await using program = await startProgram(BEHIND_PROXY);
  await using proxy = startProxy(program.url);
  await using browser = await startBrowser();
  const page = await openPage(browser, program.link.replace(program.url, proxy.url));
  await waitForStatus(page, "live");
  await program.change({ paused: true });
  await waitForStatus(page, "paused");
  const { keyframes } = await program.stats();
  proxy.cut();
  await eventually("it asked for what it missed", () => {
    const streams = proxy.requests.filter((path) => path.startsWith("/stream"));
    assert.equal(streams.length, 2, proxy.requests.join(" "));
    assert.match(streams[1], /^\/stream\?since=\d+&epoch=\d+$/);
  });
  await waitForStatus(page, "paused");
  assert.equal((await program.stats()).keyframes, keyframes);
  await program.change({ paused: false });
  await waitForStatus(page, "live");
  await assertShowsTheSnapshot(page, program);
});

test("behind a proxy that collects the stream the page says so, and shows the picture by events", async () => {
  await using program = await startProgram(BEHIND_PROXY);
  await using proxy = startProxy(program.url, { hold: ["/stream"] });
  await using browser = await startBrowser();
  const page = await openPage(browser, program.link.replace(program.url, proxy.url));
  await waitForStatus(page, "live");
  assert.equal(await page.locator("#status").getAttribute("data-transport"), "sse");
  assert.match(await page.locator("#note-text").innerText(), /proxy .* Server-Sent Events/);
  await assertShowsTheSnapshot(page, program);
});

test("behind a proxy that collects everything the page says what has to be changed, and tries again", async () => {
  await using program = await startProgram(BEHIND_PROXY);
  await using proxy = startProxy(program.url, { hold: ["/stream", "/events"] });
  await using browser = await startBrowser();
  const page = await openPage(browser, program.link.replace(program.url, proxy.url));
  await eventually("it says so", async () => {
    assert.match(await page.locator("#note-text").innerText(), /proxy_buffering off/);
  });
  await eventually("it tries again", () => {
    assert.ok(proxy.requests.filter((path) => path === "/stream").length >= 2);
    assert.ok(proxy.requests.includes("/events"));
  });
  assert.notEqual(await page.locator("#status").getAttribute("data-status"), "live");
});

test("a tab that comes to the front shows its last picture, marked, until it is current", async () => {
  await using program = await startProgram(DEMO);
  await using browser = await startTabbedBrowser();
  const tab = await browser.open(program.link);
  const state = () =>
    tab.evaluate(
      "document.getElementById('status').dataset.status + ' ' + document.documentElement.hasAttribute('data-stale')",
    );
  await eventually("it is live", async () => assert.equal(await state(), "live false"));
  const other = await browser.open("about:blank");
  await eventually("it is hidden", async () => {
    assert.equal(await state(), "hidden true");
    assert.equal((await program.stats()).viewers.count, 0);
  });
  // Everything that the page shows from now on, as it happens.
  await tab.evaluate(`{
    globalThis.seen = [];
    const status = document.getElementById("status");
    const note = () => {
      const { hidden, width } = document.getElementById("screen");
      seen.push({
        status: status.dataset.status,
        stale: document.documentElement.hasAttribute("data-stale"),
        shows: !hidden && width > 1,
      });
    };
    new MutationObserver(note).observe(status, { attributes: true });
  }`);
  await tab.show();
  await eventually("it is live", async () => assert.equal(await state(), "live false"));
  const seen = JSON.parse(String(await tab.evaluate("JSON.stringify(seen)")));
  assert.ok(seen.some(({ status }: { status: string }) => status === "connecting"));
  for (const { status, stale, shows } of seen) {
    assert.ok(shows, `no picture while ${status}`);
    assert.equal(stale, status !== "live");
  }
  await other.show();
});
