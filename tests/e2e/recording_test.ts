/** A real screen recorded by the whole program: what the history shows of an instant is what the X server showed then. */
import assert from "node:assert/strict";
import { readPng } from "../helpers/png.ts";
import { type Desktop, startScreen } from "./support/desktop.ts";
import { eventually } from "./support/eventually.ts";
import { showNoise } from "./support/noise.ts";
import { assertSame, difference, type Picture, pictureOf } from "./support/picture.ts";
import { type Program, startProgram } from "./support/program.ts";
import { suiteOn } from "./support/suite.ts";
import { Watcher } from "./support/watcher.ts";

const test = suiteOn("end to end: a recorded screen", ["x11"]);

/**
 * After a change a picture waits for its turn at the pace of the history, 100 ms; a busy machine may take longer. Only
 * instants this long after the X server's own screenshot are compared.
 */
const TURN_MS = 1000;

/** What the screen showed, and from when to when. */
interface Known {
  readonly name: string;
  readonly picture: Picture;
  readonly from: number;
  readonly to: number;
}

/** A terminal with text in it; its window is named `name` once all of it is drawn. */
async function showText(screen: Desktop, name: string, place: string): Promise<void> {
  const lines = `seq 1 12 | while read i; do echo "${name}: line $i of 12"; done`;
  const script = `${lines}; printf '\\033]2;${name}\\007'; exec sleep 1000`;
  screen.start("xterm", "-T", "drawing", "-geometry", place, "-e", "sh", "-c", script);
  await screen.shown(name);
}

/** What is drawn, one after the other. */
const SCENES: Readonly<Record<string, (screen: Desktop) => Promise<unknown>>> = {
  plain: (screen) => screen.run("xsetroot", "-solid", "#204060"),
  pattern: (screen) => screen.run("xsetroot", "-mod", "7", "5", "-fg", "#ffcc00", "-bg", "#102030"),
  text: (screen) => showText(screen, "first", "60x14+30+40"),
  "more text": (screen) => showText(screen, "second", "40x14+330+240"),
  smaller: (screen) => screen.resize({ width: 640, height: 480 }),
  larger: (screen) => screen.resize({ width: 800, height: 600 }),
  noise: showNoise,
  // Under the windows, so nothing of it is seen: the picture stands.
  hidden: (screen) => screen.run("xsetroot", "-solid", "#000000"),
};

/** The X server's own screenshot, of a screen that stands still. */
async function stillPicture(screen: Desktop): Promise<Picture> {
  let before = await screen.picture();
  return await eventually("the screen stands still", async () => {
    const now = await screen.picture();
    const change = difference(now, before);
    before = now;
    assert.equal(change, undefined);
    return now;
  });
}

/** Waits until the history knows what the screen showed at `time`, by the history's own word. */
async function recordedUntil(program: Program, time: number): Promise<void> {
  await eventually("the history has come so far", async () => {
    const { span } = await (await program.request("/api/history/screen")).json();
    assert.ok(span && span.to >= time, `it ends ${time - (span?.to ?? NaN)} ms before`);
  });
}

async function record(screen: Desktop, program: Program): Promise<Known[]> {
  const known: Known[] = [];
  for (const [name, draw] of Object.entries(SCENES)) {
    await draw(screen);
    const picture = await stillPicture(screen);
    const from = Date.now() + TURN_MS;
    await recordedUntil(program, from);
    known.push({ name, picture, from, to: Math.max(from, Date.now()) });
  }
  return known;
}

async function pictureAt(program: Program, t: number): Promise<Picture> {
  const response = await program.request(`/api/history/screen/frame.png?t=${t}`);
  assert.equal(response.status, 200, await response.clone().text());
  const { width, height, rgba } = readPng(new Uint8Array(await response.arrayBuffer()));
  return pictureOf(width, height, rgba);
}

async function assertShows(program: Program, known: readonly Known[]): Promise<void> {
  for (const { name, picture, from, to } of known) {
    for (const t of new Set([from, to])) {
      try {
        assertSame(await pictureAt(program, t), picture);
      } catch (error) {
        throw new Error(`"${name}" is another picture at ${t - from} ms`, { cause: error });
      }
    }
  }
}

test("the history of a screen shows what the X server showed, after a restart too", async () => {
  const dir = `history-data/e2e-${crypto.randomUUID()}`;
  await using screen = await startScreen();
  const args = ["--source", `x11:${screen.display}`, "--history", "on", "--history-dir", dir];
  try {
    let known: Known[];
    {
      await using program = await startProgram(args);
      known = await record(screen, program);
      // Back at its first size, and under the noise, the screen shows what it showed before.
      const different = new Set(known.map(({ picture }) => picture.pixels.join())).size;
      assert.equal(different, known.length - 2);
      await assertShows(program, known);
      program.kill("SIGTERM");
      assert.equal((await program.ended).code, 0);
    }
    // Nothing of what it shows now may get into what was recorded.
    await screen.run("xsetroot", "-solid", "#ff00ff");
    await using program = await startProgram(args);
    await recordedUntil(program, Date.now());
    await assertShows(program, known);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

test("only recorded, a screen is looked at as often as the history needs; watched, as often as fps says", async () => {
  const dir = `history-data/e2e-${crypto.randomUUID()}`;
  await using screen = await startScreen();
  const args = ["--source", `x11:${screen.display}`, "--history", "on", "--history-dir", dir];
  try {
    await using program = await startProgram([...args, "--history-fps", "4"]);
    const pace = async () => {
      const { fps, paceFps, sleeping } = await program.stats();
      return { fps, paceFps, sleeping };
    };
    assert.deepEqual(await pace(), { fps: 60, paceFps: 4, sleeping: false });
    {
      using _watcher = (await Watcher.open(program)).follow();
      await eventually("the viewer counts", async () => {
        assert.equal((await pace()).paceFps, 60);
      });
    }
    await eventually("the viewer has left", async () => {
      assert.equal((await pace()).paceFps, 4);
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
