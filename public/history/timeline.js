/**
 * The timeline under the picture: puts the deck (what happens), the archive (what is known) and the elements together.
 *
 * @typedef {import("../engine/messages.js").EngineEvent} EngineEvent
 * @typedef {import("../engine/messages.js").Rect} Rect
 * @typedef {import("./permalink.js").Link} Link
 *
 * @typedef {Object} TimelineOptions
 * @property {import("../ui/api.js").ApiOptions} api
 * @property {HTMLElement} root   `<html>`; gets what time_facts.js lists
 * @property {HTMLElement} stage
 * @property {import("../ui/view.js").View} view
 * @property {import("../ui/overlay.js").Overlay} overlay
 * @property {import("../sources/choice.js").SourceChoice} sources
 * @property {() => number} now   the server's clock, ms since the Unix epoch
 * @property {(command: Exclude<import("../engine/messages.js").Command, { type: "start" }>) => void} send
 * @property {() => boolean} keys  single keys do things
 */
import { ArchiveView } from "./archive_view.js";
import { BoxBar } from "./box_bar.js";
import { BoxPicker } from "./box.js";
import { bindButtons } from "./buttons.js";
import { Deck } from "./deck.js";
import { timelineElements } from "./elements.js";
import { Face } from "./face.js";
import { Forgetting } from "./forgetting.js";
import { bindTimeKeys } from "./keys.js";
import { AddressKeeper, copyText } from "./address.js";
import { writeLink } from "./permalink.js";
import { StripView } from "./strip_view.js";
import { writeTimeFacts } from "./time_facts.js";
import { Upkeep } from "./upkeep.js";
import { WALL_ID } from "../sources/requests.js";

const TICK_MS = 1000;

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
  /** @type {BoxBar} */
  #box;
  /** @type {Forgetting} */
  #forgetting;
  #address = new AddressKeeper();
  #admin = false;
  /** @type {Upkeep} */
  #upkeep;

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
        this.#upkeep.readActivitySoon();
        this.#show();
      },
    });
    this.#upkeep = new Upkeep({
      archive: this.#archive,
      strip: this.#strip,
      now: options.now,
      grows: () => this.#deck.isLive,
    });
    const picker = new BoxPicker(stage, view, (rect, done) => this.#box.drawn(rect, done));
    this.#box = new BoxBar(this.#elements, picker, overlay, {
      find: (rect) => this.#archive.readMarks(rect, { from: this.#oldest, to: options.now() + 1 }),
      jump: (direction) => this.#jumpToMark(direction),
      changed,
    });
    this.#forgetting = new Forgetting({
      api: options.api,
      deck: this.#deck,
      archive: this.#archive,
      sources: options.sources,
      strip: this.#strip,
      box: this.#box,
      upkeep: this.#upkeep,
      now: options.now,
    });
    this.#bind();
  }

  /** The wall is shown, which has no past. */
  get #onWall() {
    return this.#options.sources.chosen === WALL_ID;
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
   */
  async begin(role, link) {
    this.#admin = role === "admin";
    if (role === "view" || !await this.#archive.readOverview()) {
      // Only what somebody still stands in stays.
      if (this.#deck.mode === "live") this.#elements.section.hidden = true;
      return;
    }
    if (!this.open) {
      this.sourcesChanged();
      this.#elements.section.hidden = false;
      this.#elements.help.hidden = false;
      this.#strip.showAll();
      this.#show();
      // The width is known once it is there.
      requestAnimationFrame(() => this.#upkeep.readActivity());
    }
    this.#elements.forget.hidden = !this.#admin;
    this.visit(link);
  }

  /**
   * Goes where a link leads.
   *
   * @param {Link} link
   */
  visit({ time, source, rect }) {
    const { sources } = this.#options;
    this.#address.moved();
    // A moment without a source is one of the server's own.
    const id = source ?? (time === null ? sources.chosen : sources.home);
    if (!this.open) return id === "" ? undefined : sources.use(id);
    // There is no past to show: the engine tells that there is no such source, until it opens.
    if (id !== "" && !sources.has(id)) {
      this.#deck.isLive = true;
      this.#deck.live();
      return sources.use(id);
    }
    const another = id !== sources.chosen;
    sources.use(id);
    if (rect) this.#box.mark(rect);
    if (time === null || this.#onWall) {
      const deck = this.#deck;
      // A link without a moment is about now, or about the newest picture of what only has a past.
      if (another || (deck.mode === "live" && !deck.isLive)) deck.end();
      return;
    }
    this.#strip.reveal(time);
    this.#deck.seek(time);
    this.#upkeep.readActivity();
  }

  /** Another source is chosen, or more is known of them. */
  sourcesChanged() {
    const { chosen } = this.#options.sources;
    const { overview } = this.#archive;
    if (!overview) return;
    if (chosen !== this.#deck.source) {
      this.#deck.source = chosen;
      this.#deck.version = "";
      this.#archive.use(chosen);
    }
    this.#knowSource();
    this.#show();
  }

  /** Somebody picked the source from the list. */
  picked() {
    const deck = this.#deck;
    // While the timeline is not there, nothing else keeps the address.
    if (!this.open) return this.#address.keep({ ...this.#link, time: null, rect: null });
    this.#box.clear();
    if (this.#onWall) return deck.live();
    // A source that is not live has only a past.
    if (deck.mode !== "live" || !deck.isLive) deck.seek(Math.min(deck.at, deck.newest));
    this.#upkeep.readActivity();
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

  /** Escape was pressed. @returns {boolean} it meant something here */
  escape() {
    return this.#box.escape();
  }

  get #oldest() {
    return this.#deck.span?.from ?? this.#options.now();
  }

  #bind() {
    const deck = this.#deck;
    bindButtons(this.#elements, {
      deck,
      zoom: (factor) => this.#strip.zoom(factor),
      copy: () => this.#copy(),
      forget: () => this.#forgetting.ask(),
    });
    bindTimeKeys(this.#options.stage, {
      enabled: () => this.open && !this.#onWall && this.#options.keys(),
      pans: () => this.#options.view.movable,
      deck,
    });
    new ResizeObserver(() => this.open && this.#upkeep.readActivitySoon()).observe(
      this.#elements.strip,
    );
    setInterval(() => this.#tick(), TICK_MS);
  }

  #tick() {
    if (!this.open || this.#onWall || document.visibilityState === "hidden") return;
    this.#strip.follow();
    this.#upkeep.tick();
    this.#show();
  }

  /** The archive knows more. */
  #learned() {
    const { overview, activity } = this.#archive;
    if (overview) this.#options.sources.knowRecorded(overview.sources);
    this.#knowSource();
    if (activity && activity.version !== this.#deck.version) {
      const first = this.#deck.version === "";
      this.#deck.version = activity.version;
      // Somebody has something forgotten; it may be on the canvas.
      if (!first) this.#deck.refresh();
    }
    if (overview) this.#face.showStorage(overview);
    this.#show();
  }

  /** What the deck has to know of the chosen source. */
  #knowSource() {
    const { source } = this.#deck;
    const recorded = this.#archive.overview?.sources.find(({ id }) => id === source);
    // One that nobody knows may open.
    this.#deck.isLive = this.#options.sources.isOpen(source) || !recorded;
    this.#deck.span = this.#archive.activity?.span ?? recorded?.span ?? null;
  }

  /** @param {1 | -1} direction */
  #jumpToMark(direction) {
    const to = this.#archive.markBeside(this.#deck.at, direction);
    if (to !== undefined) this.#deck.seek(to);
  }

  /** @returns {Link} the moment that is shown */
  get #link() {
    const { named } = this.#options.sources;
    return { time: Math.round(this.#deck.at), source: named, rect: this.#box.rect };
  }

  async #copy() {
    const good = await copyText(writeLink(location.href, this.#link));
    this.#face.copied(good);
  }

  /** Writes everything that may have changed. */
  #show() {
    const { root, now } = this.#options;
    const deck = this.#deck;
    writeTimeFacts(root, deck);
    if (!this.open) return;
    this.#face.show(deck, now());
    this.#strip.show();
    // While it plays the address stands still: browsers limit how often it may change.
    if (deck.mode !== "playing") {
      const live = { ...this.#link, time: null, rect: null };
      this.#address.keep(deck.mode === "live" ? live : this.#link);
    }
  }
}
