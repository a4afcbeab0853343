/**
 * One life of a child: from its start until it ends, fails or is ended, with all that it writes read on the way.
 */
import type { Child, ChildEnding } from "./process.ts";
import { BadFrames, type FrameParser } from "./parsers/parser.ts";
import { lastWords } from "./words.ts";

/** How it went. */
export type Outcome =
  /** It ended well, after whole pictures. */
  | { readonly kind: "done" }
  /** It was ended, since nobody needs it. */
  | { readonly kind: "ended" }
  /** The reason is for people: `ended with code 1: no such device`. */
  | { readonly kind: "failed"; readonly reason: string };

export interface RunOptions {
  readonly child: Child;
  readonly parser: FrameParser;
  /** Resolves when stdout may be read: at once, or later while nobody needs pictures. */
  readonly mayRead: () => Promise<void>;
  /** The next bytes were read, and are about to be parsed. */
  readonly reading: (isBetween: boolean) => void;
  /** Resolves once all pictures that were parsed are shown. */
  readonly allShown: () => Promise<void>;
  /** Pictures that were shown in this life. */
  readonly shown: () => number;
}

export class ChildRun {
  readonly #options: RunOptions;
  #outcome: Outcome | undefined;

  constructor(options: RunOptions) {
    this.#options = options;
  }

  /** True once it is being ended from outside. */
  get isEnding(): boolean {
    return this.#outcome !== undefined;
  }

  /** Ends it, whatever it does: it was not needed any more, or did what it must not. */
  end(outcome: Outcome): void {
    this.#outcome ??= outcome;
    this.#options.child.stop();
  }

  /** Resolves once it is over and nothing of the child is left. */
  async live(): Promise<Outcome> {
    const { child, allShown } = this.#options;
    try {
      await this.#readAll();
      await allShown();
      return this.#outcome ?? this.#judge(await child.ending());
    } catch (error) {
      if (!(error instanceof BadFrames)) throw error;
      return this.#outcome ?? failed(`wrote what cannot be shown: ${error.message}`);
    } finally {
      await child.stop();
    }
  }

  async #readAll(): Promise<void> {
    const { child, parser, mayRead, reading } = this.#options;
    for (;;) {
      await mayRead();
      const bytes = await child.read();
      if (!bytes || this.#outcome) return;
      reading(parser.isBetween);
      parser.feed(bytes);
    }
  }

  /** @param ending `undefined`: it goes on without a stdout */
  #judge(ending: ChildEnding | undefined): Outcome {
    if (!ending) return failed("closed its output, but goes on");
    const { code, signal, stderr } = ending;
    const words = lastWords(stderr);
    const because = words ? `: ${words}` : "";
    if (signal !== null) return failed(`was ended by ${signal}${because}`);
    if (code !== 0) return failed(`ended with code ${code}${because}`);
    if (!this.#options.parser.isBetween) return failed(`ended within a picture${because}`);
    if (this.#options.shown() === 0) return failed(`ended without a picture${because}`);
    return { kind: "done" };
  }
}

function failed(reason: string): Outcome {
  return { kind: "failed", reason };
}
