/**
 * Another machine that pushes its screen: pictures in order, again, late, of other sizes and broken ones; and somebody
 * who closes its source now and then. What came last must be what is shown.
 */
import { makePng } from "../../tests/helpers/make_png.ts";
import { readPng } from "../../tests/helpers/png.ts";
import type { Random } from "../../tests/helpers/random.ts";
import { eventually } from "../../tests/e2e/support/eventually.ts";
import { assertSame, type Picture, pictureOf } from "../../tests/e2e/support/picture.ts";
import { type Program, TOKEN } from "../../tests/e2e/support/program.ts";
import { openRaw, type RawResponse } from "../../tests/e2e/support/raw_http.ts";
import type { Tally } from "./tally.ts";

const ID = "phone";
const MAX_VIEWERS = 3;
/** Sides of its screen, pixels. */
const SIDES = [90, 160, 213];

interface Shot {
  readonly time: number;
  readonly png: Uint8Array<ArrayBuffer>;
  readonly picture: Picture;
}

export class Pusher implements Disposable {
  readonly #program: Program;
  readonly #random: Random;
  readonly #tally: Tally;
  #viewers: RawResponse[] = [];
  /** What was pushed last, unless the source was closed since. */
  #last: Shot | undefined;
  #size = { width: 160, height: 213 };

  constructor(program: Program, random: Random, tally: Tally) {
    this.#program = program;
    this.#random = random;
    this.#tally = tally;
  }

  /** One thing happens. */
  async act(): Promise<void> {
    await this.#random.pick([
      this.push,
      this.push,
      this.push,
      this.#pushAgain,
      this.#pushLate,
      this.#pushBroken,
      this.#turn,
      this.#join,
      this.#leave,
      this.#close,
    ]).call(this);
  }

  /** A new picture. */
  async push(): Promise<void> {
    const shot = this.#shoot(Date.now());
    await this.#push(shot, "newest", "pushed a picture");
    this.#last = shot;
  }

  /** @throws {Error} when not the picture that was pushed last is shown */
  async assertShown(): Promise<void> {
    if (!this.#last) return;
    const { picture } = this.#last;
    await eventually("the picture pushed last is shown", async () => {
      const response = await this.#program.request(`/snapshot.png?source=${ID}`);
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      const { width, height, rgba } = readPng(new Uint8Array(await response.arrayBuffer()));
      assertSame(pictureOf(width, height, rgba), picture);
    });
  }

  [Symbol.dispose](): void {
    for (const viewer of this.#viewers.splice(0)) viewer.close();
  }

  async #pushAgain(): Promise<void> {
    if (!this.#last) return;
    this.#last = { ...this.#last, time: Date.now() };
    await this.#push(this.#last, "duplicate", "pushed the same picture again");
  }

  async #pushLate(): Promise<void> {
    if (!this.#last) return;
    await this.#push(this.#shoot(this.#last.time - 5000), "late", "pushed an older picture");
  }

  async #pushBroken(): Promise<void> {
    const { time, png } = this.#shoot(Date.now());
    const { status } = await this.#post(time, png.slice(0, this.#random.int(0, png.length - 30)));
    if (status < 400 || status > 499) throw new Error(`a broken picture: status ${status}`);
    this.#tally.count("pushed a broken picture");
  }

  /** The phone is turned, or another one. */
  #turn(): void {
    this.#size = { width: this.#random.pick(SIDES), height: this.#random.pick(SIDES) };
  }

  async #join(): Promise<void> {
    if (!this.#last || this.#viewers.length >= MAX_VIEWERS) return;
    const url = new URL(`/stream?source=${ID}`, this.#program.url);
    const viewer = await openRaw(url, { authorization: `Bearer ${TOKEN}` });
    this.#viewers.push(viewer);
    const readAll = async () => {
      while (await viewer.read());
    };
    // Ends with the source, or when it leaves.
    readAll().catch(() => {});
    this.#tally.count("joined the pushed source");
  }

  #leave(): void {
    const viewer = this.#viewers.shift();
    if (!viewer) return;
    viewer.close();
    this.#tally.count("left the pushed source");
  }

  async #close(): Promise<void> {
    if (!this.#last || this.#random.chance(0.5)) return;
    const response = await this.#program.request(`/api/sources/${ID}`, { method: "DELETE" });
    if (response.status !== 204) throw new Error(`DELETE: ${response.status}`);
    this.#last = undefined;
    this[Symbol.dispose]();
    this.#tally.count("closed the pushed source");
  }

  async #push({ time, png }: Shot, wanted: string, what: string): Promise<void> {
    const response = await this.#post(time, png);
    const words = `${what}: ${response.status} ${response.text}`;
    if (response.status !== 200) throw new Error(words);
    if (JSON.parse(response.text).result !== wanted) throw new Error(`${words}, wanted ${wanted}`);
    this.#tally.count(what);
  }

  async #post(
    time: number,
    png: Uint8Array<ArrayBuffer>,
  ): Promise<{ status: number; text: string }> {
    const response = await fetch(new URL(`/api/sources/${ID}/frames`, this.#program.url), {
      method: "POST",
      headers: {
        authorization: `Bearer ${TOKEN}`,
        "content-type": "image/png",
        "x-captured-at": new Date(time).toISOString(),
      },
      body: png,
    });
    return { status: response.status, text: await response.text() };
  }

  /** Boxes of colours, no two pictures alike. */
  #shoot(time: number): Shot {
    const { width, height } = this.#size;
    const pixels = new Uint32Array(width * height).fill(this.#random.int(0, 0xffffff));
    for (let i = 0; i < 12; i++) {
      const [x, y] = [this.#random.int(0, width - 1), this.#random.int(0, height - 1)];
      const right = this.#random.int(x, width - 1);
      const colour = this.#random.int(0, 0xffffff);
      for (let row = y; row < Math.min(height, y + 40); row++) {
        pixels.fill(colour, row * width + x, row * width + right + 1);
      }
    }
    const samples = [...pixels].flatMap((pixel) => [pixel >> 16, pixel >> 8 & 255, pixel & 255]);
    const png = makePng({ width, height, colour: 2, depth: 8, samples });
    return { time, png, picture: { width, height, pixels } };
  }
}
