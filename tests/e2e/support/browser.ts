/** A real browser, and what its page shows. */
import { type Browser, chromium, type Page } from "playwright-core";
import { missingCommands } from "../../capture/sources/xvfb.ts";
import { eventually } from "./eventually.ts";
import { type Picture, pictureOf } from "./picture.ts";

/** Where systems have their Chromium; `$CHROMIUM` comes first. */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

export const BROWSER_ARGS = [
  // Containers rarely let Chromium build its sandbox; it only ever loads pages of the program under test.
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The states that the page's status can have. */
export type Status =
  | "connecting"
  | "live"
  | "stale"
  | "reconnecting"
  | "missing"
  | "lost"
  | "paused"
  | "unauthorised"
  | "hidden"
  | "ended"
  | "past";

/** The browser to use: a path or a command; `undefined` when none is installed. */
export function findChromium(): string | undefined {
  const chosen = Deno.env.get("CHROMIUM");
  if (chosen) return chosen;
  const name = NAMES.find((name) => missingCommands([name]).length === 0);
  if (name === undefined) return undefined;
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    try {
      if (Deno.statSync(`${folder}/${name}`).isFile) return `${folder}/${name}`;
    } catch {
      // Not in this folder.
    }
  }
}

/** Starts a headless Chromium, which ends when it goes out of scope. */
export async function startBrowser(): Promise<Browser & AsyncDisposable> {
  return await chromium.launch({ executablePath: findChromium(), args: BROWSER_ARGS });
}

/** Opens a page in a profile of its own. */
export async function openPage(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 900, height: 720 } });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

/** Waits until the page's status is `wanted`. */
export async function waitForStatus(page: Page, wanted: Status): Promise<void> {
  await eventually(`the page's status is ${wanted}`, async () => {
    const status = await page.locator("#status").getAttribute("data-status");
    if (status !== wanted) throw new Error(`it is ${status}`);
  });
}

/** Seq of the last update that the page painted; NaN before the first. */
export async function paintedSeq(page: Page): Promise<number> {
  return Number(await page.locator("html").getAttribute("data-seq") ?? NaN);
}

/** The pixels of a canvas of the page. Throws while the page has not drawn on it. */
export async function canvasPicture(page: Page, id = "screen"): Promise<Picture> {
  const { width, height, base64 } = await page.evaluate(async (id) => {
    const canvas = document.getElementById(id) as HTMLCanvasElement;
    // The canvas belongs to a Worker: its pixels can be drawn from here, not read.
    const bitmap = await createImageBitmap(canvas);
    const { width, height } = bitmap;
    const copy = new OffscreenCanvas(width, height).getContext("2d")!;
    copy.drawImage(bitmap, 0, 0);
    bitmap.close();
    const { data } = copy.getImageData(0, 0, width, height);
    const url = await new Promise<string>((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(String(reader.result));
      reader.readAsDataURL(new Blob([data]));
    });
    return { width, height, base64: url.slice(url.indexOf(",") + 1) };
  }, id);
  return pictureOf(width, height, Uint8Array.fromBase64(base64));
}
