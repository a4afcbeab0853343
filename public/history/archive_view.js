/**
 * What the page knows of the archive: asks the server, now and then anew, and when the strip shows another stretch.
 *
 * @typedef {import("./requests.js").Overview} Overview
 * @typedef {import("./requests.js").Activity} Activity
 * @typedef {import("./span.js").Span} Span
 * @typedef {import("../engine/messages.js").Rect} Rect
 */
import { readActivity, readChanges, readOverview } from "./requests.js";
import { sizeMarks } from "./size_marks.js";

/** A strip that moves asks once it has come to rest, ms. */
const REST_MS = 120;
/** What is stored is not known more exactly than in parts of this, ms. */
const LEAST_BIN_MS = 10_000;
/** Parts of the strip, CSS pixels each. */
const BIN_PX = 4;
const MAX_BINS = 2000;

export class ArchiveView {
  /** @type {import("../ui/api.js").ApiOptions} */
  #api;
  /** @type {() => void} */
  #changed;
  /** @type {Overview | null} */
  overview = null;
  /** @type {Activity | null} */
  activity = null;
  /** Where the picture got another size. @type {readonly import("./size_marks.js").SizeMark[]} */
  sizes = [];
  /** When the marked box changed. @type {number[]} */
  marks = [];
  /** The source that all of it is about. */
  #source = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #rest;
  /** Counts questions, so that a late answer to an old one is told from the newest. */
  #asked = 0;
  #marksAsked = 0;

  /**
   * @param {import("../ui/api.js").ApiOptions} api
   * @param {() => void} changed
   */
  constructor(api, changed) {
    this.#api = api;
    this.#changed = changed;
  }

  /** @param {string} source  forgets what is known of another one */
  use(source) {
    if (source === this.#source) return;
    this.#source = source;
    this.activity = null;
    this.sizes = [];
    this.marks = [];
    this.#asked++;
    this.#marksAsked++;
  }

  /** @returns {Promise<boolean>} there is a history to look at */
  async readOverview() {
    const answer = await readOverview(this.#api);
    if ("ok" in answer) {
      // The server is away for a moment: what it said before still says something.
      if (answer.status !== 0 && answer.status < 500) this.overview = null;
      return false;
    }
    this.overview = answer;
    this.#changed();
    return answer.state !== "off" && answer.sources.length > 0;
  }

  /**
   * @param {Span} range
   * @param {number} width  of the strip, CSS pixels
   */
  readActivitySoon(range, width) {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.readActivity(range, width), REST_MS);
  }

  /**
   * @param {Span} range
   * @param {number} width  of the strip, CSS pixels
   */
  async readActivity(range, width) {
    clearTimeout(this.#rest);
    const number = ++this.#asked;
    const answer = await readActivity(this.#source, binned(range, width), this.#api);
    if (number !== this.#asked || "ok" in answer) return;
    this.activity = answer;
    this.sizes = sizeMarks(answer.sizes);
    this.#changed();
  }

  /**
   * @param {number} at
   * @param {1 | -1} direction
   * @returns {number | undefined} when the marked box changed next, or last before
   */
  markBeside(at, direction) {
    return direction > 0
      ? this.marks.find((time) => time > at)
      : this.marks.findLast((time) => time < at);
  }

  /**
   * @param {Rect | null} rect
   * @param {Span} range
   * @returns {Promise<{ times: number[], more: boolean } | string | null>} text: why not; null: asked anew meanwhile
   */
  async readMarks(rect, range) {
    const number = ++this.#marksAsked;
    if (!rect) {
      this.marks = [];
      this.#changed();
      return null;
    }
    const answer = await readChanges(this.#source, rect, range, this.#api);
    if (number !== this.#marksAsked) return null;
    if ("ok" in answer) return answer.detail;
    this.marks = answer.times;
    this.#changed();
    return answer;
  }
}

/**
 * The bins to ask for: whole ones of what is stored where the strip shows them that large, so that bars do not jump
 * while it moves.
 *
 * @param {Span} range
 * @param {number} width
 */
export function binned({ from, to }, width) {
  const wanted = Math.min(MAX_BINS, Math.max(1, Math.floor(width / BIN_PX)));
  const binMs = Math.max(1, Math.ceil((to - from) / wanted / LEAST_BIN_MS)) * LEAST_BIN_MS;
  const start = Math.max(0, Math.floor(from / binMs) * binMs);
  const bins = Math.min(MAX_BINS, Math.max(1, Math.ceil((to - start) / binMs)));
  return { from: start, to: start + bins * binMs, bins };
}
