/**
 * When the marker's colour is on a page's canvas: the same code for every page, run in the page at each of its
 * animation frames.
 *
 * The canvas is not read but drawn on another one, which is: a browser may treat a canvas that is read otherwise from
 * then on.
 */
import type { Page } from "playwright-core";
import { MARKER } from "./marker.ts";

/** How far a channel may be off: lossy encodings do not matter here. */
const TOLERANCE = 40;

export class Probe {
  readonly #page: Page;
  /** The page's clock minus ours, ms. */
  readonly #offsetMs: number;

  private constructor(page: Page, offsetMs: number) {
    this.#page = page;
    this.#offsetMs = offsetMs;
  }

  /**
   * Prepares a page.
   * @param selector of the canvas, which shows the screen one to one from its top left
   */
  static async install(page: Page, selector: string): Promise<Probe> {
    await page.evaluate(watchCanvas, { selector, tolerance: TOLERANCE, ...MARKER });
    return new Probe(page, await clockOffset(page));
  }

  /**
   * Draws, and tells how long it took until the canvas showed it, in ms.
   * @param draw draws the marker in `colour`
   * @throws {Error} when it does not show within `timeoutMs`
   */
  async measure(colour: number, draw: () => void, timeoutMs: number): Promise<number> {
    await this.#page.evaluate((colour) => globalThis.seeColour(colour), colour);
    const drawnAt = now();
    draw();
    const shownAt = await this.#page.evaluate(
      (timeoutMs) => globalThis.colourSeen(timeoutMs),
      timeoutMs,
    );
    if (shownAt === undefined) throw new Error(`the marker did not show within ${timeoutMs} ms`);
    return shownAt - this.#offsetMs - drawnAt;
  }
}

declare global {
  /** In the page: looks for a colour from now on. */
  var seeColour: (colour: number) => void;
  /** In the page: when it was there, by the page's clock; `undefined` after the time. */
  var colourSeen: (timeoutMs: number) => Promise<number | undefined>;
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

/** The page's clock minus ours: of many questions, the one that was answered soonest tells it best. */
async function clockOffset(page: Page): Promise<number> {
  let best = { tripMs: Infinity, offsetMs: 0 };
  for (let i = 0; i < 50; i++) {
    const asked = now();
    const there = await page.evaluate(() => performance.timeOrigin + performance.now());
    const tripMs = now() - asked;
    if (tripMs < best.tripMs) best = { tripMs, offsetMs: there - asked - tripMs / 2 };
  }
  return best.offsetMs;
}

/** Runs in the page: knows nothing of what is outside of it. */
function watchCanvas(
  { selector, tolerance, x, y, side }: {
    selector: string;
    tolerance: number;
    x: number;
    y: number;
    side: number;
  },
): void {
  const canvas = document.querySelector<HTMLCanvasElement>(selector)!;
  const copy = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })!;
  let wanted: number | undefined;
  let seen = Promise.withResolvers<number>();
  const middle = side / 2;
  const look = () => {
    requestAnimationFrame(look);
    if (wanted === undefined) return;
    copy.drawImage(canvas, x + middle, y + middle, 1, 1, 0, 0, 1, 1);
    const [r, g, b] = copy.getImageData(0, 0, 1, 1).data;
    const near = (got: number, shift: number) => {
      return Math.abs(got - (wanted! >> shift & 255)) <= tolerance;
    };
    if (!near(r, 16) || !near(g, 8) || !near(b, 0)) return;
    wanted = undefined;
    seen.resolve(performance.timeOrigin + performance.now());
  };
  requestAnimationFrame(look);
  globalThis.seeColour = (colour) => {
    seen = Promise.withResolvers();
    wanted = colour;
  };
  globalThis.colourSeen = (timeoutMs) => {
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, timeoutMs));
    return Promise.race([seen.promise, late]);
  };
}
