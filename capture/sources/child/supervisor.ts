/**
 * Keeps a child alive that writes pictures: starts it, starts it again when it has ended or failed, and tells what is
 * wrong. While nobody watches, its stdout is not read, so it waits in its pipe and costs nothing; after a while it is
 * ended. Then it begins anew with the next viewer, rather than making up for the time that it missed.
 */
import type { PushedFrame } from "../../worker_protocol.ts";
import type { FrameMaker } from "../frame_screen.ts";
import { backoffMs } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import type { ChildCommand } from "./command.ts";
import { FileDecoder } from "./file_decoder.ts";
import { FreshWishes } from "./fresh_wishes.ts";
import type { FrameParser, WrittenPicture } from "./parsers/parser.ts";
import { parserFor } from "./parsers/parser_for.ts";
import { Spares } from "./parsers/payload.ts";
import { PictureMaker } from "./picture_maker.ts";
import type { Child } from "./process.ts";
import { ChildRun, type Outcome } from "./run.ts";
import { StallWatch } from "./stall_watch.ts";

export interface SupervisorOptions {
  readonly command: ChildCommand;
  readonly clock: Clock;
  /** Starts the child; throws an `Error` for people when that is not possible. */
  readonly startChild: () => Child;
  /** Takes each picture; its bytes may be drawn on again, and it is shown again then. */
  readonly show: (frame: PushedFrame) => void;
  /** Why the picture is old, for people; `undefined`: it is not any more. */
  readonly say: (reason: string | undefined) => void;
  readonly decoder?: FileDecoder;
}

/** A child that ran this long has nothing to do with failures before, ms. */
const RAN_WELL_MS = 10_000;
/** With nobody watching, a child waits this long in its pipe, ms: reloading a page does not start it anew. */
const REST_MS = 10_000;
/** What a child that waited in its pipe had made before: it comes out within this time, ms. */
const SETTLE_MS = 100;
/** Pictures that cannot be decoded, in a row, before the child is started anew. */
const MAX_SPOILT = 10;

export class Supervisor implements FrameMaker {
  readonly #options: SupervisorOptions;
  readonly #decoder: FileDecoder;
  readonly #spares = new Spares();
  readonly #maker: PictureMaker;
  readonly #watch: StallWatch;
  readonly #wishes: FreshWishes;
  /** Aborted when the source is closed. */
  #life: AbortController | undefined;
  #over: Promise<void> = Promise.resolve();
  #run: ChildRun | undefined;
  #resting = false;
  /** Pictures are wanted, as of the last change. */
  #needed = true;
  #cancelRest = () => {};
  /** Ends the pause or the rest that is under way, to look anew. */
  #look = () => {};
  /** When the first byte of the picture that is being read was read; ms, steady. */
  #readAt = 0;
  /** What the run's child made while it waited in its pipe is out by then; ms, steady. */
  #settledAt = -Infinity;
  /** Of the run: when it began, and its pictures: written, shown, and the last ones that cannot be decoded. */
  #begun = 0;
  #written = 0;
  #shown = 0;
  #spoilt = 0;
  /** The child has ended with its picture before: the picture is as old as the run. */
  #endsWithPicture = false;

  constructor(options: SupervisorOptions) {
    const { clock, show } = options;
    this.#options = options;
    this.#decoder = options.decoder ?? new FileDecoder(clock);
    this.#maker = new PictureMaker({
      clock,
      decoder: this.#decoder,
      spares: this.#spares,
      show: (frame, readAt) => {
        if (!this.#life) return;
        this.#shown++;
        this.#spoilt = 0;
        show(frame);
        options.say(undefined);
        this.#wishes.shown(readAt);
      },
      spoilt: (problem) => this.#noteSpoilt(problem),
    });
    this.#watch = new StallWatch({
      clock,
      silent: (ms) => options.say(`has written no picture for ${Math.round(ms / 1000)} s`),
      stalled: (ms) => this.#fail(`wrote no picture for ${Math.round(ms / 1000)} s`),
    });
    this.#wishes = new FreshWishes(clock, () => this.#needChanged());
  }

  /** Resolves when nothing of the child is left, after `stop`. */
  get over(): Promise<void> {
    return this.#over;
  }

  start(): void {
    if (this.#life) return;
    const life = new AbortController();
    this.#life = life;
    const before = this.#over;
    this.#over = before.then(() => this.#supervise(life.signal));
  }

  stop(): void {
    if (!this.#life) return;
    this.#life.abort();
    this.#life = undefined;
    this.#cancelRest();
    this.#run?.end({ kind: "ended" });
    this.#maker.clear();
    this.#decoder.close();
    this.#wishes.giveUp();
    this.#look();
  }

  rest(resting: boolean): void {
    this.#resting = resting;
    this.#needChanged();
  }

  fresh(): Promise<void> {
    if (!this.#life) return Promise.resolve();
    return this.#wishes.ask(this.#options.clock.now());
  }

  get #isNeeded(): boolean {
    return !this.#resting || this.#wishes.any;
  }

  #needChanged(): void {
    if (this.#needed === this.#isNeeded) return this.#look();
    this.#needed = this.#isNeeded;
    this.#cancelRest();
    if (this.#needed) {
      if (this.#run) {
        this.#watch.begin();
        this.#settledAt = this.#options.clock.now() + SETTLE_MS;
      }
    } else {
      this.#watch.end();
      this.#cancelRest = this.#options.clock.after(REST_MS, () => {
        this.#run?.end({ kind: "ended" });
        this.#decoder.close();
        this.#look();
      });
    }
    this.#look();
  }

  async #supervise(life: AbortSignal): Promise<void> {
    for (let failures = 0; !life.aborted;) {
      await this.#until(() => this.#isNeeded || life.aborted);
      if (life.aborted) break;
      this.#begun = this.#options.clock.now();
      const outcome = await this.#runOnce();
      if (life.aborted) break;
      switch (outcome.kind) {
        case "ended":
          continue;
        case "done":
          failures = 0;
          this.#endsWithPicture = this.#written === 1;
          // Whoever wants a new picture does not wait for the next turn.
          await this.#pause(
            this.#begun + this.#options.command.everyMs,
            () => life.aborted || this.#wishes.any,
          );
          continue;
        case "failed":
          failures = this.#options.clock.now() - this.#begun >= RAN_WELL_MS ? 1 : failures + 1;
          this.#options.say(outcome.reason);
          await this.#pause(this.#options.clock.now() + backoffMs(failures), () => life.aborted);
      }
    }
  }

  async #runOnce(): Promise<Outcome> {
    const { command, startChild } = this.#options;
    [this.#written, this.#shown, this.#spoilt] = [0, 0, 0];
    let child: Child;
    let parser: FrameParser;
    try {
      parser = parserFor(command.format, this.#spares, (picture) => this.#take(picture));
      child = startChild();
    } catch (error) {
      return { kind: "failed", reason: error instanceof Error ? error.message : String(error) };
    }
    const run: ChildRun = new ChildRun({
      child,
      parser,
      mayRead: () => this.#until(() => this.#isNeeded || run.isEnding),
      reading: (isBetween) => {
        if (isBetween) this.#readAt = this.#options.clock.now();
      },
      allShown: () => this.#maker.idle(),
      shown: () => this.#shown,
    });
    this.#run = run;
    this.#settledAt = -Infinity;
    this.#watch.begin();
    try {
      return await run.live();
    } finally {
      this.#watch.end();
      this.#run = undefined;
    }
  }

  #take(picture: WrittenPicture): void {
    this.#written++;
    this.#watch.picture();
    this.#maker.take(picture, this.#pictureReadAt);
    // The next one may begin in the same piece of stdout.
    this.#readAt = this.#options.clock.now();
  }

  /** When the picture that is whole now counts as read; ms, steady. */
  get #pictureReadAt(): number {
    if (this.#endsWithPicture) return this.#begun;
    // It may be as old as the rest: nobody who wants a new one is content with it.
    return this.#readAt < this.#settledAt ? -Infinity : this.#readAt;
  }

  #noteSpoilt(problem: string): void {
    if (!this.#life || !this.#needed) return;
    if (++this.#spoilt < MAX_SPOILT) this.#options.say(`wrote a damaged picture: ${problem}`);
    else this.#fail(`wrote ${MAX_SPOILT} damaged pictures in a row: ${problem}`);
  }

  #fail(reason: string): void {
    this.#run?.end({ kind: "failed", reason });
    this.#look();
  }

  /** Waits until `done`, looking anew whenever something has changed. */
  async #until(done: () => boolean): Promise<void> {
    while (!done()) await new Promise<void>((resolve) => this.#look = resolve);
  }

  /** Waits until the time `until`, or `done`. */
  async #pause(until: number, done: () => boolean): Promise<void> {
    const { clock } = this.#options;
    let over = until <= clock.now();
    const cancel = clock.after(Math.max(0, until - clock.now()), () => {
      over = true;
      this.#look();
    });
    await this.#until(() => over || done());
    cancel();
  }
}
