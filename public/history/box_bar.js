/**
 * "When did this change?": the button, the marked box, and the words about it.
 *
 * @typedef {import("../engine/messages.js").Rect} Rect
 *
 * @typedef {Object} BoxBarOptions
 * @property {(rect: Rect | null) => Promise<{ times: number[], more: boolean } | string | null>} find
 * @property {(direction: 1 | -1) => void} jump
 * @property {() => void} changed
 */
export class BoxBar {
  /** @type {import("./elements.js").TimelineElements} */
  #elements;
  /** @type {import("./box.js").BoxPicker} */
  #picker;
  /** @type {import("../ui/overlay.js").Overlay} */
  #overlay;
  /** @type {BoxBarOptions} */
  #options;
  /** @type {Rect | null} */
  #rect = null;

  /**
   * @param {import("./elements.js").TimelineElements} elements
   * @param {import("./box.js").BoxPicker} picker
   * @param {import("../ui/overlay.js").Overlay} overlay
   * @param {BoxBarOptions} options
   */
  constructor(elements, picker, overlay, options) {
    this.#elements = elements;
    this.#picker = picker;
    this.#overlay = overlay;
    this.#options = options;
    elements.box.addEventListener("click", () => this.#toggle());
    elements.boxBar.addEventListener("click", ({ target }) => {
      const button = target instanceof Element ? target.closest("[data-box]") : null;
      if (!(button instanceof HTMLButtonElement)) return;
      if (button.dataset.box === "back") options.jump(-1);
      if (button.dataset.box === "ahead") options.jump(1);
      if (button.dataset.box === "clear") this.clear();
    });
  }

  /** The marked box. */
  get rect() {
    return this.#rect;
  }

  /**
   * @param {Rect | null} rect
   * @param {boolean} done
   */
  drawn(rect, done) {
    this.#overlay.setBox(rect ?? this.#rect);
    if (!done) return;
    this.#picker.active = false;
    this.#elements.box.setAttribute("aria-pressed", "false");
    if (rect) this.mark(rect);
    else if (!this.#rect) this.clear();
  }

  /**
   * Marks a box and finds out when it changed.
   *
   * @param {Rect} rect
   */
  async mark(rect) {
    this.#rect = rect;
    this.#overlay.setBox(rect);
    this.#say("Looking for changes of the box");
    this.#options.changed();
    const found = await this.#options.find(rect);
    if (found === null) return;
    if (typeof found === "string") this.#say(found);
    else this.#say(changesText(found), found.times.length > 0);
  }

  clear() {
    this.#rect = null;
    this.#picker.active = false;
    this.#overlay.setBox(null);
    this.#elements.box.setAttribute("aria-pressed", "false");
    this.#elements.boxBar.hidden = true;
    this.#options.find(null);
    this.#options.changed();
  }

  /** Escape was pressed. @returns {boolean} there was a box, or was about to be */
  escape() {
    const meant = !this.#elements.boxBar.hidden;
    this.clear();
    return meant;
  }

  #toggle() {
    const on = !this.#picker.active;
    this.#picker.active = on;
    this.#elements.box.setAttribute("aria-pressed", String(on));
    if (on) this.#say("Drag a box on the picture");
    else if (!this.#rect) this.clear();
  }

  /**
   * @param {string} text
   * @param {boolean} [jumps]  there are changes to go to
   */
  #say(text, jumps = false) {
    this.#elements.boxBar.hidden = false;
    for (
      const button of this.#elements.boxBar.querySelectorAll(
        "[data-box='back'], [data-box='ahead']",
      )
    ) {
      if (button instanceof HTMLButtonElement) button.hidden = !jumps;
    }
    this.#elements.boxText.textContent = text;
  }
}

/** @param {{ times: number[], more: boolean }} found */
export function changesText({ times, more }) {
  if (times.length === 0) return "The box never changed";
  const count = times.length === 1 ? "once" : `${times.length}${more ? "+" : ""} times`;
  return `The box changed ${count}`;
}
