/** Counts what a receiver shows, from when it has warmed up until the span is over. */
import type { Picture } from "../../public/decoder/picture.js";
import { KnownFrames } from "./known_frames.ts";
import { CHECK_EVERY, type Order, type Seen, WARM_UP_MS, type Word } from "./order.ts";

export class Span {
  readonly #known: KnownFrames;
  readonly #seconds: number;
  readonly #tell: (word: Word) => void;
  readonly #now: () => number;
  /** When the first picture came, ms. */
  #first: number | undefined;
  #begun: { readonly at: number; readonly number: number; readonly bytes: number } | undefined;
  #bytes = 0;
  #shown = 0;
  #checked = 0;
  #exact = 0;

  /**
   * Makes the film first, which takes a while.
   * @param tell takes what is to be printed
   * @param now ms, steady
   */
  constructor(
    { film, shown, seconds }: Order,
    tell: (word: Word) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#known = new KnownFrames(film, shown);
    this.#seconds = seconds;
    this.#tell = tell;
    this.#now = now;
  }

  /** Bytes have come. */
  received(bytes: number): void {
    this.#bytes += bytes;
  }

  /**
   * A picture is shown.
   * @param number how many the sender had sent with it
   * @returns true when the span is over, and told
   */
  shown(picture: Picture, number: number): boolean {
    const now = this.#now();
    this.#first ??= now;
    if (!this.#begun) {
      if (now - this.#first < WARM_UP_MS) return false;
      this.#begun = { at: now, number, bytes: this.#bytes };
      this.#tell({ event: "begin" });
      return false;
    }
    this.#shown++;
    if (this.#shown % CHECK_EVERY === 1) {
      this.#checked++;
      if (this.#known.has(picture)) this.#exact++;
    }
    const { at, number: before, bytes } = this.#begun;
    if (now - at < this.#seconds * 1000) return false;
    const seen: Seen = {
      seconds: (now - at) / 1000,
      shown: this.#shown,
      lost: number - before - this.#shown,
      bytes: this.#bytes - bytes,
      checked: this.#checked,
      exact: this.#exact,
    };
    this.#tell({ event: "seen", seen });
    return true;
  }
}

/** Prints a word: the process that started this one waits for it. */
export function print(word: Word): void {
  // deno-lint-ignore no-console -- the line that the bench waits for
  console.log(JSON.stringify(word));
}
