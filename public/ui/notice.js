/**
 * A sentence over the picture that somebody may dismiss; the same one then does not come back.
 *
 * @typedef {Object} NoticeElements
 * @property {HTMLElement} box
 * @property {HTMLElement} text
 * @property {HTMLButtonElement} close
 */
export class Notice {
  /** @type {NoticeElements} */
  #elements;
  #dismissed = "";

  /**
   * @param {NoticeElements} elements
   * @param {() => void} closed  somebody dismissed it
   */
  constructor(elements, closed) {
    this.#elements = elements;
    elements.close.addEventListener("click", () => {
      this.#dismissed = elements.text.textContent ?? "";
      this.show(this.#dismissed);
      closed();
    });
  }

  /** @param {string} text  empty: nothing to say */
  show(text) {
    this.#elements.text.textContent = text;
    this.#elements.box.hidden = text === "" || text === this.#dismissed;
  }
}
