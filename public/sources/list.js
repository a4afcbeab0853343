/**
 * The sources with small pictures of how they look now, where there is a choice.
 *
 * @typedef {Object} ListedSource
 * @property {string} id
 * @property {string} label
 * @property {"live" | "lost" | "paused" | "silent" | "recorded"} state
 */

import { WALL_ID } from "./requests.js";

const THUMB_WIDTH = 160;
/** Small pictures are renewed this often while somebody looks, ms. */
export const RENEW_MS = 10_000;

export class SourceList {
  /** @type {HTMLElement} */
  #list;
  /** @type {(id: string) => void} */
  #choose;
  /** Without an image: the wall. @type {Map<string, { button: HTMLButtonElement, image: HTMLImageElement | null, label: HTMLElement }>} */
  #items = new Map();
  #renewedAt = -Infinity;

  /**
   * @param {HTMLElement} list  a `<ul>`
   * @param {(id: string) => void} choose
   */
  constructor(list, choose) {
    this.#list = list;
    this.#choose = choose;
  }

  /**
   * @param {readonly ListedSource[]} sources
   * @param {string} chosen  id; empty: not known yet
   */
  show(sources, chosen) {
    this.#list.hidden = !isChoice(sources, chosen);
    for (const [id, { button }] of this.#items) {
      if (sources.some((source) => source.id === id)) continue;
      button.parentElement?.remove();
      this.#items.delete(id);
    }
    for (const { id, label, state } of sources) {
      const item = this.#items.get(id) ?? this.#add(id);
      const text = state === "live" ? label : `${label} (${state})`;
      item.button.dataset.state = state;
      item.button.setAttribute("aria-pressed", String(id === chosen));
      if (item.label.textContent === text) continue;
      item.label.textContent = text;
      item.button.title = id === WALL_ID ? "All sources in one view" : text;
    }
    // The wall comes first, also where it came last.
    const wall = this.#items.get(WALL_ID)?.button.parentElement;
    if (wall && wall !== this.#list.firstElementChild) this.#list.prepend(wall);
  }

  /**
   * Loads the pictures anew if it is time.
   *
   * @param {number} now  ms, never jumps
   * @param {(source: string, width: number) => string | null} urlOf  null: there is no picture
   */
  renew(now, urlOf) {
    if (this.#list.hidden || now - this.#renewedAt < RENEW_MS) return;
    this.#renewedAt = now;
    for (const [id, { image }] of this.#items) {
      // A picture of the wall would keep all sources awake.
      if (!image) continue;
      const url = urlOf(id, THUMB_WIDTH);
      // One that is still loading is not given up for the next.
      if (url !== null && (image.complete || image.src === "")) image.src = url;
    }
  }

  /** @param {string} id */
  #add(id) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    const image = id === WALL_ID ? null : document.createElement("img");
    const label = document.createElement("span");
    button.type = "button";
    button.dataset.source = id;
    if (image) {
      image.alt = "";
      image.width = THUMB_WIDTH;
      image.height = 90;
    }
    button.append(image ?? icon("i-wall"), label);
    button.addEventListener("click", () => this.#choose(id));
    item.append(button);
    this.#list.append(item);
    const made = { button, image, label };
    this.#items.set(id, made);
    this.#renewedAt = -Infinity;
    return made;
  }
}

/** @param {string} id  of a symbol of the page */
function icon(id) {
  const picture = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  picture.setAttribute("class", "icon");
  picture.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#${id}`);
  picture.append(use);
  return picture;
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {readonly { id: string }[]} sources
 * @param {string} chosen  id; empty: not known yet
 * @returns {boolean} there is another one to go to
 */
export function isChoice(sources, chosen) {
  if (sources.length !== 1) return sources.length > 1;
  return chosen !== "" && sources[0].id !== chosen;
}
