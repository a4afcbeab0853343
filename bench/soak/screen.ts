/** A screen that lives: it scrolls, changes its size, and now and then its X server dies and another takes its place. */
import { type Desktop, FULL_SIZE, startDesktop } from "../../tests/e2e/support/desktop.ts";
import type { Picture } from "../../tests/e2e/support/picture.ts";
import type { Random } from "../../tests/helpers/random.ts";
import type { Tally } from "./tally.ts";

const SIZES = [
  FULL_SIZE,
  { width: 640, height: 480 },
  { width: 613, height: 437 },
  { width: 320, height: 555 },
];

export class LiveScreen implements AsyncDisposable {
  readonly #random: Random;
  readonly #tally: Tally;
  #desktop: Desktop;

  private constructor(desktop: Desktop, random: Random, tally: Tally) {
    this.#desktop = desktop;
    this.#random = random;
    this.#tally = tally;
  }

  static async start(random: Random, tally: Tally): Promise<LiveScreen> {
    return new LiveScreen(await startDesktop(), random, tally);
  }

  get display(): string {
    return this.#desktop.display;
  }

  /** Another size. */
  async resize(): Promise<void> {
    await this.#desktop.resize(this.#random.pick(SIZES));
    this.#tally.count("the screen's size changed");
  }

  /** The size that it began with. */
  async resetSize(): Promise<void> {
    await this.#desktop.resize(FULL_SIZE);
  }

  /** The X server dies; another one comes under its name. */
  async restart(): Promise<void> {
    const { number } = this.#desktop;
    await this.#desktop.kill();
    this.#desktop = await startDesktop(number);
    this.#tally.count("the X server died");
  }

  /** Runs something while nothing on the screen moves. */
  async still<T>(run: (picture: () => Promise<Picture>) => Promise<T>): Promise<T> {
    this.#desktop.freeze();
    try {
      return await run(() => this.#desktop.picture());
    } finally {
      this.#desktop.thaw();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#desktop[Symbol.asyncDispose]();
  }
}
