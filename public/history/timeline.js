/**
 * The timeline under the picture: puts the deck (what happens), the archive (what is known) and the elements together.
 *
 * @typedef {import("../engine/messages.js").EngineEvent} EngineEvent
 * @typedef {import("../engine/messages.js").Rect} Rect
 * @typedef {import("./permalink.js").Link} Link
 *
 * @typedef {Object} TimelineOptions
 * @property {import("../ui/api.js").ApiOptions} api
 * @property {HTMLElement} root   `<html>`; gets `data-mode`, `data-time` and `data-at`
 * @property {HTMLElement} stage
 * @property {import("../ui/view.js").View} view
 * @property {import("../ui/overlay.js").Overlay} overlay
 * @property {() => number} now   the server's clock, ms since the Unix epoch
 * @property {(command: Exclude<import("../engine/messages.js").Command, { type: "start" }>) => void} send
 * @property {() => boolean} keys  single keys do things
 */
import { ArchiveView } from "./archive_view.js";
import { BoxBar } from "./box_bar.js";
import { BoxPicker } from "./box.js";
import { Deck } from "./deck.js";
import { forgetElements, timelineElements } from "./elements.js";
import { Face } from "./face.js";
import { ForgetDialog } from "./forget_dialog.js";
import { bindTimeKeys } from "./keys.js";
import { AddressKeeper, copyText } from "./address.js";
import { writeLink } from "./permalink.js";
import { forget, thumbUrl } from "./requests.js";
import { SourceList } from "./source_list.js";
import { StripView } from "./strip_view.js";

const TICK_MS = 1000;
/** Activity is asked for this often while time goes on, and the overview this often, ms. */
const ACTIVITY_MS = 5000;
const OVERVIEW_MS = 30_000;

export class Timeline {
  /** @type {TimelineOptions} */
  #options;
  #elements = timelineElements();
  /** @type {Deck} */
  #deck;
  /** @type {ArchiveView} */
  #archive;
  /** @type {StripView} */
  #strip;
  #face = new Face(this.#elements);
  /** @type {SourceList} */
  #sources;
  /** @type {BoxBar} */
  #box;
  /** @type {ForgetDialog} */
  #forget;
  #address = new AddressKeeper();
  /** Id of the source that was watched at first; it needs no name in links. */
  #home = "";
  #admin = false;
  #activityAt = 0;
  #overviewAt = 0;

  /** @param {TimelineOptions} options */
  constructor(options) {
    this.#options = options;
    const { stage, view, overlay } = options;
    const changed = () => this.#show();
    this.#deck = new Deck({ send: options.send, now: options.now, changed });
    this.#archive = new ArchiveView(options.api, () => this.#learned());
    this.#strip = new StripView({
      element: this.#elements.strip,
      canvas: this.#elements.canvas,
      deck: this.#deck,
      archive: this.#archive,
      base: options.api.base,
      now: options.now,
      moved: () => {
        this.#readActivitySoon();
        this.#show();
      },
    });
    this.#sources = new SourceList(this.#elements.sources, (id) => this.#watch(id));
    const picker = new BoxPicker(stage, view, (rect, done) => this.#box.drawn(rect, done));
    this.#box = new BoxBar(this.#elements, picker, overlay, {
      find: (rect) => this.#archive.readMarks(rect, { from: this.#oldest, to: options.now() + 1 }),
      jump: (direction) => this.#jumpToMark(direction),
      changed,
    });
    this.#forget = new ForgetDialog(forgetElements(), (what) => this.#forgetFor(what));
    this.#bind();
  }

  /** The timeline is there. */
  get open() {
    return !this.#elements.section.hidden;
  }

  get mode() {
    return this.#deck.mode;
  }

  /**
   * Shows the timeline if there is a history and the person may see it.
   *
   * @param {import("../ui/api.js").Role} role
   * @param {Link} link  where to begin
   * @returns {Promise<boolean>} there is one
   */
  async begin(role, link) {
    this.#admin = role === "admin";
    if (role === "view" || !await this.#archive.readOverview()) {
      // Only what somebody still stands in stays.
      if (this.#deck.mode === "live") this.#elements.section.hidden = true;
      return false;
    }
    const known = this.#archive.overview?.sources ?? [];
    if (!this.open) {
      this.#home = (known.find(({ live }) => live) ?? known[0]).id;
      this.#use(known.find(({ id }) => id === link.source)?.id ?? this.#home);
      this.#elements.section.hidden = false;
      this.#elements.help.hidden = false;
      this.#strip.showAll();
      // The width is known once it is there.
      requestAnimationFrame(() => this.#readActivity());
    }
    this.#elements.forget.hidden = !this.#admin;
    this.visit(link);
    return true;
  }

  /**
   * Goes where a link leads.
   *
   * @param {Link} link
   */
  visit({ time, source, rect }) {
    const known = this.#archive.overview?.sources ?? [];
    if (!this.open) return;
    if (source !== null && known.some(({ id }) => id === source)) this.#use(source);
    if (rect) this.#box.mark(rect);
    if (time === null) return;
    this.#strip.reveal(time);
    this.#deck.seek(time);
    this.#readActivity();
  }

  /** @param {EngineEvent} event */
  receive(event) {
    this.#deck.receive(event);
  }

  /** @param {boolean} visible  the tab is */
  visible(visible) {
    // Nobody looks at the film.
    if (!visible && this.#deck.mode === "playing") this.#deck.pause();
  }

  /** Escape was pressed. */
  escape() {
    this.#box.clear();
  }

  get #oldest() {
    return this.#deck.span?.from ?? this.#options.now();
  }

  #bind() {
    const { section, live, speed, skipIdle, copy, forget: forgetButton, strip } = this.#elements;
    const deck = this.#deck;
    section.addEventListener("click", ({ target }) => {
      const button = target instanceof Element ? target.closest("[data-time]") : null;
      if (!(button instanceof HTMLButtonElement)) return;
      if (button.dataset.time === "back") deck.step(-1);
      if (button.dataset.time === "ahead") deck.step(1);
      if (button.dataset.time === "toggle") deck.togglePlay();
      if (button.dataset.time === "in") this.#strip.zoom(0.5);
      if (button.dataset.time === "out") this.#strip.zoom(2);
    });
    live.addEventListener("click", () => deck.live());
    speed.addEventListener("change", () => deck.setSpeed(Number(speed.value)));
    skipIdle.addEventListener("change", () => deck.setSkipIdle(skipIdle.checked));
    copy.addEventListener("click", () => this.#copy());
    forgetButton.addEventListener("click", () => this.#askForget());
    bindTimeKeys(this.#options.stage, {
      enabled: () => this.open && this.#options.keys(),
      pans: () => this.#options.view.movable,
      deck,
    });
    new ResizeObserver(() => this.open && this.#readActivitySoon()).observe(strip);
    setInterval(() => this.#tick(), TICK_MS);
  }

  #tick() {
    if (!this.open || document.visibilityState === "hidden") return;
    const now = this.#options.now();
    this.#strip.follow();
    if (this.#deck.isLive && now - this.#activityAt >= ACTIVITY_MS) this.#readActivity();
    if (now - this.#overviewAt >= OVERVIEW_MS) {
      this.#overviewAt = now;
      this.#archive.readOverview();
    }
    this.#sources.renew(performance.now(), (id, width) => this.#newestThumb(id, width));
    this.#show();
  }

  #readActivity() {
    this.#activityAt = this.#options.now();
    return this.#archive.readActivity(this.#strip.range, this.#strip.width);
  }

  #readActivitySoon() {
    this.#activityAt = this.#options.now();
    this.#archive.readActivitySoon(this.#strip.range, this.#strip.width);
  }

  /** The archive knows more. */
  #learned() {
    const { overview, activity } = this.#archive;
    const source = overview?.sources.find(({ id }) => id === this.#deck.source);
    if (source) {
      this.#deck.isLive = source.live;
      this.#deck.span = activity?.span ?? source.span;
    }
    if (activity && activity.version !== this.#deck.version) {
      const first = this.#deck.version === "";
      this.#deck.version = activity.version;
      // Somebody has something forgotten; it may be on the canvas.
      if (!first) this.#deck.refresh();
    }
    if (overview) {
      this.#face.showStorage(overview);
      this.#sources.show(overview.sources, this.#deck.source);
    }
    this.#show();
  }

  /** @param {string} id  of the source that everything is about from here on */
  #use(id) {
    if (id === this.#deck.source) return;
    this.#deck.source = id;
    this.#deck.version = "";
    this.#archive.use(id);
    this.#learned();
    this.#options.send({ type: "source", id: id === this.#home ? null : id });
  }

  /** @param {string} id  a person chose this source */
  #watch(id) {
    const { at, mode } = this.#deck;
    this.#use(id);
    // A source that is not live has only a past.
    if (mode !== "live" || !this.#deck.isLive) this.#deck.seek(Math.min(at, this.#deck.newest));
    this.#box.clear();
    this.#readActivity();
  }

  /**
   * @param {string} id
   * @param {number} width
   */
  #newestThumb(id, width) {
    const source = this.#archive.overview?.sources.find((one) => one.id === id);
    if (!source?.span) return null;
    const time = source.live ? this.#options.now() : source.span.to;
    return thumbUrl(this.#options.api.base, id, { time, width, version: "" });
  }

  /** @param {1 | -1} direction */
  #jumpToMark(direction) {
    const { marks } = this.#archive;
    const { at } = this.#deck;
    const to = direction > 0 ? marks.find((t) => t > at) : marks.findLast((t) => t < at);
    if (to !== undefined) this.#deck.seek(to);
  }

  #askForget() {
    const { overview } = this.#archive;
    const source = overview?.sources.find(({ id }) => id === this.#deck.source);
    this.#forget.open({
      source: source?.label ?? this.#deck.source,
      now: this.#options.now(),
      range: this.#strip.range,
      rect: this.#box.rect,
    });
  }

  /**
   * @param {import("./forget_dialog.js").Forgotten} what
   * @returns {Promise<string | null>}
   */
  async #forgetFor(what) {
    const answer = await forget(this.#deck.source, what, this.#options.api);
    if ("ok" in answer) return answer.detail;
    await this.#archive.readOverview();
    // Brings the new version, with which the picture is fetched anew.
    await this.#readActivity();
    if (this.#box.rect) this.#box.mark(this.#box.rect);
    return null;
  }

  /** @returns {Link} the moment that is shown */
  get #link() {
    const { source, at } = this.#deck;
    const named = source === this.#home ? null : source;
    return { time: Math.round(at), source: named, rect: this.#box.rect };
  }

  async #copy() {
    const good = await copyText(writeLink(location.href, this.#link));
    this.#face.copied(good);
  }

  /** Writes everything that may have changed. */
  #show() {
    const { root, now } = this.#options;
    const deck = this.#deck;
    const { mode, at, shownTime } = deck;
    tell(root, "mode", mode);
    tell(root, "at", mode === "live" ? null : String(at));
    if (mode === "live") tell(root, "time", null);
    else if (shownTime !== null) tell(root, "time", String(shownTime));
    if (!this.open) return;
    this.#face.show(deck, now());
    this.#strip.show();
    // While it plays the address stands still: browsers limit how often it may change.
    if (mode !== "playing") {
      const live = { ...this.#link, time: null, rect: null };
      this.#address.keep(mode === "live" ? live : this.#link);
    }
  }
}

/**
 * Writes a fact for scripts that drive the page; only when it differs, so that they can wait for it.
 *
 * @param {HTMLElement} root
 * @param {string} name
 * @param {string | null} value  null: there is none
 */
function tell({ dataset }, name, value) {
  if (value === null) delete dataset[name];
  else if (dataset[name] !== value) dataset[name] = value;
}
