/**
 * `deno task soak [--minutes 10] [--seed 1] [--json]`: the real server on a real X display, with viewers that join,
 * leave, stop reading and are killed, a screen that changes its size and dies, and settings that change.
 *
 * Every half minute the screen stands still until each canvas, the page's in Chromium included, equals what
 * `xwd` sees. In the end there must be no viewer left, the capture must sleep, and memory must be back to
 * where it was. Exits with 1 when one of these does not hold.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { canvasPicture, openPage, startBrowser } from "../tests/e2e/support/browser.ts";
import { eventually } from "../tests/e2e/support/eventually.ts";
import { assertSame } from "../tests/e2e/support/picture.ts";
import { startProgram } from "../tests/e2e/support/program.ts";
import { Random } from "../tests/helpers/random.ts";
import { Crowd, type Tally } from "./soak/crowd.ts";
import { Memory } from "./soak/memory.ts";
import { LiveScreen } from "./soak/screen.ts";

const ACT_MS = 300;
const CHECK_MS = 30_000;
const RESIZE_MS = 20_000;
const RESTART_MS = 70_000;
const CHANGE_MS = 7_000;

/** Gives freed memory back at once, so that what is held can be seen from outside. */
const EXACT_MEMORY = {
  MALLOC_ARENA_MAX: "1",
  MALLOC_MMAP_THRESHOLD_: "65536",
  MALLOC_TRIM_THRESHOLD_: "131072",
};

const SETTINGS = [
  { fps: 60 },
  { fps: 10 },
  { fps: 30 },
  { quality: "auto" },
  { quality: "lossless" },
  { threshold: 8 },
  { threshold: 0 },
] as const;

/** What `--json` prints. */
export interface SoakResult {
  readonly minutes: number;
  readonly checks: number;
  readonly canvasesCompared: number;
  readonly events: Record<string, number>;
  readonly updates: number;
  readonly streamBytes: number;
  readonly firstMiB: number;
  readonly lastMiB: number;
  readonly mostMiB: number;
  readonly failures: readonly string[];
}

/** Runs something when its time has come, and then again. */
class Every {
  readonly #ms: number;
  #next: number;

  constructor(ms: number) {
    this.#ms = ms;
    this.#next = performance.now() + ms;
  }

  /** True once an interval. */
  get due(): boolean {
    if (performance.now() < this.#next) return false;
    this.#next = performance.now() + this.#ms;
    return true;
  }
}

/** Everybody who reads shows the screen, exactly. */
async function compare(screen: LiveScreen, crowd: Crowd, page: Page): Promise<number> {
  return await screen.still(async (picture) => {
    return await eventually("every canvas equals the screen", async () => {
      const wanted = await picture();
      assertSame(await canvasPicture(page), wanted);
      const differences = crowd.differences(wanted);
      if (differences.length > 0) throw new Error(differences.join("; "));
      return 1 + crowd.reading;
    });
  });
}

async function run(minutes: number, seed: number): Promise<SoakResult> {
  const random = new Random(seed);
  const tally: Tally = new Map();
  const failures: string[] = [];
  await using screen = await LiveScreen.start(random, tally);
  await using program = await startProgram(["--source", `x11:${screen.display}`], {
    env: EXACT_MEMORY,
  });
  await using browser = await startBrowser();
  const page = await openPage(browser, program.link);
  const memory = new Memory(program.pid);
  let checks = 0;
  let canvasesCompared = 0;
  {
    await using crowd = new Crowd(program, random, tally);
    const [check, resize, restart, change] = [CHECK_MS, RESIZE_MS, RESTART_MS, CHANGE_MS]
      .map((ms) => new Every(ms));
    const end = performance.now() + minutes * 60_000;
    while (performance.now() < end) {
      await crowd.act();
      if (resize.due) await screen.resize();
      if (restart.due) await screen.restart();
      if (change.due) await program.change(random.pick(SETTINGS));
      if (check.due) {
        canvasesCompared += await compare(screen, crowd, page);
        checks++;
        say(
          `${Math.round(memory.sample())} MiB, ${crowd.size + 1} viewers, check ${checks} passed`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, ACT_MS));
    }
    crowd.readAllOn();
    canvasesCompared += await compare(screen, crowd, page);
    checks++;
  }
  await page.close();
  await noteFailure(failures, "no viewer is left and the capture sleeps", async () => {
    const { viewers, sleeping } = await program.stats();
    if (viewers.count !== 0) throw new Error(`${viewers.count} viewers`);
    if (!sleeping) throw new Error("the capture is awake");
  });
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    memory.sample();
  }
  const { ok, firstMiB, lastMiB, most } = memory.verdict();
  if (!ok) failures.push(`memory grew from ${firstMiB.toFixed()} to ${lastMiB.toFixed()} MiB`);
  const { updates, streamBytes } = await program.stats();
  return {
    minutes,
    checks,
    canvasesCompared,
    events: Object.fromEntries(tally),
    updates,
    streamBytes,
    firstMiB,
    lastMiB,
    mostMiB: most,
    failures,
  };
}

async function noteFailure(failures: string[], what: string, attempt: () => Promise<void>) {
  try {
    await eventually(what, attempt);
  } catch (error) {
    failures.push(String(error));
  }
}

function say(line: string): void {
  // deno-lint-ignore no-console -- progress, for people
  console.error(line);
}

function report(result: SoakResult): string {
  const events = Object.entries(result.events).map(([what, count]) => `${count} × ${what}`);
  return [
    `${result.minutes} minutes, ${result.updates} updates, ${
      (result.streamBytes / 1e6).toFixed(1)
    } MB`,
    events.join(", "),
    `${result.checks} checks, ${result.canvasesCompared} canvases compared, all exact`,
    `memory: ${result.firstMiB.toFixed()} MiB at first, ${result.mostMiB.toFixed()} at most, ${result.lastMiB.toFixed()} in the end`,
    ...result.failures.map((failure) => `FAILED: ${failure}`),
  ].join("\n");
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "10" },
      seed: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0 && minutes <= 1440)) {
    say(`Cannot use --minutes: got ${values.minutes}, wanted more than 0 to 1440`);
    process.exit(2);
  }
  const result = await run(minutes, Number(values.seed));
  // deno-lint-ignore no-console -- the result
  console.log(values.json ? JSON.stringify(result) : report(result));
  process.exitCode = result.failures.length > 0 ? 1 : 0;
}
