/**
 * Instants that are known to have the picture that is shown: a pointer that moves within it asks the server nothing.
 *
 *     picture came to be      asked     asked          next picture, if there is one
 *     ├───────────────────────┼─────────┤··············├──▶
 *     └──── this picture ───────────────┘  a gap may begin here
 *
 * @typedef {import("./history_fetch.js").Neighbours} Neighbours
 */
export class Stretch {
  /** The picture's instant. @type {number | null} */
  #time = null;
  #from = 0;
  /** Inclusive. */
  #to = -1;
  /** @type {Neighbours} */
  #neighbours = { previous: null, next: null, gap: false };

  /**
   * The server has said what stood at an instant.
   *
   * @param {number} time  when that picture came to be
   * @param {number} at    the instant, `at >= time`
   * @param {Neighbours} neighbours
   */
  learn(time, at, neighbours) {
    const { next, gap } = neighbours;
    // The newest picture may get a successor at any time.
    if (next === null) return this.forget();
    const from = gap ? at : time;
    const to = gap ? next - 1 : at;
    const goesOn = time === this.#time && gap === this.#neighbours.gap;
    this.#from = goesOn ? Math.min(this.#from, from) : from;
    this.#to = goesOn ? Math.max(this.#to, to) : to;
    this.#time = time;
    this.#neighbours = neighbours;
  }

  /**
   * @param {number} at
   * @returns {Neighbours | null} null: the server has to be asked
   */
  at(at) {
    return at >= this.#from && at <= this.#to ? this.#neighbours : null;
  }

  /** Another picture is shown, or nobody knows any more. */
  forget() {
    this.#time = null;
    this.#to = this.#from - 1;
  }
}
