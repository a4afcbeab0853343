/** Several sources on the page, without a history, for somebody who may only watch. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { readPng } from "../helpers/png.ts";
import { canvasPicture, openPage, startBrowser, waitForStatus } from "./support/browser.ts";
import { eventually } from "./support/eventually.ts";
import { assertColourful, assertSame, type Picture, pictureOf } from "./support/picture.ts";
import { type Program, startProgram } from "./support/program.ts";
import { pushShot, startRecording } from "./support/recorded.ts";
import { suiteOn } from "./support/suite.ts";

const test = suiteOn("end to end: several sources", ["chromium"]);

const VIEW_TOKEN = "e2e-view-token";

/** A screenshot with many colours; `tone` tells one from another. */
function shot(tone: number): Picture {
  const [width, height] = [300, 200];
  const rgba = new Uint8Array(width * height * 4);
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    rgba.set([(x * 3 + tone) & 255, (y * 5) & 255, (x ^ y) & 255, 255], at * 4);
  }
  return pictureOf(width, height, rgba);
}

/** The demo, standing still, without a history. */
async function startDemo(): Promise<{ program: Program; demo: Picture } & AsyncDisposable> {
  const program = await startProgram([
    ...["--source", "demo", "--view-token", VIEW_TOKEN, "--history", "off"],
  ]);
  try {
    // Somebody has to look before there is a picture to stand still.
    await eventually("the demo has a picture", async () => {
      assertColourful(await snapshot(program), 10);
    });
    await program.change({ paused: true });
    const demo = await snapshot(program);
    assertColourful(demo, 10);
    return { program, demo, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
}

async function snapshot(program: Program): Promise<Picture> {
  const response = await program.request("/snapshot.png");
  assert.equal(response.status, 200);
  const { width, height, rgba } = readPng(await response.bytes());
  return pictureOf(width, height, rgba);
}

const linkTo = ({ url }: Program, more = "") => `${url}/#token=${VIEW_TOKEN}${more}`;

async function assertCanvas(page: Page, wanted: Picture): Promise<void> {
  await eventually("the canvas shows it, pixel by pixel", async () => {
    assertSame(await canvasPicture(page), wanted);
  });
}

const button = (page: Page, id: string) => page.locator(`#sources button[data-source="${id}"]`);

/** Waits until the list has its pictures: not only places for them. */
async function assertThumbs(page: Page, count: number): Promise<void> {
  await eventually("the list has small pictures", async () => {
    const widths = await page.locator("#sources img").evaluateAll((images) =>
      images.map((image) => (image as HTMLImageElement).naturalWidth)
    );
    assert.deepEqual(widths, new Array(count).fill(160));
  });
}

test("a pushed source is watched from a link and from the list, with the view token and no history", async () => {
  await using server = await startDemo();
  const { program, demo } = server;
  await pushShot(program, shot(0));
  await using browser = await startBrowser();
  const page = await openPage(browser, linkTo(program, "&source=desk"));
  await waitForStatus(page, "live");
  await assertCanvas(page, shot(0));
  assert.equal(await page.locator("#source").textContent(), "pushed desk");
  await assertThumbs(page, 2);
  assert.equal(await page.locator("#timeline").isVisible(), false);
  assert.equal(await button(page, "desk").getAttribute("aria-pressed"), "true");

  await button(page, "demo").click();
  await waitForStatus(page, "paused");
  await assertCanvas(page, demo);
  assert.equal(await button(page, "demo").getAttribute("aria-pressed"), "true");
  await eventually("the address has followed", () => assert.ok(!page.url().includes("source")));

  await button(page, "desk").click();
  await assertCanvas(page, shot(0));
  await eventually(
    "the address has followed",
    () => assert.ok(page.url().endsWith("#source=desk")),
  );
  await pushShot(program, shot(77));
  await assertCanvas(page, shot(77));

  // The address leads there again, and so does one that somebody types over it.
  await page.reload();
  await assertCanvas(page, shot(77));
  await page.goto(`${program.url}/#source=demo`);
  await assertCanvas(page, demo);
  assert.deepEqual((await program.viewers()).map(({ source }) => source), ["demo"]);
});

test("one source alone needs no list; others appear and go while the page is open", async () => {
  await using server = await startDemo();
  const { program, demo } = server;
  await using browser = await startBrowser();
  const page = await openPage(browser, linkTo(program));
  await assertCanvas(page, demo);
  assert.equal(await page.locator("#below").evaluate((below) => below.clientHeight), 0);
  await pushShot(program, shot(0));
  await button(page, "desk").waitFor({ state: "visible" });
  assert.equal((await program.request("/api/sources/desk", { method: "DELETE" })).status, 204);
  await page.locator("#sources").waitFor({ state: "hidden" });
  await waitForStatus(page, "paused");
});

for (const [how, query] of [["the stream", ""], ["events", "?transport=sse"]] as const) {
  test(`an unknown source is said to be unknown, and is shown when it opens, over ${how}`, async () => {
    await using server = await startDemo();
    const { program, demo } = server;
    await using browser = await startBrowser();
    const link = linkTo(program, "&source=desk").replace("/#", `/${query}#`);
    const page = await openPage(browser, link);
    await waitForStatus(page, "missing");
    const banner = page.locator("#banner");
    assert.match(await banner.textContent() ?? "", /No such source/);
    assert.match(
      await banner.textContent() ?? "",
      /There is no source "?desk"?; there are: demo\./,
    );
    assert.equal(await page.locator("#screen").isVisible(), false);
    // The way out.
    await button(page, "demo").click();
    await assertCanvas(page, demo);
    assert.equal(await page.locator("#screen").isVisible(), true);

    // Names that no source can have, too; the picture of before is not shown for it.
    await page.goto(`${program.url}/${query}#source=Desk%201`);
    await waitForStatus(page, "missing");
    assert.match(await banner.textContent() ?? "", /There is no source "Desk 1"/);
    assert.equal(await page.locator("#screen").isVisible(), false);

    await page.goto(`${program.url}/${query}#source=desk`);
    await eventually("it is about that one", async () => {
      assert.match(await banner.textContent() ?? "", /There is no source "?desk"?/);
    });
    await pushShot(program, shot(5));
    await waitForStatus(page, "live");
    await assertCanvas(page, shot(5));
    assert.equal(await page.locator("#screen").isVisible(), true);
  });
}

test("with a history, an unknown source has no past either, and one that is closed has only that", async () => {
  await using recording = await startRecording("--view-token", VIEW_TOKEN);
  const { program } = recording;
  const time = Date.now() - 60_000;
  await pushShot(program, shot(0), time);
  await using browser = await startBrowser();
  const page = await openPage(browser, `${program.link}&source=nope&t=${time}`);
  await waitForStatus(page, "missing");
  assert.match(await page.locator("#banner").textContent() ?? "", /There is no source "?nope"?/);
  assert.equal(await page.locator("#screen").isVisible(), false);
  await button(page, "desk").click();
  await waitForStatus(page, "live");
  await assertCanvas(page, shot(0));
  await eventually(
    "the address has followed",
    () => assert.ok(page.url().endsWith("#source=desk")),
  );

  await eventually("it is recorded", async () => {
    const { span } = await (await program.request("/api/history/desk")).json();
    assert.ok(span);
  });
  assert.equal((await program.request("/api/sources/desk", { method: "DELETE" })).status, 204);
  await waitForStatus(page, "ended");
  await page.reload();
  await waitForStatus(page, "past");
  await assertCanvas(page, shot(0));
  assert.match(await button(page, "desk").textContent() ?? "", /\(recorded\)/);
  await button(page, "demo").click();
  await eventually("the moment is one of the demo", async () => {
    assert.equal(await page.locator("#status").getAttribute("data-status"), "past");
    const { width } = await canvasPicture(page);
    assert.equal(width, 1280);
  });
});
