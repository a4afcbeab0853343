/**
 * Asks for something that is newer with each time, one at a time: all who ask while an answer is under way share the
 * next one. So whoever is asked has one request at most, and no answer was begun before the call.
 */
export class Newest<T> {
  readonly #ask: () => Promise<T>;
  #asking: Promise<T> | undefined;
  #next: Promise<T> | undefined;

  constructor(ask: () => Promise<T>) {
    this.#ask = ask;
  }

  /** Rejects when `ask` does. */
  get(): Promise<T> {
    if (this.#next) return this.#next;
    if (!this.#asking) return this.#begin();
    const ended = this.#asking.then(() => {}, () => {});
    this.#next = ended.then(() => {
      this.#next = undefined;
      return this.#begin();
    });
    return this.#next;
  }

  #begin(): Promise<T> {
    const asking = this.#ask().finally(() => {
      if (this.#asking === asking) this.#asking = undefined;
    });
    this.#asking = asking;
    return asking;
  }
}
