/** Viewers that come and go as people and networks do: they join, leave, stop reading, read on, and are killed. */
import { difference, type Picture } from "../../tests/e2e/support/picture.ts";
import { type Program, TOKEN } from "../../tests/e2e/support/program.ts";
import { openRaw, type RawResponse } from "../../tests/e2e/support/raw_http.ts";
import { Watcher } from "../../tests/e2e/support/watcher.ts";
import type { Random } from "../../tests/helpers/random.ts";
import type { Tally } from "./tally.ts";

/** Decoding for each of them takes as much time as the server has for all: more would measure this process. */
const MAX_READING = 6;
const MAX_STALLED = 20;
const MAX_KILLED = 4;

export class Crowd implements AsyncDisposable {
  readonly #program: Program;
  readonly #random: Random;
  readonly #tally: Tally;
  #reading: Watcher[] = [];
  #stalled: Watcher[] = [];
  /** Viewers of `/events` that never read. */
  #events: RawResponse[] = [];
  #curls: Deno.ChildProcess[] = [];

  constructor(program: Program, random: Random, tally: Tally) {
    this.#program = program;
    this.#random = random;
    this.#tally = tally;
  }

  /** One thing happens to one viewer. */
  async act(): Promise<void> {
    const act = this.#random.pick([
      this.#join,
      this.#join,
      this.#stall,
      this.#stall,
      this.#readOn,
      this.#leave,
      this.#leaveStalled,
      this.#joinEvents,
      this.#leaveEvents,
      this.#spawn,
      this.#kill,
    ]);
    await act.call(this);
  }

  /** How many viewers there should be. */
  get size(): number {
    return this.#reading.length + this.#stalled.length + this.#events.length + this.#curls.length;
  }

  /** How many of them read all that comes. */
  get reading(): number {
    return this.#reading.length;
  }

  /** How the canvases of those who read differ from a picture, in words; empty when none does. */
  differences(picture: Picture): string[] {
    return this.#reading.flatMap((watcher, place) => {
      if (watcher.failure !== undefined) return [`viewer ${place} broke: ${watcher.failure}`];
      try {
        const words = difference(watcher.picture, picture);
        return words === undefined ? [] : [`viewer ${place}: ${words}`];
      } catch (error) {
        return [`viewer ${place}: ${error}`];
      }
    });
  }

  /** Everybody reads again. */
  readAllOn(): void {
    for (const watcher of this.#stalled.splice(0)) this.#reading.push(watcher.follow());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const watcher of [...this.#reading, ...this.#stalled]) watcher[Symbol.dispose]();
    for (const response of this.#events) response.close();
    for (const curl of this.#curls) curl.kill("SIGKILL");
    await Promise.all(this.#curls.map(({ status }) => status));
    this.#reading = [];
    this.#stalled = [];
    this.#events = [];
    this.#curls = [];
  }

  /** Takes one of them out. */
  #take<T>(from: T[]): T | undefined {
    if (from.length === 0) return undefined;
    return from.splice(this.#random.int(0, from.length - 1), 1)[0];
  }

  async #join(): Promise<void> {
    if (this.#reading.length >= MAX_READING) return;
    this.#reading.push((await Watcher.open(this.#program)).follow());
    this.#tally.count("joined");
  }

  async #stall(): Promise<void> {
    if (this.#stalled.length >= MAX_STALLED) return;
    this.#stalled.push(await Watcher.open(this.#program));
    this.#tally.count("stopped reading");
  }

  #readOn(): void {
    if (this.#reading.length >= MAX_READING) return;
    const watcher = this.#take(this.#stalled);
    if (!watcher) return;
    this.#reading.push(watcher.follow());
    this.#tally.count("read on");
  }

  #leave(): void {
    const watcher = this.#take(this.#reading);
    if (!watcher) return;
    if (watcher.failure !== undefined) throw watcher.failure;
    watcher[Symbol.dispose]();
    this.#tally.count("left");
  }

  #leaveStalled(): void {
    const watcher = this.#take(this.#stalled);
    if (!watcher) return;
    watcher[Symbol.dispose]();
    this.#tally.count("left without reading");
  }

  async #joinEvents(): Promise<void> {
    if (this.#events.length >= MAX_STALLED) return;
    const url = new URL("/events", this.#program.url);
    this.#events.push(await openRaw(url, { authorization: `Bearer ${TOKEN}` }));
    this.#tally.count("joined /events");
  }

  #leaveEvents(): void {
    const response = this.#take(this.#events);
    if (!response) return;
    response.close();
    this.#tally.count("left /events");
  }

  #spawn(): void {
    if (this.#curls.length >= MAX_KILLED) return;
    const path = this.#random.pick(["/stream", "/events"]);
    this.#curls.push(
      new Deno.Command("curl", {
        args: ["-sN", "-H", `Authorization: Bearer ${TOKEN}`, `${this.#program.url}${path}`],
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn(),
    );
  }

  async #kill(): Promise<void> {
    const curl = this.#take(this.#curls);
    if (!curl) return;
    curl.kill("SIGKILL");
    await curl.status;
    this.#tally.count("was killed");
  }
}
