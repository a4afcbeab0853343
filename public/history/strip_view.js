/**
 * The strip as a person handles it: which stretch of time it shows, scrubbing, zooming, and the small picture over the
 * pointer.
 *
 * @typedef {import("./span.js").Span} Span
 *
 * @typedef {Object} StripViewOptions
 * @property {HTMLElement} element  the slider
 * @property {HTMLCanvasElement} canvas
 * @property {import("./deck.js").Deck} deck
 * @property {import("./archive_view.js").ArchiveView} archive
 * @property {string} base  absolute URL of the page's folder
 * @property {() => number} now  the server's clock, ms since the Unix epoch
 * @property {() => void} moved  it shows another stretch of time
 */
import { peekElements } from "./elements.js";
import { Peek } from "./peek.js";
import { thumbUrl } from "./requests.js";
import { bindScrub } from "./scrub.js";
import { markNear } from "./size_marks.js";
import { panned, showing, timeAt, wholeSpan, xOf, zoomed } from "./span.js";
import { Strip } from "./strip.js";
import { timeText } from "./words.js";

const THUMB_WIDTH = 240;
/** So close to now the playhead is live, CSS pixels. */
const LIVE_PX = 3;
/** Neighbouring pixels show the same small picture: so many different ones across the strip. */
const PEEKS = 1000;

export class StripView {
  /** @type {StripViewOptions} */
  #options;
  /** @type {Strip} */
  #strip;
  #peek = new Peek(peekElements());
  /** @type {Span} */
  #range = { from: 0, to: 1 };
  /** The range moves along with time. */
  #follows = true;
  /** It played when the pointer went down. */
  #resumes = false;

  /** @param {StripViewOptions} options */
  constructor(options) {
    this.#options = options;
    const { element, canvas } = options;
    this.#strip = new Strip(canvas);
    bindScrub(element, this.#handlers());
    element.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "+" || event.key === "=") this.zoom(0.5);
      else if (event.key === "-" || event.key === "_") this.zoom(2);
      // What people know of other sliders; the arrows to the side are in keys.js.
      else if (event.key === "ArrowUp") options.deck.step(1);
      else if (event.key === "ArrowDown") options.deck.step(-1);
      else if (event.key === "PageUp") options.deck.jump(this.#page);
      else if (event.key === "PageDown") options.deck.jump(-this.#page);
      else return;
      event.preventDefault();
    });
  }

  /** What it shows. */
  get range() {
    return this.#range;
  }

  /** CSS pixels. */
  get width() {
    return this.#strip.width;
  }

  /** Shows everything there is. */
  showAll() {
    this.#range = wholeSpan(this.#limits.oldest, this.#options.now());
  }

  /** @param {number} time  moved, if need be, so that it shows this instant */
  reveal(time) {
    this.#range = showing(this.#range, time, this.#limits);
  }

  /** Moves along with time, unless somebody has moved it elsewhere. */
  follow() {
    if (this.#options.deck.mode !== "live" || !this.#follows) return;
    const length = this.#range.to - this.#range.from;
    const to = Math.round(this.#options.now() + length * 0.02);
    this.#range = { from: to - length, to };
  }

  /** @param {number} factor  below 1 shows less, around the playhead where that is in view */
  zoom(factor) {
    const { from, to } = this.#range;
    const { at } = this.#options.deck;
    this.#zoomAt(factor, at >= from && at <= to ? at : (from + to) / 2);
  }

  /** Paints what may have changed. */
  show() {
    const { deck, archive, now } = this.#options;
    if (deck.mode === "playing") this.reveal(deck.at);
    this.#strip.show({
      range: this.#range,
      recorded: deck.span,
      activity: archive.activity,
      marks: archive.marks,
      sizes: archive.sizes,
      at: deck.at,
      now: now(),
      live: deck.mode === "live",
      growing: deck.isLive,
    });
  }

  /** A tenth of what it shows, ms. */
  get #page() {
    return (this.#range.to - this.#range.from) / 10;
  }

  get #limits() {
    const now = this.#options.now();
    return { oldest: this.#options.deck.span?.from ?? now, now };
  }

  /** @returns {import("./scrub.js").ScrubHandlers} */
  #handlers() {
    const { deck, now } = this.#options;
    return {
      begin: (x) => {
        this.#resumes = deck.mode === "playing";
        this.#scrub(x);
      },
      move: (x) => this.#scrub(x),
      end: (x) => {
        if (deck.isLive && x >= xOf(this.#range, now(), this.width) - LIVE_PX) deck.live();
        else if (this.#resumes) deck.play();
        this.#peek.hide();
      },
      cancel: () => this.#peek.hide(),
      hover: (x, touch) => touch ? this.#peek.hide() : this.#look(x, true),
      leave: () => this.#peek.hide(),
      zoom: (factor, x) => this.#zoomAt(factor, timeAt(this.#range, x, this.width)),
      pan: (pixels) => {
        const { from, to } = this.#range;
        this.#move(panned(this.#range, pixels / this.width * (to - from), this.#limits));
      },
    };
  }

  /** @param {number} x */
  #scrub(x) {
    this.#options.deck.seek(timeAt(this.#range, x, this.width));
    this.#look(x, false);
  }

  /**
   * Shows what stands under the pointer.
   *
   * @param {number} x
   * @param {boolean} picture  with a small picture
   */
  #look(x, picture) {
    const { deck, archive, base, element } = this.#options;
    const { source, version, newest } = deck;
    const { oldest, now } = this.#limits;
    const time = timeAt(this.#range, x, this.width);
    const gap = archive.activity?.gaps.find(({ from, to }) => time >= from && time < (to ?? now));
    const recorded = time >= oldest && time <= newest;
    const size = markNear(archive.sizes, this.#range, x, this.width);
    const words = !recorded ? ", nothing kept" : gap ? `, not recorded: ${gap.reason}` : "";
    const rounding = Math.max(1, Math.round((this.#range.to - this.#range.from) / PEEKS));
    const wanted = Math.max(oldest, Math.floor(time / rounding) * rounding);
    const url = recorded && picture && source !== ""
      ? thumbUrl(base, source, { time: wanted, width: THUMB_WIDTH, version })
      : null;
    const text = size ? `${size.text}, ${timeText(size.time, now)}` : timeText(time, now) + words;
    this.#peek.show(x + element.offsetLeft, text, url);
  }

  /**
   * @param {number} factor  below 1 shows less
   * @param {number} anchor
   */
  #zoomAt(factor, anchor) {
    this.#move(zoomed(this.#range, factor, anchor, this.#limits));
  }

  /** @param {Span} range */
  #move(range) {
    this.#range = range;
    this.#follows = range.to >= this.#options.now();
    this.#options.moved();
  }
}
