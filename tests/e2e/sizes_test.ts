/** Changes of the screen's size on the page's timeline. */
import assert from "node:assert/strict";
import { canvasPicture, openPage, startBrowser } from "./support/browser.ts";
import { eventually } from "./support/eventually.ts";
import { assertSame, type Picture } from "./support/picture.ts";
import { pushShot, startRecording } from "./support/recorded.ts";
import { suiteOn } from "./support/suite.ts";

const test = suiteOn("end to end: sizes on the timeline", ["chromium"]);

const MINUTE = 60_000;

function plain(width: number, height: number, colour: number): Picture {
  return { width, height, pixels: new Uint32Array(width * height).fill(colour) };
}

test("a screen that gets another size is marked on the timeline, with both sizes, and shown so", async () => {
  await using recording = await startRecording();
  const { program } = recording;
  const begin = Date.now() - 10 * MINUTE;
  const pictures = [plain(300, 200, 0x204060), plain(640, 360, 0x406080), plain(200, 300, 0xa0)];
  for (const [i, picture] of pictures.entries()) {
    await pushShot(program, picture, begin + i * 3 * MINUTE);
  }
  await using browser = await startBrowser();
  const link = `${program.link}&source=desk&t=${begin + MINUTE}`;
  const page = await openPage(browser, link);
  await eventually("the first picture is shown", async () => {
    assertSame(await canvasPicture(page), pictures[0]);
  });
  const strip = (await page.locator("#strip").boundingBox())!;
  const told = new Map<string, number>();
  await eventually("both changes are told under the pointer", async () => {
    told.clear();
    for (let x = 0; x < strip.width; x += 3) {
      await page.mouse.move(strip.x + x, strip.y + 20);
      const text = await page.locator("#peek-text").innerText();
      if (text.includes("→") && !told.has(text)) told.set(text, x);
    }
    assert.equal(told.size, 2);
  });
  const [[first], [second, x]] = told;
  assert.match(first, /^300×200 → 640×360, \d\d:\d\d:\d\d$/);
  assert.match(second, /^640×360 → 200×300, \d\d:\d\d:\d\d$/);
  // Well behind the mark, where nothing is told of it any more.
  await page.mouse.click(strip.x + x + 20, strip.y + 20);
  await eventually("the third picture is shown, in its size", async () => {
    assertSame(await canvasPicture(page), pictures[2]);
  });
});
