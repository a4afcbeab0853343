/** Compression as HTTP negotiates it, and what clients without it do. */
import assert from "node:assert/strict";
import { canvasPicture, openPage, startBrowser, waitForStatus } from "./support/browser.ts";
import { outsideAddress } from "./support/network.ts";
import { eventually } from "./support/eventually.ts";
import { assertColourful, assertSame } from "./support/picture.ts";
import type { Page } from "playwright-core";
import { startProgram } from "./support/program.ts";
import { suiteOn } from "./support/suite.ts";
import { snapshot, Watcher } from "./support/watcher.ts";

const test = suiteOn("end to end: zstd without a browser", []);
const pageTest = suiteOn("end to end: zstd in the page", ["chromium", "network"]);

const DEMO = ["--source", "demo"];

for (
  const [who, accepted, encoding] of [
    ["accepts zstd", "gzip, zstd;q=0.9", "zstd"],
    ["accepts other encodings only", "gzip, br", null],
    ["names no encoding", undefined, null],
    ["refuses zstd", "zstd;q=0, *;q=0.5", null],
  ] as const
) {
  test(`a client that ${who} gets Content-Encoding ${encoding ?? "none"} and zstd frames`, async () => {
    await using program = await startProgram(DEMO);
    using watcher = await Watcher.open(
      program,
      accepted === undefined ? {} : { "accept-encoding": accepted },
    );
    assert.equal(watcher.response.status, 200);
    assert.equal(watcher.response.headers.get("content-encoding"), encoding);
    assert.equal(
      watcher.response.headers.get("content-type"),
      "application/vnd.patchcast.stream",
    );
    // Several updates, so that the picture is not just the keyframe.
    await watcher.readUntil(() => watcher.client.updates.length >= 12);
    watcher.follow();
    await program.change({ paused: true });
    await watcher.assertUpToDate(program);
    assertColourful(watcher.picture, 100);
  });
}

/** Whether the page undoes zstd by itself, in its own words: it counts bytes "Received" if it does. */
async function byteLabel(page: Page): Promise<string> {
  await page.keyboard.press("s");
  return await page.locator("#stats dt", { hasText: /^(Received|Unpacked)$/ }).innerText();
}

for (
  const [where, isLoopback, label] of [
    ["over loopback, where Chromium undoes zstd itself,", true, "Unpacked"],
    ["over plain HTTP from elsewhere, where Chromium does not accept zstd,", false, "Received"],
  ] as const
) {
  pageTest(`${where} the page shows the exact picture`, async () => {
    await using program = await startProgram([...DEMO, "--host", "0.0.0.0"]);
    await using browser = await startBrowser();
    const link = new URL(program.link);
    if (!isLoopback) link.hostname = outsideAddress()!;
    const page = await openPage(browser, link.href);
    await waitForStatus(page, "live");
    assert.equal(await page.locator("#status").getAttribute("data-transport"), "stream");
    assert.equal(await byteLabel(page), label);
    await program.change({ paused: true });
    await eventually("the page equals the snapshot", async () => {
      assertSame(await canvasPicture(page), await snapshot(program));
    });
    assertColourful(await canvasPicture(page), 100);
  });
}
