/**
 * One film of the past: the recorded moments at their pace, for a canvas that follows.
 *
 * `next()` waits until there is something to say and says it; whoever calls it late gets the newest moment and
 * misses those in between, so nothing ever queues. Time comes in from outside.
 */
import {
  byeMessage,
  concat,
  heartbeatMessage,
  resizeMessage,
  stateMessage,
} from "../../capture/messages.ts";
import type { SeekAnswer } from "../../history/seek.ts";
import { HEARTBEAT_MS, historyHello, pictureMessages } from "./stream_parts.ts";

/** Pauses take this long, ms of played time, where they are skipped. */
const SKIPPED_MS = 1000;
/** Moments follow each other at least this far apart, ms: no screen shows more. */
const MIN_INTERVAL_MS = 1000 / 60;

export interface PlayerOptions {
  /** Name of the source for people. */
  readonly label: string;
  /** ms since the Unix epoch; the film begins with the picture of this instant. */
  readonly from: number;
  /** Played ms in one ms. */
  readonly speed: number;
  /** Long pauses are cut short. Gaps always are. */
  readonly skipIdle: boolean;
  /** The picture of an instant, from the one that the canvas shows. */
  readonly seek: (time: number, have: number | undefined) => Promise<SeekAnswer | undefined>;
  /** Changes when something is forgotten. */
  readonly version: () => string;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
  /** ms, never jumps. */
  readonly steady: () => number;
  /** Waits, or until the film is stopped. */
  readonly sleep: (ms: number) => Promise<void>;
}

type Bytes = Uint8Array<ArrayBuffer>;

export class Player {
  readonly #options: PlayerOptions;
  #shown: SeekAnswer | undefined;
  #version: string;
  /** The clock of the film: it showed `#played` when the steady one was at `#since`. */
  #played: number;
  #since = 0;
  #saidAt = -Infinity;
  #state: "live" | "lost" = "live";
  #ended = false;
  #stopReason: string | undefined;

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#played = options.from;
    this.#version = options.version();
  }

  /** The next messages; `undefined` after the end. One call at a time. */
  async next(): Promise<Bytes | undefined> {
    if (this.#ended) return undefined;
    if (!this.#shown) return await this.#begin();
    await this.#options.sleep(this.#waitMs());
    if (this.#stopReason !== undefined) return this.#end(this.#stopReason);
    const time = this.#time();
    const caughtUp = this.#rawTime() >= this.#options.now();
    const answer = await this.#seek(time);
    if (!answer) return this.#end("it was deleted");
    const out = this.#draw(answer);
    this.#skip(answer);
    const ending = this.#endingOf(answer, caughtUp);
    if (ending !== undefined) return concat([...out, this.#end(ending)]);
    out.push(heartbeatMessage(this.#time()));
    this.#saidAt = this.#options.steady();
    return concat(out);
  }

  /** Ends the film with a bye, at the next `next()`. */
  stop(reason: string): void {
    this.#stopReason = reason;
  }

  async #begin(): Promise<Bytes> {
    const { label, from, steady } = this.#options;
    const answer = await this.#seek(from);
    if (!answer) throw new RangeError(`Cannot play from ${from}: there is no picture`);
    this.#since = this.#saidAt = steady();
    const hello = historyHello(label, answer);
    this.#shown = answer;
    const out = [hello, pictureMessages(answer), ...this.#changeState(answer)];
    this.#skip(answer);
    return concat(out);
  }

  #seek(time: number): Promise<SeekAnswer | undefined> {
    const version = this.#options.version();
    // What the canvas shows may have been forgotten: there is no way on from there.
    const have = version === this.#version ? this.#shown?.time : undefined;
    this.#version = version;
    return this.#options.seek(time, have);
  }

  /** What takes the canvas from the picture that it shows to another one. */
  #draw(answer: SeekAnswer): Bytes[] {
    const shown = this.#shown!;
    this.#shown = answer;
    const out: Bytes[] = [];
    if (answer.base === undefined) {
      const { width, height } = answer;
      if (width !== shown.width || height !== shown.height) out.push(resizeMessage(width, height));
      out.push(pictureMessages(answer));
    } else if (answer.time !== shown.time) {
      out.push(answer.message);
    }
    return [...out, ...this.#changeState(answer)];
  }

  /** A gap is told as a source that is away. */
  #changeState({ gap }: SeekAnswer): Bytes[] {
    const state = gap ? "lost" : "live";
    if (state === this.#state) return [];
    this.#state = state;
    return [stateMessage(state, gap ? gap.reason : "")];
  }

  /** Sets the clock forward in a pause that need not be sat through. */
  #skip({ next, gap }: SeekAnswer): void {
    if (next === undefined || !(this.#options.skipIdle || gap)) return;
    const latest = next - SKIPPED_MS;
    if (this.#time() < latest) this.#setClock(latest);
  }

  #endingOf({ next, gap }: SeekAnswer, caughtUp: boolean): string | undefined {
    if (next !== undefined) return undefined;
    if (gap) return "end of recording";
    // The newest picture still stands: nothing is missing between here and now.
    return this.#options.skipIdle || caughtUp ? "live" : undefined;
  }

  #end(text: string): Bytes {
    this.#ended = true;
    return byeMessage("shutdown", text);
  }

  /** ms until there is something to say. */
  #waitMs(): number {
    const { steady, speed, now } = this.#options;
    const beat = this.#saidAt + HEARTBEAT_MS - steady();
    const due = ((this.#shown?.next ?? now()) - this.#time()) / speed;
    const spaced = this.#saidAt + MIN_INTERVAL_MS - steady();
    return Math.max(0, Math.min(beat, Math.max(due, spaced)));
  }

  /** The instant that is played, whole ms since the Unix epoch; not after now. */
  #time(): number {
    return Math.floor(Math.min(this.#options.now(), this.#rawTime()));
  }

  #rawTime(): number {
    const { steady, speed } = this.#options;
    return this.#played + (steady() - this.#since) * speed;
  }

  #setClock(time: number): void {
    this.#played = time;
    this.#since = this.#options.steady();
  }
}
