/** Switching what of a display is captured, from the page: monitors, windows, and a part of them. */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { canvasPicture, openPage, startBrowser, waitForStatus } from "./support/browser.ts";
import { type Desktop, FULL_SIZE, startScreen } from "./support/desktop.ts";
import { eventually } from "./support/eventually.ts";
import { assertColourful, assertSame, type Picture } from "./support/picture.ts";
import { type Program, startProgram } from "./support/program.ts";
import { suiteOn } from "./support/suite.ts";

const test = suiteOn("end to end: what is captured, from the page", ["x11", "chromium"]);

const VIEW_TOKEN = "e2e-view-token";

interface Part {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A display of two monitors with a window, and the program that captures it. */
interface Rig extends AsyncDisposable {
  readonly desktop: Desktop;
  readonly program: Program;
  readonly browser: Browser;
  /** What the display shows there. */
  part(part: Part): Promise<Picture>;
}

async function startRig(): Promise<Rig> {
  await using stack = new AsyncDisposableStack();
  const desktop = stack.use(await startScreen());
  await desktop.run("xsetroot", "-mod", "9", "6", "-fg", "#28527a", "-bg", "#163048");
  await desktop.run("xrandr", "--setmonitor", "LEFT", "300/100x600/200+0+0", "screen");
  await desktop.run("xrandr", "--setmonitor", "RIGHT", "500/160x600/200+300+0", "none");
  desktop.start("xclock", "-update", "60", "-geometry", "150x150+350+100");
  await desktop.shown("xclock");
  await eventually("the clock is drawn", async () => assertColourful(await desktop.picture(), 4));
  desktop.freeze();
  const program = stack.use(
    await startProgram([
      ...["--source", `x11:${desktop.display}`, "--view-token", VIEW_TOKEN, "--history", "off"],
    ]),
  );
  const browser = stack.use(await startBrowser());
  const parts = stack.move();
  return {
    desktop,
    program,
    browser,
    async part({ x, y, width, height }) {
      const { pixels } = await desktop.picture();
      const out = new Uint32Array(width * height);
      for (let row = 0; row < height; row++) {
        const from = (y + row) * FULL_SIZE.width + x;
        out.set(pixels.subarray(from, from + width), row * width);
      }
      return { width, height, pixels: out };
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

async function assertCanvas(page: Page, wanted: Picture): Promise<void> {
  await eventually("the canvas shows it, pixel by pixel", async () => {
    assertSame(await canvasPicture(page), wanted);
  });
}

async function choose(page: Page, start: string): Promise<void> {
  const what = page.locator("#target-what");
  await eventually(`${start} can be chosen`, async () => {
    const texts = await what.locator("option").allTextContents();
    const text = texts.find((one) => one.startsWith(start));
    assert.ok(text, texts.join("; "));
    await what.selectOption({ label: text });
  });
}

test("an administrator switches monitor, window and part on the page, for everybody", async () => {
  await using rig = await startRig();
  const { program, browser } = rig;
  const page = await openPage(browser, program.link);
  const other = await openPage(browser, `${program.url}/#token=${VIEW_TOKEN}`);
  const both = async (wanted: Picture) => {
    await assertCanvas(page, wanted);
    await assertCanvas(other, wanted);
  };
  await waitForStatus(page, "live");
  await both(await rig.part({ x: 0, y: 0, ...FULL_SIZE }));
  // Who may only watch is not even told what there is.
  assert.equal(await other.locator("#target").isVisible(), false);
  assert.equal(await page.locator("#target-whole").isVisible(), false);

  await choose(page, "RIGHT");
  await both(await rig.part({ x: 300, y: 0, width: 500, height: 600 }));

  await page.locator("#target-part").click();
  const box = (await page.locator("#screen").boundingBox())!;
  const scale = box.width / 500;
  await page.mouse.move(box.x + 40 * scale, box.y + 80 * scale);
  await page.mouse.down();
  await page.mouse.move(box.x + 240 * scale, box.y + 280 * scale, { steps: 3 });
  await page.mouse.up();
  await both(await rig.part({ x: 340, y: 80, width: 200, height: 200 }));
  // Escape: no other one after all.
  await page.locator("#target-part").click();
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#target-part").getAttribute("aria-pressed"), "false");
  await page.locator("#target-whole").click();
  await both(await rig.part({ x: 300, y: 0, width: 500, height: 600 }));

  await choose(page, "xclock");
  // Inside its border, which is one pixel wide.
  await both(await rig.part({ x: 351, y: 101, width: 150, height: 150 }));
  await choose(page, "Whole display");
  await both(await rig.part({ x: 0, y: 0, ...FULL_SIZE }));
});

test("what cannot be captured any more is said, and what is captured stays", async () => {
  await using rig = await startRig();
  const { program, browser, desktop } = rig;
  const page = await openPage(browser, program.link);
  await waitForStatus(page, "live");
  await page.locator("#target-what option", { hasText: "RIGHT" }).waitFor({ state: "attached" });
  await desktop.run("xrandr", "--delmonitor", "RIGHT");
  await page.locator("#target-what").evaluate((what: HTMLSelectElement) => {
    // As somebody does who opened the list before the monitor went.
    what.selectedIndex = [...what.options].findIndex(({ text }) => text.startsWith("RIGHT"));
    what.dispatchEvent(new Event("change"));
  });
  await eventually("the page says why not", async () => {
    assert.match(await page.locator("#target-note").textContent() ?? "", /RIGHT/);
  });
  await assertCanvas(page, await rig.part({ x: 0, y: 0, ...FULL_SIZE }));
  const chosen = await page.locator("#target-what").evaluate((what: HTMLSelectElement) => {
    return what.selectedOptions[0].text;
  });
  assert.equal(chosen, "Whole display");
});
