/** The X server goes away and comes back: everybody is told, and then everybody sees it again. */
import assert from "node:assert/strict";
import { canvasPicture, openPage, startBrowser, waitForStatus } from "./support/browser.ts";
import { type Desktop, startDesktop } from "./support/desktop.ts";
import { eventually } from "./support/eventually.ts";
import { assertColourful, assertSame } from "./support/picture.ts";
import { type Program, startProgram } from "./support/program.ts";
import { suiteOn } from "./support/suite.ts";
import { Watcher } from "./support/watcher.ts";

const test = suiteOn("end to end: a source that goes away", ["x11", "chromium"]);

async function assertHealth(program: Program, status: number, body: unknown): Promise<void> {
  await eventually(`/healthz answers ${status}`, async () => {
    const response = await fetch(new URL("/healthz", program.url));
    const { history, silent, ...health } = await response.json();
    assert.deepEqual([history, silent], ["off", 0]);
    assert.deepEqual([health, response.status], [body, status]);
  });
}

for (const query of ["", "?transport=sse"]) {
  test(`an X server that dies and comes back, watched with /${query}`, async () => {
    await using first = await startDesktop();
    await using program = await startProgram(["--source", `x11:${first.display}`]);
    await using browser = await startBrowser();
    const link = program.link.replace("/#", `/${query}#`);
    const page = await openPage(browser, link);
    using watcher = (await Watcher.open(program)).follow();
    await waitForStatus(page, "live");
    await assertHealth(program, 200, { ok: true, state: "live", detail: "ok" });

    await first.kill();
    await waitForStatus(page, "lost");
    assert.equal(await page.locator("#banner-title").innerText(), "Source lost");
    await assertHealth(program, 503, { ok: false, state: "lost", detail: "The source is away" });
    await eventually("the viewer is told", () => {
      const { state, text } = watcher.client.states.at(-1)!;
      assert.equal(state, "lost");
      assert.match(text, new RegExp(`display ${first.display}\\b`));
    });
    assert.equal((await program.stats()).viewers.count, 2, "nobody was sent away");
    const newcomer = await openPage(browser, link);
    await waitForStatus(newcomer, "lost");

    await using second: Desktop = await startDesktop(first.number);
    for (const each of [page, newcomer]) await waitForStatus(each, "live");
    await assertHealth(program, 200, { ok: true, state: "live", detail: "ok" });
    second.freeze();
    await eventually("everybody sees the new screen", async () => {
      const screen = await second.picture();
      for (const each of [page, newcomer]) assertSame(await canvasPicture(each), screen);
      assertSame(watcher.picture, screen);
      assertColourful(screen, 12);
    });
    assert.equal(watcher.client.states.at(-1)?.state, "live");
    assert.equal(watcher.client.hellos.length, 1, "on the same connection");
  });
}
