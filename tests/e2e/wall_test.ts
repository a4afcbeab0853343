/** The wall of all sources: pixel by pixel, beside other viewers, and on the page. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Frame } from "../helpers/frames.ts";
import { wallPicture } from "../helpers/wall_picture.ts";
import { canvasPicture, openPage, startBrowser, waitForStatus } from "./support/browser.ts";
import { eventually } from "./support/eventually.ts";
import { assertColourful, assertSame, type Picture, pictureOf } from "./support/picture.ts";
import { type Program, startProgram } from "./support/program.ts";
import { pushShot } from "./support/recorded.ts";
import { suiteOn } from "./support/suite.ts";
import { snapshot, Watcher } from "./support/watcher.ts";

const test = suiteOn("end to end: the wall", []);
const testPage = suiteOn("end to end: the wall on the page", ["chromium"]);

const VIEW_TOKEN = "e2e-view-token";

/** Twice as high as a cell of the wall: means of four pixels, which are exact. */
function shot(tone: number): Picture {
  const [width, height] = [300, 1076];
  const rgba = new Uint8Array(width * height * 4);
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    rgba.set([(x * 3 + tone) & 255, (y * 5) & 255, (x ^ y) & 255, 255], at * 4);
  }
  return pictureOf(width, height, rgba);
}

/** Two demos that stand still: one as large as a cell of the wall, one smaller. */
async function startDemos(): Promise<Program> {
  const program = await startProgram([
    ...["--source", "demo#region=100,50,956,538", "--source", "two=demo#scale=0.25"],
    ...["--view-token", VIEW_TOKEN, "--history", "off"],
  ]);
  try {
    for (const source of ["demo", "two"]) {
      // Somebody has to look before there is a picture to stand still.
      await eventually("the demo has a picture", async () => {
        assertColourful(await snapshot(program, source), 10);
      });
      const path = `/api/config?source=${source}`;
      const init = { method: "PATCH", body: JSON.stringify({ paused: true }) };
      assert.equal((await program.request(path, init)).status, 200);
    }
    return program;
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
}

/** What the wall of these pictures has to look like. */
function wallOf(pictures: readonly Picture[]): Picture {
  const frames = pictures.map(({ width, height, pixels }): Frame => {
    return { width, height, bgrx: new Uint8Array(pixels.slice().buffer) };
  });
  const { width, height, bgrx } = wallPicture(frames);
  const pixels = new Uint32Array(bgrx.buffer).map((pixel) => pixel & 0xffffff);
  return { width, height, pixels };
}

async function ids(program: Program): Promise<string[]> {
  const { cells } = await (await program.request("/api/wall")).json();
  return cells.map(({ id }: { id: string }) => id);
}

test("the wall shows all sources made smaller, and follows those that come, change and go", async () => {
  await using program = await startDemos();
  const demos = [await snapshot(program, "demo"), await snapshot(program, "two")];
  // Without a viewer, for somebody who asks once.
  assertSame(await snapshot(program, "wall"), wallOf(demos));

  using viewer = await Watcher.open(program, {}, "/stream?source=wall");
  viewer.follow();
  const shows = (words: string, wanted: Picture) =>
    eventually(`the wall shows ${words}`, () => {
      if (viewer.failure !== undefined) throw viewer.failure;
      assertSame(viewer.picture, wanted);
    });
  await shows("both demos", wallOf(demos));
  assert.deepEqual(await ids(program), ["demo", "two"]);
  await pushShot(program, shot(0));
  await shows("the new source", wallOf([...demos, shot(0)]));
  assert.deepEqual(await ids(program), ["demo", "two", "desk"]);
  await pushShot(program, shot(9));
  await shows("what has changed", wallOf([...demos, shot(9)]));
  assert.equal((await program.request("/api/sources/desk", { method: "DELETE" })).status, 204);
  await shows("the demos alone", wallOf(demos));

  // It is a source like others, but none to push to, to close, or to be on the wall itself.
  const { sources } = await (await program.request("/api/sources")).json();
  assert.deepEqual(sources.map(({ id }: { id: string }) => id), ["demo", "two"]);
  const refused = await program.request("/api/sources/wall", { method: "DELETE" });
  assert.equal(refused.status, 409);
  assert.equal((await program.viewers())[0].source, "wall");
});

test("the wall changes nothing of what other viewers get", async () => {
  await using program = await startDemos();
  await pushShot(program, shot(0));
  using direct = await Watcher.open(program, {}, "/stream?source=desk");
  direct.follow();
  const shows = (wanted: Picture) =>
    eventually("the other viewer has the picture", () => {
      if (direct.failure !== undefined) throw direct.failure;
      assertSame(direct.picture, wanted);
    });
  const state = async () => {
    const settings = await (await program.request("/api/config?source=desk")).json();
    const stats = await (await program.request("/api/stats?source=desk")).json();
    return {
      settings,
      paceFps: stats.paceFps,
      lossyTiles: stats.lossyTiles,
      viewers: stats.viewers,
    };
  };
  await shows(shot(0));
  const before = await state();
  const demos = [await snapshot(program, "demo"), await snapshot(program, "two")];

  using viewer = await Watcher.open(program, {}, "/stream?source=wall");
  viewer.follow();
  await eventually("the wall is there", () => {
    assertSame(viewer.picture, wallOf([...demos, shot(0)]));
  });
  const { viewers: _, ...others } = before;
  const { viewers: __, ...now } = await state();
  assert.deepEqual(now, others);
  const drawn = () => direct.client.updates.filter(({ rects }) => rects.length > 0).length;
  const first = drawn();
  for (let i = 1; i <= 5; i++) {
    await pushShot(program, shot(i * 20));
    await shows(shot(i * 20));
  }
  // Each picture is one update for it, as without the wall.
  assert.equal(drawn() - first, 5);
  const { sources } = await (await program.request("/api/sources")).json();
  const desk = sources.find(({ id }: { id: string }) => id === "desk");
  assert.equal(desk.viewers, 1, "the wall is no viewer");
});

const label = (page: Page, id: string) => page.locator(`#wall button[data-cell="${id}"]`);

/** Where the middle of a source's cell is on the page. */
async function middleOf(page: Page, id: string): Promise<[number, number]> {
  const box = await label(page, id).boundingBox();
  assert.ok(box);
  return [box.x + box.width / 2, box.y + box.height / 2];
}

async function assertCanvas(page: Page, wanted: Picture): Promise<void> {
  await eventually("the canvas shows it, pixel by pixel", async () => {
    assertSame(await canvasPicture(page), wanted);
  });
}

testPage("the page shows the wall with names, and leads to a source and back", async () => {
  await using program = await startDemos();
  await pushShot(program, shot(0));
  const demos = [await snapshot(program, "demo"), await snapshot(program, "two")];
  await using browser = await startBrowser();
  const page = await openPage(browser, `${program.url}/#token=${VIEW_TOKEN}`);
  await waitForStatus(page, "paused");
  await page.locator('#sources button[data-source="wall"]').click();
  await assertCanvas(page, wallOf([...demos, shot(0)]));
  await eventually("the address names it", () => assert.ok(page.url().endsWith("#source=wall")));
  await label(page, "desk").waitFor({ state: "visible" });
  const texts = await page.locator("#wall li").allTextContents();
  assert.deepEqual(texts, ["demopaused", "demo, twopaused", "pushed desk"]);

  // The pointer.
  await page.mouse.click(...await middleOf(page, "desk"));
  await assertCanvas(page, shot(0));
  assert.equal(await page.locator("#wall").isVisible(), false);
  await page.keyboard.press("Escape");
  await label(page, "desk").waitFor({ state: "visible" });
  await assertCanvas(page, wallOf([...demos, shot(0)]));

  // Keys: the focus is where it was, and moves to the source above.
  await eventually("the focus is on the source", async () => {
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "pushed desk");
  });
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await assertCanvas(page, demos[1]);
  await eventually("the address names it", () => assert.ok(page.url().endsWith("#source=two")));
  await page.keyboard.press("Escape");

  // What goes is gone here too.
  await label(page, "desk").waitFor({ state: "visible" });
  assert.equal((await program.request("/api/sources/desk", { method: "DELETE" })).status, 204);
  await label(page, "desk").waitFor({ state: "detached" });
  await assertCanvas(page, wallOf(demos));
  // From a link, and with one source that was picked otherwise Escape leads nowhere.
  await page.reload();
  await assertCanvas(page, wallOf(demos));
  await page.locator('#sources button[data-source="two"]').click();
  await assertCanvas(page, demos[1]);
  await page.keyboard.press("Escape");
  assert.equal(
    await page.locator('#sources button[data-source="two"]').getAttribute("aria-pressed"),
    "true",
  );
});

testPage("the names on the wall move and grow with the picture", async () => {
  await using program = await startDemos();
  await using browser = await startBrowser();
  const page = await openPage(browser, `${program.url}/#token=${VIEW_TOKEN}&source=wall`);
  await label(page, "two").waitFor({ state: "visible" });
  for (const viewport of [{ width: 390, height: 800 }, { width: 1300, height: 700 }]) {
    await page.setViewportSize(viewport);
    await eventually("the name is on its cell", async () => {
      const canvas = await page.locator("#screen").boundingBox();
      const cell = await label(page, "two").boundingBox();
      assert.ok(canvas && cell);
      const scale = canvas.width / 1920;
      assert.ok(Math.abs(cell.x - canvas.x - 964 * scale) < 1, `${cell.x}`);
      assert.ok(Math.abs(cell.width - 956 * scale) < 1, `${cell.width}`);
    });
  }
  // At 1:1 it is larger than the window: the picture is dragged, which picks nothing.
  await page.keyboard.press("1");
  await eventually("it is larger than the window", async () => {
    assert.equal((await label(page, "demo").boundingBox())?.width, 956);
  });
  const before = (await label(page, "demo").boundingBox())!;
  await page.mouse.move(600, 300);
  await page.mouse.down();
  await page.mouse.move(500, 300, { steps: 4 });
  await page.mouse.up();
  const after = (await label(page, "demo").boundingBox())!;
  assert.equal(after.x, before.x - 100);
  assert.ok(page.url().endsWith("#source=wall"));
});
