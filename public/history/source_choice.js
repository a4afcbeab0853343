/**
 * Which source everything is about: the one of a link, the server's own, or the one that somebody picks from the
 * list.
 *
 * @typedef {Object} SourceChoiceOptions
 * @property {HTMLElement} list  a `<ul>`
 * @property {string} base  absolute URL of the page's folder
 * @property {import("./deck.js").Deck} deck
 * @property {import("./archive_view.js").ArchiveView} archive
 * @property {() => number} now   the server's clock, ms since the Unix epoch
 * @property {(id: string | null) => void} watch  has the engine watch it; null: the server's own
 * @property {() => void} picked  somebody picked another one
 */
import { thumbUrl } from "./requests.js";
import { SourceList } from "./source_list.js";

export class SourceChoice {
  /** @type {SourceChoiceOptions} */
  #options;
  /** @type {SourceList} */
  #list;
  /** Id of the source that was watched at first; it needs no name in links. */
  #home = "";

  /** @param {SourceChoiceOptions} options */
  constructor(options) {
    this.#options = options;
    this.#list = new SourceList(options.list, (id) => this.#pick(id));
  }

  /** What is known of the chosen one. */
  get known() {
    const { archive, deck } = this.#options;
    return archive.overview?.sources.find(({ id }) => id === deck.source);
  }

  /** Id for links; null: it is the server's own. */
  get named() {
    const { source } = this.#options.deck;
    return source === this.#home ? null : source;
  }

  /** @param {string | null} wanted  id; null or unknown: the server's own */
  begin(wanted) {
    const known = this.#sources;
    this.#home = (known.find(({ live }) => live) ?? known[0]).id;
    this.use(wanted !== null && this.has(wanted) ? wanted : this.#home);
  }

  /** @param {string} id */
  has(id) {
    return this.#sources.some((source) => source.id === id);
  }

  /** @param {string} id  of the source that everything is about from here on */
  use(id) {
    const { deck, archive, watch } = this.#options;
    if (id === deck.source) return;
    deck.source = id;
    deck.version = "";
    archive.use(id);
    this.learned();
    watch(id === this.#home ? null : id);
  }

  /** The archive knows more. */
  learned() {
    const { deck, archive } = this.#options;
    const { known } = this;
    if (known) {
      deck.isLive = known.live;
      deck.span = archive.activity?.span ?? known.span;
    }
    if (archive.overview) this.#list.show(archive.overview.sources, deck.source);
  }

  /** Loads the small pictures anew if it is time. @param {number} steadyMs  a clock that never jumps */
  renew(steadyMs) {
    this.#list.renew(steadyMs, (id, width) => this.#newestThumb(id, width));
  }

  get #sources() {
    return this.#options.archive.overview?.sources ?? [];
  }

  /** @param {string} id */
  #pick(id) {
    const { deck, picked } = this.#options;
    const { at, mode } = deck;
    this.use(id);
    // A source that is not live has only a past.
    if (mode !== "live" || !deck.isLive) deck.seek(Math.min(at, deck.newest));
    picked();
  }

  /**
   * @param {string} id
   * @param {number} width
   */
  #newestThumb(id, width) {
    const { base, now } = this.#options;
    const source = this.#sources.find((one) => one.id === id);
    if (!source?.span) return null;
    return thumbUrl(base, id, {
      time: source.live ? now() : source.span.to,
      width,
      version: "",
    });
  }
}
