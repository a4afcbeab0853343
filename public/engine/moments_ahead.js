/**
 * Answers fetched before they are asked for: once somebody stays at a picture of the past, the way to the one after it
 * and to the one before. A step then only has to be decoded. At most two answers are kept, and they go as soon as
 * another picture is shown.
 *
 * @typedef {import("./history_fetch.js").MomentAnswer} MomentAnswer
 *
 * @typedef {Object} AheadOptions
 * @property {import("./clock.js").Clock} clock
 * @property {(url: string, signal: AbortSignal) => Promise<MomentAnswer>} fetchMoment
 */
import { Timer } from "./clock.js";

/** Whoever scrubs or steps on within that time needs the way for himself, ms. */
const REST_MS = 150;

export class MomentsAhead {
  /** @type {AheadOptions} */
  #options;
  /** @type {Timer} */
  #rest;
  /** @type {Map<string, { answer: Promise<MomentAnswer>, asking: AbortController }>} */
  #answers = new Map();

  /** @param {AheadOptions} options */
  constructor(options) {
    this.#options = options;
    this.#rest = new Timer(options.clock);
  }

  /**
   * A picture is shown from which somebody may go on to these.
   *
   * @param {string[]} urls  the likeliest first; two at most
   */
  expect(urls) {
    this.clear();
    if (urls.length > 0) this.#rest.set(() => this.#fetch(urls), REST_MS);
  }

  /**
   * Somebody goes on; what else was fetched ahead is given up, so that it is in nobody's way.
   *
   * @param {string} url
   * @returns {Promise<MomentAnswer> | null} the answer, which may still be under way; null: it was not expected
   */
  take(url) {
    const answer = this.#answers.get(url)?.answer ?? null;
    this.#answers.delete(url);
    this.clear();
    return answer;
  }

  /** Nobody goes on from here. */
  clear() {
    this.#rest.clear();
    for (const { asking } of this.#answers.values()) asking.abort();
    this.#answers.clear();
  }

  /** @param {string[]} urls  one after the other */
  async #fetch([url, ...others]) {
    const asking = new AbortController();
    const answer = this.#options.fetchMoment(url, asking.signal);
    this.#answers.set(url, { answer, asking });
    const got = await answer.catch(() => null);
    if (this.#answers.get(url)?.asking !== asking) return;
    // What is refused may be allowed later, and the newest picture gets a successor.
    const lasts = got?.kind === "picture" && got.neighbours.next !== null;
    if (!lasts) this.#answers.delete(url);
    if (others.length > 0) this.#fetch(others);
  }
}
