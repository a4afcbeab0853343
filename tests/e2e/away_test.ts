/** "What changed since I looked away?": a tab that was in the background outlines it. */
import assert from "node:assert/strict";
import { eventually } from "./support/eventually.ts";
import { type Picture, pictureOf } from "./support/picture.ts";
import { pushShot, startRecording } from "./support/recorded.ts";
import { suiteOn } from "./support/suite.ts";
import { startTabbedBrowser, type Tab } from "./support/tabs.ts";

const test = suiteOn("end to end: looking away", ["chromium"]);

const WIDTH = 400;
/** All of it is in view, one to one. */
const HEIGHT = 200;

interface Rect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** A picture that is nowhere of one colour, with black rectangles. */
function screen(...rects: Rect[]): Picture {
  const rgba = new Uint8Array(WIDTH * HEIGHT * 4);
  for (let at = 0; at < WIDTH * HEIGHT; at++) {
    const [x, y] = [at % WIDTH, Math.floor(at / WIDTH)];
    const inside = rects.some((rect) =>
      x >= rect.x && x < rect.x + rect.w && y >= rect.y && y < rect.y + rect.h
    );
    rgba.set(inside ? [0, 0, 0, 255] : [40 + x % 200, 40 + y % 200, 90, 255], at * 4);
  }
  return pictureOf(WIDTH, HEIGHT, rgba);
}

/** Pixels of the border of rectangles, as `x,y`, in order. */
function borderOf(rects: Rect[]): string[] {
  const places = new Set<string>();
  for (const { x, y, w, h } of rects) {
    for (let i = 0; i < w; i++) places.add(`${x + i},${y}`).add(`${x + i},${y + h - 1}`);
    for (let i = 0; i < h; i++) places.add(`${x},${y + i}`).add(`${x + w - 1},${y + i}`);
  }
  return [...places].sort();
}

/** Runs in the page, shown one to one: which pixels of the picture something is drawn over. */
function drawnPixels(): string {
  const overlay = document.getElementById("overlay") as HTMLCanvasElement;
  const over = overlay.getBoundingClientRect();
  const picture = document.getElementById("screen")!.getBoundingClientRect();
  const { width, height } = overlay;
  const { data } = overlay.getContext("2d")!.getImageData(0, 0, width, height);
  const places = [];
  for (let at = 0; at < width * height; at++) {
    if (data[at * 4 + 3] === 0) continue;
    const x = at % width + over.left - picture.left;
    const y = Math.floor(at / width) + over.top - picture.top;
    places.push(`${x},${y}`);
  }
  return places.sort().join(" ");
}

async function drawnOver(tab: Tab): Promise<string[]> {
  const text = String(await tab.evaluate(`(${drawnPixels})()`));
  return text === "" ? [] : text.split(" ");
}

test("a tab outlines the tiles that changed while it was hidden, and nothing else, for some seconds", async () => {
  await using recording = await startRecording();
  const { program } = recording;
  await pushShot(program, screen());
  await using browser = await startTabbedBrowser();
  const tab = await browser.open(`${program.link}&source=desk`);
  const assertStatus = (wanted: string) =>
    eventually(`the tab is ${wanted}`, async () => {
      const text = "document.getElementById('status').dataset.status + " +
        "' ' + document.getElementById('screen').width";
      assert.equal(await tab.evaluate(text), `${wanted} ${WIDTH}`);
    });
  await assertStatus("live");
  await tab.evaluate("document.querySelector('[data-action=actual]').click()");
  const other = await browser.open("about:blank");
  await assertStatus("hidden");

  const inOneTile = { x: 70, y: 80, w: 50, h: 40 };
  const inFourTiles = { x: 250, y: 120, w: 12, h: 16 };
  await pushShot(program, screen(inOneTile, inFourTiles));
  await tab.show();
  await assertStatus("live");
  // Tiles are 64×64; neighbours in a row have one outline.
  const first = [
    { x: 64, y: 64, w: 64, h: 64 },
    { x: 192, y: 64, w: 128, h: 64 },
    { x: 192, y: 128, w: 128, h: 64 },
  ];
  await eventually("these tiles are outlined", async () => {
    assert.deepEqual(await drawnOver(tab), borderOf(first));
  });
  await eventually("the outlines are gone", async () => {
    assert.deepEqual(await drawnOver(tab), []);
  });

  await other.show();
  await assertStatus("hidden");
  // A change that is undone before anybody looks is none; the tile in the corner is a part of one.
  const corner = { x: 390, y: 195, w: 10, h: 5 };
  await pushShot(program, screen(inOneTile, inFourTiles, { x: 0, y: 0, w: 9, h: 9 }));
  await pushShot(program, screen(inOneTile, inFourTiles, corner));
  await tab.show();
  await assertStatus("live");
  await eventually("only the last change is outlined", async () => {
    assert.deepEqual(await drawnOver(tab), borderOf([{ x: 384, y: 192, w: 16, h: 8 }]));
  });
});
