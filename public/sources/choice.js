/**
 * Which source everything is about: the one of a link, the server's own, or the one that somebody picks from the
 * list. Knows those that are open now, whether or not there is a history, and those that only have a past.
 *
 * @typedef {import("./requests.js").OpenSource} OpenSource
 * @typedef {import("./list.js").ListedSource} ListedSource
 * @typedef {import("../history/requests.js").HistorySource} HistorySource
 *
 * @typedef {Object} SourceChoiceOptions
 * @property {string} base  absolute URL of the page's folder
 * @property {() => Promise<OpenSource[] | import("../ui/api.js").Refused>} read  asks the server
 * @property {Pick<import("./list.js").SourceList, "show" | "renew">} list
 * @property {() => number} now   the server's clock, ms since the Unix epoch
 * @property {(id: string | null) => void} watch  has the engine watch it; null: the server's own
 * @property {() => void} opened  the chosen one was not there, and is now
 * @property {() => void} changed  another one is chosen, or more is known
 */
import { thumbUrl } from "../history/requests.js";
import { snapshotUrl, WALL_ID } from "./requests.js";

/** Somebody who looks learns this soon of a source that has opened or closed, ms. */
export const READ_MS = 10_000;

/** The entry of all sources in one view. @type {ListedSource} */
const WALL = { id: WALL_ID, label: "All", state: "live" };

export class SourceChoice {
  /** @type {SourceChoiceOptions} */
  #options;
  /** Those that are open; null: the server has not said yet. @type {OpenSource[] | null} */
  #open = null;
  /** Those with a past. @type {readonly HistorySource[]} */
  #recorded = [];
  /** Id; empty: the server's own, whose name is not known yet. */
  #chosen = "";
  /** The list is asked for now and then. */
  #keeps = false;
  /** When the last answer was first noticed; null: not yet. @type {number | null} */
  #readAt = null;
  /** @type {Promise<void> | null} */
  #reading = null;

  /** @param {SourceChoiceOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** Id of the chosen one; empty: it is the server's own, whose name is not known yet. */
  get chosen() {
    return this.#chosen;
  }

  /** Id of the server's own, which needs no name in links; empty: not known yet. */
  get home() {
    const home = this.#open?.find(({ isDefault }) => isDefault) ??
      this.#recorded.find(({ live }) => live) ?? this.#recorded[0];
    return home?.id ?? "";
  }

  /** Id for links; null: it is the server's own. */
  get named() {
    return this.#chosen === this.home || this.#chosen === "" ? null : this.#chosen;
  }

  /** The chosen one, where it is open. @returns {OpenSource | undefined} */
  get chosenOpen() {
    return this.#open?.find(({ id }) => id === this.#chosen);
  }

  /** Name of the chosen one for people. */
  get label() {
    return this.#sources.find(({ id }) => id === this.#chosen)?.label ?? this.#chosen;
  }

  /** @param {string} id  @returns {boolean} it is open, or has a past */
  has(id) {
    return id === WALL_ID || this.#sources.some((source) => source.id === id);
  }

  /** @param {string} id  @returns {boolean} it can be watched live */
  isOpen(id) {
    if (id === WALL_ID) return true;
    const sources = this.#open ?? this.#recorded.filter(({ live }) => live);
    return sources.some((source) => source.id === id);
  }

  /**
   * The engine watches what a link names; from now on the list is kept new. Resolves when it is known.
   *
   * @param {string | null} wanted  id; null: the server's own. One that is not there stays chosen: it may open
   */
  async begin(wanted) {
    this.#keeps = true;
    if (this.#chosen === "" && wanted !== null) this.#chosen = wanted;
    await this.refresh();
  }

  /** Asks what is open now; one question at a time. */
  refresh() {
    this.#reading ??= this.#read().finally(() => this.#reading = null);
    return this.#reading;
  }

  /** Asks what is open now, for somebody who has just changed something: an answer under way may be older than that. */
  async refreshAnew() {
    await this.#reading;
    await this.refresh();
  }

  /** @param {string} id  of the source that everything is about from here on */
  use(id) {
    if (id === this.#chosen) return;
    this.#chosen = id;
    this.#options.watch(id === this.home ? null : id);
    this.#learned();
  }

  /** @param {readonly HistorySource[]} sources  those with a past */
  knowRecorded(sources) {
    this.#recorded = sources;
    this.#settle();
  }

  /**
   * Asks anew what has become old; call it every second that somebody can see the page.
   *
   * @param {number} steadyMs  a clock that never jumps
   */
  tick(steadyMs) {
    this.#readAt ??= steadyMs;
    if (this.#keeps && steadyMs - this.#readAt >= READ_MS) this.refresh();
    this.#options.list.renew(steadyMs, (id, width) => this.#picture(id, width, steadyMs));
  }

  /** The wall, where it shows more than one or is chosen; then those that are open. @returns {ListedSource[]} */
  get #sources() {
    const open = this.#open ?? [];
    /** @type {ListedSource[]} */
    const others = [];
    for (const { id, label } of this.#recorded) {
      if (open.some((source) => source.id === id)) continue;
      others.push({ id, label, state: this.isOpen(id) ? "live" : "recorded" });
    }
    const hasWall = open.length > 1 || this.#chosen === WALL_ID;
    return [...hasWall ? [WALL] : [], ...open, ...others];
  }

  async #read() {
    const answer = await this.#options.read();
    this.#readAt = null;
    if ("ok" in answer) {
      // Whoever is not let in is not asked again before somebody signs in. What was known still says something.
      if (answer.status === 401 || answer.status === 403) this.#keeps = false;
      return;
    }
    const before = this.#open;
    this.#open = answer;
    this.#settle();
    const chosen = this.#chosen;
    const wasThere = before === null || chosen === WALL_ID ||
      before.some(({ id }) => id === chosen);
    if (!wasThere && this.isOpen(chosen)) this.#options.opened();
  }

  /** More is known: maybe also what the server's own is called. */
  #settle() {
    if (this.#chosen === "") this.#chosen = this.home;
    this.#learned();
  }

  #learned() {
    this.#options.list.show(this.#sources, this.#chosen);
    this.#options.changed();
  }

  /**
   * @param {string} id
   * @param {number} width
   * @param {number} steadyMs
   */
  #picture(id, width, steadyMs) {
    const { base, now } = this.#options;
    const open = this.#open?.find((source) => source.id === id);
    if (open) return snapshotUrl(base, open, { width, turn: Math.round(steadyMs) });
    const recorded = this.#recorded.find((source) => source.id === id);
    if (!recorded?.span) return null;
    const time = recorded.live && this.#open === null ? now() : recorded.span.to;
    return thumbUrl(base, id, { time, width, version: "" });
  }
}
