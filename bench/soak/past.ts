/**
 * People who look at the history while it is written: they jump about, look at thumbnails, ask what changed, watch films
 * and leave in the middle of them, and have stretches of it forgotten. What is known of its pictures must stay true.
 */
import { readPng } from "../../tests/helpers/png.ts";
import type { Random } from "../../tests/helpers/random.ts";
import { eventually } from "../../tests/e2e/support/eventually.ts";
import { difference, type Picture, pictureOf } from "../../tests/e2e/support/picture.ts";
import { type Program, TOKEN } from "../../tests/e2e/support/program.ts";
import { openRaw, type RawResponse } from "../../tests/e2e/support/raw_http.ts";
import type { Tally } from "./tally.ts";

const SOURCE = "screen";
const MAX_FILMS = 4;
/** Pictures remembered, 2 MB each. */
const MAX_KNOWN = 40;
/** The longest stretch that is forgotten at once, ms. */
const FORGET_MS = 2000;

export class Past implements Disposable {
  readonly #program: Program;
  readonly #random: Random;
  readonly #tally: Tally;
  /** What the screen showed at some instants. */
  readonly #known = new Map<number, Picture>();
  #films: RawResponse[] = [];
  #have: number | undefined;

  constructor(program: Program, random: Random, tally: Tally) {
    this.#program = program;
    this.#random = random;
    this.#tally = tally;
  }

  /** Pictures whose instants are remembered. */
  get known(): number {
    return this.#known.size;
  }

  /** One person does one thing. */
  async act(): Promise<void> {
    const span = await this.#span();
    if (!span) return;
    const t = this.#random.int(span.from, span.to);
    await this.#random.pick([
      () => this.#jump(t),
      () => this.#jump(t),
      () => this.#jump(t),
      () => this.#thumb(t),
      () => this.#get("asked what changed", `/changes?rect=0,0,200,200&from=${span.from}`),
      () => this.#watchFilm(t),
      () => this.#leaveFilm(),
      () => this.#revisit(),
      () => this.#forget(t),
    ])();
  }

  /** To any instant, and the thumbnail of it. */
  async jumpAnywhere(): Promise<void> {
    const span = await this.#span();
    if (!span) return;
    const t = this.#random.int(span.from, span.to);
    await this.#jump(t);
    await this.#thumb(t);
  }

  /**
   * Waits until the history shows a picture as the one of now, and remembers it.
   * @param picture what the screen shows, and goes on to show until this resolves
   */
  async remember(picture: Picture): Promise<void> {
    await eventually("the history shows the screen of now", async () => {
      const now = Date.now();
      await this.#assertShown(now, picture);
      this.#known.set(now, picture);
    });
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_KNOWN) this.#known.delete(oldest);
  }

  /** @throws {Error} when one of the remembered pictures is not what the history shows */
  async assertKnown(): Promise<void> {
    for (const [time, picture] of this.#known) await this.#assertShown(time, picture);
  }

  [Symbol.dispose](): void {
    for (const film of this.#films.splice(0)) film.close();
  }

  async #span(): Promise<{ from: number; to: number } | undefined> {
    const response = await this.#program.request(`/api/history/${SOURCE}`);
    // Before the first picture was recorded.
    if (response.status === 404) return void await response.body?.cancel();
    const { span } = await response.json();
    return span ?? undefined;
  }

  /** A jump, from the last one's picture where there was one. */
  async #jump(t: number): Promise<void> {
    const have = this.#have === undefined ? "" : `&have=${this.#have}`;
    await this.#get("jumped in the history", `/at?t=${t}${have}`);
    this.#have = t;
  }

  async #thumb(t: number): Promise<void> {
    await this.#get("looked at a thumbnail", `/thumb?t=${t}&w=${this.#random.int(16, 640)}`);
  }

  async #get(what: string, path: string): Promise<void> {
    const response = await this.#program.request(`/api/history/${SOURCE}${path}`);
    const { status } = response;
    await response.arrayBuffer();
    // The instant was forgotten meanwhile, or many pictures are being made.
    if (status === 404 || status === 503) return;
    if (status !== 200) throw new Error(`${path}: status ${status}`);
    this.#tally.count(what);
  }

  async #watchFilm(t: number): Promise<void> {
    if (this.#films.length >= MAX_FILMS) return;
    const speed = this.#random.pick([0.5, 1, 8, 64]);
    const url = new URL(
      `/api/history/${SOURCE}/play?from=${t}&speed=${speed}&skipIdle=1`,
      this.#program.url,
    );
    const film = await openRaw(url, { authorization: `Bearer ${TOKEN}` });
    this.#films.push(film);
    // One reads a little and then no more; nobody waits for the end.
    if (this.#random.chance(0.5)) await film.read();
    this.#tally.count("began a film");
  }

  #leaveFilm(): void {
    const film = this.#films.shift();
    if (!film) return;
    film.close();
    this.#tally.count("left a film");
  }

  async #revisit(): Promise<void> {
    if (this.#known.size === 0) return;
    const [time, picture] = this.#random.pick([...this.#known]);
    await this.#assertShown(time, picture);
    this.#tally.count("saw a known picture again");
  }

  async #forget(from: number): Promise<void> {
    const to = from + this.#random.int(1, FORGET_MS);
    if ([...this.#known.keys()].some((time) => from <= time && time < to)) return;
    const path = `/api/history/${SOURCE}?from=${from}&to=${to}`;
    const response = await this.#program.request(path, { method: "DELETE" });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    await response.body?.cancel();
    this.#tally.count("had a stretch forgotten");
  }

  async #assertShown(time: number, picture: Picture): Promise<void> {
    const response = await this.#program.request(`/api/history/${SOURCE}/frame.png?t=${time}`);
    const body = new Uint8Array(await response.arrayBuffer());
    if (!response.ok) throw new Error(`the picture of ${time}: status ${response.status}`);
    const { width, height, rgba } = readPng(body);
    const words = difference(pictureOf(width, height, rgba), picture);
    if (words !== undefined) throw new Error(`the picture of ${time}: ${words}`);
  }
}
