/**
 * The small picture over the strip: what stood at the instant under the pointer. One picture is loaded at a time; of
 * those wanted meanwhile, the newest counts.
 *
 * @typedef {Object} PeekElements
 * @property {HTMLElement} card
 * @property {HTMLImageElement} image
 * @property {HTMLElement} text
 */

/** A pointer that only passes by asks for nothing, ms. */
const DELAY_MS = 60;

export class Peek {
  /** @type {PeekElements} */
  #elements;
  /** @type {string | null} */
  #wanted = null;
  #loading = "";
  #x = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {PeekElements} elements */
  constructor(elements) {
    this.#elements = elements;
    const { image } = elements;
    image.addEventListener("load", () => this.#loaded(true));
    image.addEventListener("error", () => this.#loaded(false));
  }

  /**
   * @param {number} x  pixels from the left border of what the card lies in
   * @param {string} text
   * @param {string | null} url  of the picture; null: only the text
   */
  show(x, text, url) {
    const { card, image, text: words } = this.#elements;
    card.hidden = false;
    words.textContent = text;
    if (url === null) image.hidden = true;
    this.#wanted = url;
    if (url !== null && this.#loading === "") {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#load(), DELAY_MS);
    }
    this.#x = x;
    this.#place();
  }

  hide() {
    this.#elements.card.hidden = true;
    this.#wanted = null;
    clearTimeout(this.#timer);
  }

  /** Over the pointer, and within the page. */
  #place() {
    const { card } = this.#elements;
    const room = card.parentElement?.clientWidth ?? 0;
    const half = card.offsetWidth / 2;
    card.style.left = `${Math.round(Math.max(half + 6, Math.min(this.#x, room - half - 6)))}px`;
  }

  #load() {
    const { image } = this.#elements;
    const url = this.#wanted;
    if (url === null) return;
    if (url === image.src) {
      // It was hidden over a place without a picture, or came when nobody looked. No event follows.
      image.hidden = !(image.complete && image.naturalWidth > 0);
      return this.#place();
    }
    this.#loading = url;
    image.src = url;
  }

  /** @param {boolean} good */
  #loaded(good) {
    const done = this.#loading;
    this.#loading = "";
    this.#elements.image.hidden = !good || this.#wanted === null;
    this.#place();
    if (this.#wanted !== null && this.#wanted !== done) this.#load();
  }
}
