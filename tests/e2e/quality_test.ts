/** `quality: auto` in a browser: a film plays with losses, text beside it never has any, and rest makes all exact. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { canvasPicture, openPage, startBrowser, waitForStatus } from "./support/browser.ts";
import { composedScreen } from "./support/composed_screen.ts";
import { type Desktop, startScreen } from "./support/desktop.ts";
import { eventually } from "./support/eventually.ts";
import { canPlay, type Place, playFilm } from "./support/film.ts";
import { assertColourful, assertSame, type Picture } from "./support/picture.ts";
import { type Program, startProgram } from "./support/program.ts";
import { suiteOn } from "./support/suite.ts";

const test = suiteOn("end to end: quality auto", ["x11", "chromium"]);

const TILE = 64;
/** Not along the grid: tiles with a part of the film and a part of what is around it. */
const FILM: Place = { x: 420, y: 101, w: 320, h: 240 };

/** Text around the film, which types on. */
async function showText(desktop: Desktop): Promise<void> {
  await desktop.run("xsetroot", "-mod", "9", "6", "-fg", "#28527a", "-bg", "#163048");
  const type =
    'i=0; while :; do i=$((i+1)); printf "\\033[3$((i%8))mline %d: %0$((i%30+1))d\\n" $i $i; ' +
    "sleep 0.1; done";
  desktop.start("xterm", "-T", "typing", "-geometry", "62x24+20+60", "-e", "sh", "-c", type);
  desktop.start("xterm", "-T", "below", "-geometry", "60x12+400+380", "-e", "sh", "-c", type);
  for (const name of ["typing", "below"]) await desktop.shown(name);
}

/** How many tiles the page says are not exact. */
async function inexactTiles(page: Page): Promise<number> {
  return Number(await page.locator("html").getAttribute("data-inexact") ?? 0);
}

/** The tiles that have a mark on the page, by their number in reading order. */
async function markedTiles(page: Page): Promise<Set<number>> {
  const numbers = await page.evaluate((tile) => {
    const [screen, overlay] = ["screen", "overlay"]
      .map((id) => document.getElementById(id) as HTMLCanvasElement);
    const [shown, over] = [screen.getBoundingClientRect(), overlay.getBoundingClientRect()];
    const scale = shown.width / screen.width;
    const density = overlay.width / over.width;
    const context = overlay.getContext("2d")!;
    const across = Math.ceil(screen.width / tile);
    const found: number[] = [];
    for (let number = 0; number < across * Math.ceil(screen.height / tile); number++) {
      // The mark is in the tile's upper right corner.
      const right = Math.min(screen.width, (number % across + 1) * tile);
      const top = Math.floor(number / across) * tile;
      const x = (shown.left - over.left + right * scale) * density - 2;
      const y = (shown.top - over.top + top * scale) * density + 1;
      if (context.getImageData(Math.round(x), Math.round(y), 1, 1).data[3] > 0) found.push(number);
    }
    return found;
  }, TILE);
  return new Set(numbers);
}

/** Every pixel that differs and does not lie in the film has a loss that it must not have. */
function assertExactAround(shown: Picture, screen: Picture): void {
  const mask = ({ width, height, pixels }: Picture) => {
    const around = pixels.slice();
    for (let y = FILM.y; y < FILM.y + FILM.h; y++) {
      around.fill(0, y * width + FILM.x, y * width + FILM.x + FILM.w);
    }
    return { width, height, pixels: around };
  };
  assertSame(mask(shown), mask(screen));
}

/** The tiles in which two pictures differ. */
function differingTiles(a: Picture, b: Picture): Set<number> {
  const across = Math.ceil(a.width / TILE);
  const tiles = new Set<number>();
  a.pixels.forEach((pixel, i) => {
    if (pixel === b.pixels[i]) return;
    const [x, y] = [i % a.width, Math.floor(i / a.width)];
    tiles.add(Math.floor(y / TILE) * across + Math.floor(x / TILE));
  });
  return tiles;
}

/** The tiles that the film touches. */
function filmTiles(width: number): Set<number> {
  const across = Math.ceil(width / TILE);
  const tiles = new Set<number>();
  for (let y = Math.floor(FILM.y / TILE); y * TILE < FILM.y + FILM.h; y++) {
    for (let x = Math.floor(FILM.x / TILE); x * TILE < FILM.x + FILM.w; x++) {
      tiles.add(y * across + x);
    }
  }
  return tiles;
}

/** Waits until the page has losses: the film plays. */
async function untilLossy(page: Page): Promise<void> {
  await eventually("the film has losses", async () => {
    assert.ok(await inexactTiles(page) > 10, `${await inexactTiles(page)} inexact tiles`);
  });
}

/** Bytes of the stream for one update, while 60 go by. */
async function bytesPerUpdate(program: Program): Promise<number> {
  const before = await program.stats();
  return await eventually("60 updates are sent", async () => {
    const { updates, streamBytes } = await program.stats();
    assert.ok(updates >= before.updates + 60);
    return (streamBytes - before.streamBytes) / (updates - before.updates);
  });
}

/** Chooses in the panel, as a person does. */
async function chooseQuality(page: Page, program: Program, quality: "lossless" | "auto") {
  await page.keyboard.press("c");
  const field = page.getByLabel("Quality");
  await eventually("the panel has loaded", async () => {
    assert.notEqual(await field.inputValue(), "");
  });
  await field.fill(quality);
  await page.getByRole("button", { name: "Apply" }).click();
  await eventually(`the server is told ${quality}`, async () => {
    assert.equal((await program.stats()).settings.quality, quality);
  });
  await page.keyboard.press("Escape");
}

if (canPlay() || Deno.env.get("CI") === "true") {
  test("quality auto: text is exact while a film plays beside it, and all is when it stops", async () => {
    await using desktop = await startScreen();
    await showText(desktop);
    await using film = playFilm(desktop, FILM);
    const source = ["--source", `x11:${desktop.display}`];
    await using program = await startProgram([...source, "--quality", "auto"]);
    await using browser = await startBrowser();
    const page = await openPage(browser, program.link);
    await waitForStatus(page, "live");
    for (let round = 0; round < 3; round++) {
      film.play();
      await untilLossy(page);
      // The film plays on; what is around it stands still so that it can be compared.
      desktop.freeze();
      await eventually("everything around the film is exact", async () => {
        const shown = await canvasPicture(page);
        assertColourful(shown, 200);
        assertExactAround(shown, await composedScreen(desktop));
      });
      assert.ok(await inexactTiles(page) > 0, "the film plays on");
      film.pause();
      await eventually("the page equals the screen, without marks", async () => {
        assertSame(await canvasPicture(page), await composedScreen(desktop));
        assert.equal((await markedTiles(page)).size, 0);
        assert.equal(await inexactTiles(page), 0);
      });
      assert.equal((await program.stats()).lossyTiles, 0);
      desktop.thaw();
    }
  });

  test("quality auto: the page marks the tiles that are not exact, and no others", async () => {
    await using desktop = await startScreen();
    await showText(desktop);
    await using film = playFilm(desktop, FILM);
    const source = ["--source", `x11:${desktop.display}`];
    await using program = await startProgram([...source, "--quality", "auto"]);
    await using browser = await startBrowser();
    const page = await openPage(browser, program.link);
    await waitForStatus(page, "live");
    // The capture is stopped between the last picture and its repair; where that was missed, once more.
    await eventually("a film that stands still is caught with losses", async () => {
      await program.change({ paused: false });
      film.play();
      desktop.thaw();
      await untilLossy(page);
      film.pause();
      desktop.freeze();
      // First the screen: meanwhile its last picture is captured.
      const screen = await composedScreen(desktop);
      await program.change({ paused: true });
      await waitForStatus(page, "paused");
      const shown = await canvasPicture(page);
      const marks = await markedTiles(page);
      assert.ok(marks.size > 0, "there are marks");
      assert.equal(marks.size, await inexactTiles(page));
      const inFilm = filmTiles(screen.width);
      assert.deepEqual([...marks].filter((tile) => !inFilm.has(tile)), [], "marks are in the film");
      const unmarked = [...differingTiles(shown, screen)].filter((tile) => !marks.has(tile));
      assert.deepEqual(unmarked, [], "what differs is marked");
      assertExactAround(shown, screen);
    });
  });

  test("quality auto, chosen in the panel, takes a fraction of the bytes; lossless brings exactness back", async () => {
    await using desktop = await startScreen();
    await using film = playFilm(desktop, FILM);
    await using program = await startProgram(["--source", `x11:${desktop.display}`]);
    await using browser = await startBrowser();
    const page = await openPage(browser, program.link);
    await waitForStatus(page, "live");
    const lossless = await bytesPerUpdate(program);
    assert.equal(await inexactTiles(page), 0);
    await chooseQuality(page, program, "auto");
    await untilLossy(page);
    const auto = await bytesPerUpdate(program);
    assert.ok(auto * 3 < lossless, `auto ${auto}, lossless ${lossless} bytes an update`);
    await chooseQuality(page, program, "lossless");
    await eventually("nothing has losses although the film plays", async () => {
      assert.equal((await program.stats()).lossyTiles, 0);
      assert.equal(await inexactTiles(page), 0);
    });
    film.pause();
    await eventually("the page equals the screen", async () => {
      assertSame(await canvasPicture(page), await composedScreen(desktop));
    });
  });
} else {
  Deno.stderr.writeSync(new TextEncoder().encode("skipped: films (not installed: ffplay)\n"));
}
