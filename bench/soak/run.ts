/** A soak: what goes on all the time, what is compared now and then, and what must hold in the end. */
import { canvasPicture, openPage, startBrowser } from "../../tests/e2e/support/browser.ts";
import { eventually } from "../../tests/e2e/support/eventually.ts";
import { assertSame } from "../../tests/e2e/support/picture.ts";
import { type Program, startProgram, TOKEN } from "../../tests/e2e/support/program.ts";
import { openRaw } from "../../tests/e2e/support/raw_http.ts";
import { Random } from "../../tests/helpers/random.ts";
import type { Page } from "playwright-core";
import { Crowd } from "./crowd.ts";
import { Every } from "./every.ts";
import { COLLECTING, COLLECTING_V8, growth, Memory, residentMiB } from "./memory.ts";
import { Past } from "./past.ts";
import { Pusher } from "./pusher.ts";
import { LiveScreen } from "./screen.ts";
import { Tally } from "./tally.ts";

const ROOT = new URL("../../", import.meta.url);
const ACT_MS = 300;
const CHECK_MS = 30_000;
const RESIZE_MS = 20_000;
const RESTART_MS = 70_000;
const CHANGE_MS = 7_000;
/** Before the first look at the memory: everything has run once, the death of the X server included. */
const WARM_UP_MS = 80_000;
/** How long a look at the memory takes: long enough for several collections in each Worker, also on a busy machine. */
const LOOK_MS = 20_000;

/** What it begins and ends with. */
const DEFAULTS = { fps: 60, quality: "auto", threshold: 0 } as const;
const SETTINGS = [
  { fps: 60 },
  { fps: 10 },
  { fps: 30 },
  { quality: "auto" },
  { quality: "lossless" },
  { threshold: 8 },
  { threshold: 0 },
] as const;

export interface SoakOptions {
  readonly minutes: number;
  /** Any 32-bit integer; the same one does the same things, at other moments. */
  readonly seed: number;
  /** Record what is shown, and read it meanwhile. */
  readonly history: boolean;
  /** Told how it goes, for people. */
  readonly say: (line: string) => void;
}

/** What `--json` prints. */
export interface SoakResult {
  readonly minutes: number;
  readonly history: boolean;
  readonly checks: number;
  readonly canvasesCompared: number;
  /** Pictures of the history that were compared again in the end. */
  readonly picturesKept: number;
  readonly events: Record<string, number>;
  readonly updates: number;
  readonly streamBytes: number;
  /** Memory with nobody but the page, before and after; and the most in between. */
  readonly firstMiB: number;
  readonly lastMiB: number;
  readonly mostMiB: number;
  /** What did not hold; empty when all did. */
  readonly failures: readonly string[];
}

/** Runs a soak. What is wrong ends it, and is among the failures. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const dir = `history-data/soak-${crypto.randomUUID()}`;
  try {
    await using all = await Soak.start(options, dir);
    return await all.run();
  } finally {
    await Deno.remove(new URL(dir, ROOT), { recursive: true }).catch(() => {});
  }
}

class Soak implements AsyncDisposable {
  readonly #options: SoakOptions;
  readonly #stack: AsyncDisposableStack;
  readonly #random: Random;
  readonly #tally = new Tally();
  readonly #screen: LiveScreen;
  readonly #program: Program;
  readonly #page: Page;
  readonly #memory: Memory;
  readonly #past: Past | undefined;
  readonly #pusher: Pusher;
  #crowd: Crowd | undefined;
  #checks = 0;
  #canvases = 0;

  private constructor(
    options: SoakOptions,
    stack: AsyncDisposableStack,
    random: Random,
    parts: { screen: LiveScreen; program: Program; page: Page; tally: Tally },
  ) {
    this.#options = options;
    this.#stack = stack;
    this.#random = random;
    this.#screen = parts.screen;
    this.#program = parts.program;
    this.#page = parts.page;
    this.#tally = parts.tally;
    const { pid } = parts.program;
    this.#memory = new Memory(() => residentMiB(pid));
    this.#past = options.history ? new Past(parts.program, random, parts.tally) : undefined;
    this.#pusher = new Pusher(parts.program, random, parts.tally);
  }

  static async start(options: SoakOptions, dir: string): Promise<Soak> {
    await using stack = new AsyncDisposableStack();
    const random = new Random(options.seed);
    const tally = new Tally();
    const screen = stack.use(await LiveScreen.start(random, tally));
    const history = options.history ? "on" : "off";
    // A small ring is full before the first look at the memory.
    const args = ["--source", `x11:${screen.display}`, "--ring-bytes", "4MiB"];
    const program = stack.use(
      await startProgram([...args, "--history-dir", dir], {
        env: { ...COLLECTING, PATCHCAST_HISTORY: history },
        v8Flags: COLLECTING_V8,
      }),
    );
    const browser = stack.use(await startBrowser());
    const page = await openPage(browser, program.link);
    return new Soak(options, stack.move(), random, { screen, program, page, tally });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  async run(): Promise<SoakResult> {
    const { minutes, history, say } = this.#options;
    const failures: string[] = [];
    let [firstMiB, lastMiB] = [NaN, NaN];
    await noteFailure(failures, async () => {
      await this.#live(WARM_UP_MS);
      firstMiB = await this.#look();
      say(`${firstMiB.toFixed()} MiB with nobody but the page, after everything has run once`);
      await this.#live(minutes * 60_000);
      lastMiB = await this.#look();
      const words = growth(firstMiB, lastMiB);
      if (words !== undefined) failures.push(words);
    });
    await noteFailure(failures, async () => await this.#past?.assertKnown());
    await this.#page.close();
    await noteFailure(failures, () => this.#assertNobody());
    const { updates, streamBytes } = await this.#program.stats();
    return {
      minutes,
      history,
      checks: this.#checks,
      canvasesCompared: this.#canvases,
      picturesKept: this.#past?.known ?? 0,
      events: this.#tally.toJSON(),
      updates,
      streamBytes,
      firstMiB,
      lastMiB,
      mostMiB: this.#memory.mostMiB,
      failures,
    };
  }

  /** Everybody comes and goes for some time; then all that read show the screen, and all leave. */
  async #live(ms: number): Promise<void> {
    using pusher = this.#pusher;
    using past = this.#past;
    await using crowd = new Crowd(this.#program, this.#random, this.#tally);
    this.#crowd = crowd;
    const [check, resize, restart, change] = [CHECK_MS, RESIZE_MS, RESTART_MS, CHANGE_MS]
      .map((interval) => new Every(interval));
    const end = performance.now() + ms;
    while (performance.now() < end) {
      await crowd.act();
      await pusher.act();
      await past?.act();
      if (resize.due) await this.#screen.resize();
      if (restart.due) await this.#screen.restart();
      if (change.due) await this.#program.change(this.#random.pick(SETTINGS));
      if (check.due) await this.#check();
      this.#memory.sample();
      await new Promise((resolve) => setTimeout(resolve, ACT_MS));
    }
    crowd.readAllOn();
    await this.#check();
  }

  /** Everybody who reads shows the screen, exactly, and so does the history. */
  async #check(): Promise<void> {
    const crowd = this.#crowd!;
    await this.#screen.still(async (picture) => {
      const wanted = await eventually("every canvas equals the screen", async () => {
        const wanted = await picture();
        assertSame(await canvasPicture(this.#page), wanted);
        const differences = crowd.differences(wanted);
        if (differences.length > 0) throw new Error(differences.join("; "));
        return wanted;
      });
      await this.#past?.remember(wanted);
    });
    await this.#pusher.assertShown();
    this.#canvases += 1 + crowd.reading;
    this.#checks++;
    const mebibytes = this.#memory.sample().toFixed();
    this.#options.say(`${mebibytes} MiB, ${crowd.size + 1} viewers, check ${this.#checks} passed`);
  }

  /**
   * The memory held while nobody but the page watches, under the settings of the start. Every Worker is given something
   * to do meanwhile: one that rests does not collect its garbage.
   */
  async #look(): Promise<number> {
    await this.#program.change(DEFAULTS);
    await this.#screen.resetSize();
    await eventually("only the page watches", () => this.#assertViewers(1));
    let done = false;
    const work = this.#occupyWorkers(() => done);
    const least = await this.#memory.look(LOOK_MS);
    done = true;
    await work;
    return least;
  }

  async #occupyWorkers(done: () => boolean): Promise<void> {
    const url = new URL("/events", this.#program.url);
    using events = await openRaw(url, { authorization: `Bearer ${TOKEN}` });
    while (!done()) {
      await this.#pusher.push();
      await this.#past?.jumpAnywhere();
      const snapshot = await this.#program.request("/snapshot.png");
      await snapshot.arrayBuffer();
      await events.read();
    }
  }

  async #assertNobody(): Promise<void> {
    await eventually("no viewer is left and the capture sleeps", async () => {
      await this.#assertViewers(0);
      // The history watches for as long as the program runs.
      if (this.#options.history) return;
      if (!(await this.#program.stats()).sleeping) throw new Error("the capture is awake");
    });
  }

  async #assertViewers(wanted: number): Promise<void> {
    const { count } = (await this.#program.stats()).viewers;
    if (count !== wanted) throw new Error(`${count} viewers`);
  }
}

async function noteFailure(failures: string[], attempt: () => Promise<void>): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    failures.push(error instanceof Error ? error.stack ?? error.message : String(error));
  }
}
