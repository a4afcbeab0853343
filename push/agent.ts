/**
 * The agent: looks at the screen at a fixed pace, and sends what is different to a server. One half looks, the other
 * sends; between them is the spool, so that looking goes on while the server is away. While nothing is different, it
 * says that now and then: the server could not tell a still screen from a dead agent.
 */
import { backoffMs } from "./backoff.ts";
import type { Camera } from "./camera.ts";
import { encodePng } from "./png.ts";
import type { Report, Reported } from "./report.ts";
import type { KeptShot, Shot, Spool } from "./spool.ts";
import type { Outcome } from "./upload.ts";

/** An agent whose screen stands still reports this often, or as often as it looks. */
const REPORT_EVERY_MS = 30_000;

/** How soon a server hears of an agent again that looks every `everyMs`; ms. */
export function promiseOf(everyMs: number): number {
  return Math.max(everyMs, REPORT_EVERY_MS);
}

/** What an agent is made of. */
export interface AgentOptions {
  readonly camera: Pick<Camera, "look" | "lostReason">;
  readonly spool: Pick<Spool, "put" | "oldest" | "remove" | "count" | "dropped">;
  /** Sends a screenshot once. */
  readonly upload: (shot: Shot, signal: AbortSignal) => Promise<Outcome>;
  /** Says once that the screen still shows what was sent last. */
  readonly report: (report: Report, signal: AbortSignal) => Promise<Reported>;
  /** Pace of the looks, ms. */
  readonly everyMs: number;
  /** Wall clock, ms since the Unix epoch. */
  readonly wall: () => number;
  /** ms, never jumps. */
  readonly steady: () => number;
  /** 0 <= r < 1. */
  readonly random: () => number;
  /** Resolves after `ms`, or early when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Gets lines for people. */
  readonly say: (line: string) => void;
}

/** The server will accept nothing before somebody changes the configuration. */
export class Denied extends Error {
  override name = "Denied";
}

/** Counts since the start. */
export interface AgentCounts {
  sent: number;
  /** The server did not want them. */
  refused: number;
}

export class Agent {
  readonly counts: AgentCounts = { sent: 0, refused: 0 };
  readonly #options: AgentOptions;
  /** Taken while nothing else was to be sent: it needs no file, unless it cannot be sent. */
  #fresh: Shot | undefined;
  /** The one that the server took last. */
  #last: Shot | undefined;
  /** When the newest picture was taken; ms since the Unix epoch. */
  #newestTime = -Infinity;
  /** When a look found nothing new, of which the server is to be told; ms since the Unix epoch. */
  #stillAt: number | undefined;
  /** Before this, the server need not be told anything; ms, steady. */
  #reportAt = -Infinity;
  /** Reports in a row that did not get through. */
  #unreported = 0;
  /** Ends the sending half's wait for something to send. */
  #wake = () => {};
  #lastWords = "";

  constructor(options: AgentOptions) {
    this.#options = options;
  }

  /**
   * Runs until the signal aborts; what could not be sent by then is in the spool.
   * @throws {Denied} when the server does not let us
   */
  async run(signal: AbortSignal): Promise<void> {
    const stopping = new AbortController();
    const both = AbortSignal.any([signal, stopping.signal]);
    const halves = [this.#lookOn(both), this.#sendOn(both)];
    try {
      await Promise.race(halves);
    } finally {
      // The other half ends as well, whatever became of the first.
      stopping.abort();
      this.#wake();
      await Promise.allSettled(halves);
      await this.#keepFresh();
    }
  }

  async #lookOn(signal: AbortSignal): Promise<void> {
    const { camera, everyMs, wall, steady, sleep } = this.#options;
    let due = steady();
    while (!signal.aborted) {
      const look = camera.look(steady());
      const time = wall();
      if (camera.lostReason !== undefined) this.#say(`the source is away: ${camera.lostReason}`);
      if (look) await this.#hand({ time, png: encodePng(look, look.bgrx) });
      else if (camera.lostReason === undefined) this.#still(time);
      // Looks that could not be taken in time are left out, not made up for.
      due = Math.max(due + everyMs, steady());
      await sleep(due - steady(), signal);
    }
  }

  async #hand(shot: Shot): Promise<void> {
    this.#newestTime = shot.time;
    if (this.#fresh || this.#options.spool.count > 0) await this.#put(shot);
    else this.#fresh = shot;
    this.#wake();
  }

  /** A look found nothing new. Only a server that has the newest picture is told that it still stands. */
  #still(time: number): void {
    if (this.#last?.time !== this.#newestTime) return;
    if (this.#options.steady() < this.#reportAt) return;
    this.#stillAt = time;
    this.#wake();
  }

  async #sendOn(signal: AbortSignal): Promise<void> {
    const { spool, upload, sleep, random } = this.#options;
    let failures = 0;
    while (!signal.aborted) {
      const shot = this.#fresh ?? await spool.oldest();
      if (!shot) {
        // Looked at once more, since a shot may have come while the spool was asked.
        if (this.#fresh || spool.count > 0 || signal.aborted) continue;
        if (this.#stillAt !== undefined) {
          await this.#report(this.#stillAt, signal);
          continue;
        }
        await new Promise<void>((resolve) => this.#wake = resolve);
        continue;
      }
      const outcome = await upload(shot, signal);
      if (signal.aborted && outcome.kind === "later") break;
      switch (outcome.kind) {
        case "sent":
          this.counts.sent++;
          if (failures > 0) this.#say(`the server is back; ${spool.count} screenshots wait for it`);
          failures = 0;
          this.#lastWords = "";
          this.#last = shot;
          this.#told();
          await this.#done(shot);
          break;
        case "refused":
          this.counts.refused++;
          this.#say(`the server refused a screenshot, which is dropped: ${outcome.why}`);
          await this.#done(shot);
          break;
        case "denied":
          throw denied(outcome.why);
        case "later": {
          await this.#keepFresh();
          const ms = backoffMs(++failures, random, outcome.retryAfterMs);
          this.#say(`cannot send now, trying again: ${outcome.why}`);
          await sleep(ms, signal);
        }
      }
    }
  }

  async #report(time: number, signal: AbortSignal): Promise<void> {
    this.#stillAt = undefined;
    const { report, steady, random, spool } = this.#options;
    const shot = this.#last;
    if (!shot) return;
    const outcome = await report({ time, pictureTime: shot.time }, signal);
    switch (outcome.kind) {
      case "stands":
        this.#lastWords = "";
        return this.#told();
      case "wanted":
        this.#told();
        // A newer one that waits will do as well.
        if (!this.#fresh && spool.count === 0) await this.#hand({ time, png: shot.png });
        return;
      case "denied":
        throw denied(outcome.why);
      default: {
        const retryAfterMs = outcome.kind === "later" ? outcome.retryAfterMs : undefined;
        this.#reportAt = steady() + backoffMs(++this.#unreported, random, retryAfterMs);
        if (!signal.aborted) this.#say(`cannot say that nothing has changed: ${outcome.why}`);
      }
    }
  }

  /** The server knows that the agent is there: the next report has time. */
  #told(): void {
    const { steady, everyMs } = this.#options;
    this.#unreported = 0;
    // The look that comes closest to the promise, not the one after it.
    this.#reportAt = steady() + promiseOf(everyMs) - everyMs / 2;
  }

  async #done(shot: Shot | KeptShot): Promise<void> {
    if (shot === this.#fresh) this.#fresh = undefined;
    else if ("name" in shot) await this.#options.spool.remove(shot.name);
  }

  async #keepFresh(): Promise<void> {
    const shot = this.#fresh;
    if (!shot) return;
    this.#fresh = undefined;
    await this.#put(shot);
  }

  async #put(shot: Shot): Promise<void> {
    const { spool } = this.#options;
    const before = spool.dropped;
    try {
      await spool.put(shot);
    } catch (error) {
      this.#say(`cannot keep a screenshot: ${error instanceof Error ? error.message : error}`);
    }
    const dropped = spool.dropped - before;
    if (dropped > 0) this.#say(`the spool is full: ${spool.dropped} screenshots dropped so far`);
  }

  /** Says a thing once, not at each attempt. */
  #say(line: string): void {
    if (line === this.#lastWords) return;
    this.#lastWords = line;
    this.#options.say(line);
  }
}

function denied(why: string): Denied {
  return new Denied(`The server does not accept screenshots from here: ${why}`);
}
