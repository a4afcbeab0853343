/**
 * The form that asks for a token, over the picture.
 *
 * @typedef {Object} SignInElements
 * @property {HTMLElement} card
 * @property {HTMLFormElement} form
 * @property {HTMLInputElement} input
 * @property {HTMLElement} error
 * @property {HTMLButtonElement} cancel
 */
import { tokenFromPaste } from "./token.js";

export class SignIn {
  /** @type {SignInElements} */
  #elements;

  /**
   * @param {SignInElements} elements
   * @param {(token: string) => Promise<string | null>} submit  null: let in; text: why not
   */
  constructor(elements, submit) {
    this.#elements = elements;
    const { form, input, error, cancel } = elements;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const token = tokenFromPaste(input.value);
      if (token === "") return this.#complain("Paste the token first.");
      error.hidden = true;
      const problem = await submit(token);
      input.value = "";
      if (problem === null) this.hide();
      else this.#complain(problem);
    });
    cancel.addEventListener("click", () => this.hide());
  }

  /**
   * @param {{ cancelable: boolean }} options  `cancelable`: the page is of use without, too
   */
  show({ cancelable }) {
    const { card, input, cancel } = this.#elements;
    cancel.hidden = !cancelable;
    if (!card.hidden) return;
    card.hidden = false;
    input.focus();
  }

  hide() {
    this.#elements.card.hidden = true;
    this.#elements.error.hidden = true;
    this.#elements.input.value = "";
  }

  /** @param {string} text */
  #complain(text) {
    this.#elements.error.textContent = text;
    this.#elements.error.hidden = false;
    this.#elements.input.focus();
  }
}
