/** The page's timeline in Chromium, with pictures that are known to be right: screenshots pushed with their times. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { canvasPicture, openPage, startBrowser, waitForStatus } from "./support/browser.ts";
import { eventually } from "./support/eventually.ts";
import { assertSame, type Picture, pictureOf } from "./support/picture.ts";
import { type Program, TOKEN } from "./support/program.ts";
import { pushShot, startRecording } from "./support/recorded.ts";
import { suiteOn } from "./support/suite.ts";

const test = suiteOn("end to end: the timeline", ["chromium"]);

const SHOTS = 6;
const APART_MS = 60_000;
const WIDTH = 300;
const HEIGHT = 200;
const CARD = { x: 70, y: 70, w: 50, h: 50 };

/** A screenshot: its own background, and a card in one tile that only changes with every third. */
function shot(i: number): Picture {
  const rgba = new Uint8Array(WIDTH * HEIGHT * 4);
  for (let at = 0; at < WIDTH * HEIGHT; at++) {
    const x = at % WIDTH;
    const y = Math.floor(at / WIDTH);
    const card = x >= 64 && x < 128 && y >= 64 && y < 128;
    const colour = card
      ? [200, Math.floor(i / 3) * 90, 40]
      : [(x * 3 + i * 40) & 255, (y * 5) & 255, (x ^ y) & 255];
    rgba.set([...colour, 255], at * 4);
  }
  return pictureOf(WIDTH, HEIGHT, rgba);
}

/** A program with a history of `SHOTS` pictures of the source `desk`. */
async function startRecorded(): Promise<{ program: Program; times: number[] } & AsyncDisposable> {
  const recording = await startRecording("--view-token", "look");
  try {
    return Object.assign(recording, { times: await record(recording.program) });
  } catch (error) {
    await recording[Symbol.asyncDispose]();
    throw error;
  }
}

/** Pushes the pictures. */
async function record(program: Program): Promise<number[]> {
  const newest = Date.now() - 2 * APART_MS;
  const times = Array.from({ length: SHOTS }, (_, i) => newest - (SHOTS - 1 - i) * APART_MS);
  for (const [i, time] of times.entries()) await pushShot(program, shot(i), time);
  await eventually("everything is recorded", async () => {
    const answer = await program.request("/api/history/desk");
    const { span } = await answer.json();
    assert.equal(span?.from, times[0]);
    assert.ok(span.to >= times[SHOTS - 1]);
  });
  return times;
}

/** Waits until the page shows the picture of `time`, and compares it. */
async function assertShot(page: Page, times: number[], i: number): Promise<void> {
  await eventually(`the canvas shows picture ${i}`, async () => {
    assert.equal(await fact(page, "time"), String(times[i]));
    assertSame(await canvasPicture(page), shot(i));
  });
}

function fact(page: Page, name: string): Promise<string | null> {
  return page.locator("html").getAttribute(`data-${name}`);
}

/** Where on the page the strip has an instant. */
async function placeOf(page: Page, time: number): Promise<{ x: number; y: number }> {
  const box = (await page.locator("#strip").boundingBox())!;
  // The strip says which instants are where by what the playhead says: ask at two places.
  const at = async (share: number) => {
    await page.mouse.click(box.x + box.width * share, box.y + 20);
    return Number(await fact(page, "at"));
  };
  const [left, right] = [await at(0.9), await at(0.95)];
  const perPixel = (right - left) / (box.width * 0.05);
  return { x: box.x + box.width * 0.9 + (time - left) / perPixel, y: box.y + 20 };
}

/** A link to a moment of the source. */
function linkTo(program: Program, time: number, more = ""): string {
  return `${program.link}&t=${new Date(time).toISOString()}&source=desk${more}`;
}

test("a permalink opens its moment, exactly, and never as live", async () => {
  await using recorded = await startRecorded();
  const { program, times } = recorded;
  await using browser = await startBrowser();
  const page = await openPage(browser, linkTo(program, times[2] + 1000));
  await assertShot(page, times, 2);
  assert.equal(await page.locator("#status").getAttribute("data-status"), "past");
  assert.equal(await fact(page, "mode"), "past");
  assert.equal(await fact(page, "stale"), null);
  // The token is gone from the address, the moment is not.
  assert.ok(!page.url().includes("token"));
  assert.ok(page.url().includes(`t=${new Date(times[2] + 1000).toISOString()}`), page.url());
  // Nothing is streamed to somebody who looks at the past.
  assert.equal((await program.stats()).viewers.count, 0);
  // A link pasted into the same tab only changes the part behind the "#".
  await page.goto(linkTo(program, times[4]).replace(/token=[^&]*&/, ""));
  await assertShot(page, times, 4);
});

test("steps lead from change to change with buttons and keys, Home to the first", async () => {
  await using recorded = await startRecorded();
  const { program, times } = recorded;
  await using browser = await startBrowser();
  const page = await openPage(browser, linkTo(program, times[3]));
  await assertShot(page, times, 3);
  await page.keyboard.press("ArrowLeft");
  await assertShot(page, times, 2);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await assertShot(page, times, 4);
  await page.getByRole("button", { name: "Previous change", exact: true }).click();
  await assertShot(page, times, 3);
  await page.keyboard.press("Home");
  await assertShot(page, times, 0);
  await page.keyboard.press("Shift+ArrowRight");
  await eventually("10 s later", async () => {
    assert.equal(await fact(page, "at"), String(times[0] + 10_000));
  });
  await assertShot(page, times, 0);
});

test("dragging along the strip shows each picture under the pointer", async () => {
  await using recorded = await startRecorded();
  const { program, times } = recorded;
  await using browser = await startBrowser();
  const page = await openPage(browser, linkTo(program, times[0]));
  await assertShot(page, times, 0);
  const places = [];
  for (const time of times) places.push(await placeOf(page, time + APART_MS / 2));
  await page.mouse.move(places[0].x, places[0].y);
  await page.mouse.down();
  for (const i of [0, 3, 1, 5, 4, 2]) {
    await page.mouse.move(places[i].x, places[i].y, { steps: 4 });
    await assertShot(page, times, i);
  }
  await page.mouse.up();
  assert.equal(await fact(page, "mode"), "past");
});

test("it plays on from where it stands, faster when asked, and pauses", async () => {
  await using recorded = await startRecorded();
  const { program, times } = recorded;
  await using browser = await startBrowser();
  const page = await openPage(browser, linkTo(program, times[0]));
  await assertShot(page, times, 0);
  await page.selectOption("#time-speed", "64");
  // A minute then takes a second, instead of none.
  await page.uncheck("#time-skip");
  await page.locator("#time-live").focus();
  await page.keyboard.press("k");
  await page.keyboard.press("l");
  await eventually("it plays", async () => assert.equal(await fact(page, "mode"), "playing"));
  await eventually("it has come to picture 3", async () => {
    assert.ok(Number(await fact(page, "time")) >= times[3]);
  });
  await page.keyboard.press("k");
  await eventually("it stands", async () => assert.equal(await fact(page, "mode"), "past"));
  await eventually("it shows what it should", async () => {
    const i = times.indexOf(Number(await fact(page, "time")));
    assert.ok(i >= 3, "a picture that was pushed");
    assertSame(await canvasPicture(page), shot(i));
  });
});

test("a film that catches up with now goes live", async () => {
  await using recorded = await startRecorded();
  const { program, times } = recorded;
  await using browser = await startBrowser();
  const page = await openPage(browser, linkTo(program, times[0]));
  await assertShot(page, times, 0);
  await page.selectOption("#time-speed", "64");
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await waitForStatus(page, "live");
  await eventually("the newest picture is there", async () => {
    assertSame(await canvasPicture(page), shot(SHOTS - 1));
  });
});

test("pausing live stands still; End goes back to live, resumes and keeps the zoom", async () => {
  await using recorded = await startRecorded();
  const { program } = recorded;
  await using browser = await startBrowser();
  const page = await openPage(browser, program.link);
  await waitForStatus(page, "live");
  await page.locator("#timeline").waitFor({ state: "visible" });
  await page.keyboard.press("1");
  await page.keyboard.press(" ");
  await waitForStatus(page, "past");
  await eventually("a picture is there", async () => assert.ok(await fact(page, "time")));
  const stood = await canvasPicture(page);
  await eventually("nobody watches live", async () => {
    assert.equal((await program.stats()).viewers.count, 0);
  });
  assertSame(await canvasPicture(page), stood);
  await page.keyboard.press("End");
  await waitForStatus(page, "live");
  assert.equal(await fact(page, "mode"), "live");
  assert.equal(await page.locator("#zoom").innerText(), "100%");
  await eventually("the address has no time", () => assert.ok(!page.url().includes("t=")));
});

test("a box on the picture is marked where it changed, and told in the link", async () => {
  await using recorded = await startRecorded();
  const { program, times } = recorded;
  await using browser = await startBrowser();
  const page = await openPage(browser, linkTo(program, times[5]));
  await assertShot(page, times, 5);
  await page.click("#time-box");
  const canvas = (await page.locator("#screen").boundingBox())!;
  const scale = canvas.width / WIDTH;
  await page.mouse.move(canvas.x + CARD.x * scale, canvas.y + CARD.y * scale);
  await page.mouse.down();
  await page.mouse.move(
    canvas.x + (CARD.x + CARD.w) * scale,
    canvas.y + (CARD.y + CARD.h) * scale,
    { steps: 5 },
  );
  await page.mouse.up();
  await eventually("the changes are counted", async () => {
    assert.match(await page.locator("#time-box-text").innerText(), /changed 2 times/);
  });
  await page.getByRole("button", { name: "Previous change of the box" }).click();
  await assertShot(page, times, 3);
  await page.getByRole("button", { name: "Previous change of the box" }).click();
  await assertShot(page, times, 0);
  await eventually("the link has the box", () => assert.match(page.url(), /rect=\d+,\d+,\d+,\d+/));
  await page.keyboard.press("Escape");
  await page.locator("#time-box-bar").waitFor({ state: "hidden" });
});

test("an administrator forgets a box, then the last minutes: the pictures are gone", async () => {
  await using recorded = await startRecorded();
  const { program, times } = recorded;
  await using browser = await startBrowser();
  const page = await openPage(browser, linkTo(program, times[1], "&rect=70,70,50,50"));
  await assertShot(page, times, 1);
  await page.click("#time-forget");
  assert.ok(await page.locator("#forget-box").isChecked());
  await page.click("#forget-cancel");
  assertSame(await canvasPicture(page), shot(1));

  await page.click("#time-forget");
  await page.click("#forget-go");
  await page.locator("#forget").waitFor({ state: "hidden" });
  await eventually("the box is black", async () => {
    const { pixels } = await canvasPicture(page);
    assert.equal(pixels[90 * WIDTH + 90], 0);
    assert.equal(pixels[10], shot(1).pixels[10], "the rest is as it was");
  });

  await page.click("#time-forget");
  await page.locator("#forget-recent").check();
  await page.click("#forget-go");
  await page.locator("#forget").waitFor({ state: "hidden" });
  const answer = await program.request(`/api/history/desk/frame.png?t=${times[1]}`);
  assert.equal(answer.status, 404);
  await answer.body?.cancel();
});

test("without the right to look back there is no timeline, and a permalink shows live", async () => {
  await using recorded = await startRecorded();
  const { program, times } = recorded;
  await using browser = await startBrowser();
  const link = linkTo(program, times[1]).replace(`token=${TOKEN}`, "token=look");
  const page = await openPage(browser, link.replace("&source=desk", ""));
  await waitForStatus(page, "live");
  assert.equal(await page.locator("#timeline").isVisible(), false);
  await page.keyboard.press(" ");
  assert.equal(await page.locator("#status").getAttribute("data-status"), "live");
});
