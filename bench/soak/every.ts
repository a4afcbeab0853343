/** Things that are done again and again. */
export class Every {
  readonly #ms: number;
  #next: number;

  /** @param ms between two times; the first is one interval from now */
  constructor(ms: number) {
    this.#ms = ms;
    this.#next = performance.now() + ms;
  }

  /** True once an interval. */
  get due(): boolean {
    if (performance.now() < this.#next) return false;
    this.#next = performance.now() + this.#ms;
    return true;
  }
}
