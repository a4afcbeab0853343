/**
 * The dialog that asks what is to be forgotten, and makes sure.
 *
 * @typedef {import("../engine/messages.js").Rect} Rect
 * @typedef {{ from: number, to: number } | { rect: Rect }} Forgotten
 *
 * @typedef {Object} ForgetElements
 * @property {HTMLDialogElement} dialog
 * @property {HTMLElement} source
 * @property {HTMLElement} view   what "in view" means
 * @property {HTMLInputElement} recentChoice
 * @property {HTMLInputElement} viewChoice
 * @property {HTMLInputElement} boxChoice
 * @property {HTMLElement} message
 * @property {HTMLButtonElement} cancel
 * @property {HTMLButtonElement} go
 *
 * @typedef {Object} ForgetChoices
 * @property {string} source  for people
 * @property {number} now     the server's clock
 * @property {import("./span.js").Span} range  what the strip shows
 * @property {Rect | null} rect  the marked box
 */
import { timeText } from "./words.js";

const TEN_MINUTES_MS = 600_000;

export class ForgetDialog {
  /** @type {ForgetElements} */
  #elements;
  /** @type {ForgetChoices | null} */
  #choices = null;

  /**
   * @param {ForgetElements} elements
   * @param {(what: Forgotten) => Promise<string | null>} forget  null: done; text: why not
   */
  constructor(elements, forget) {
    this.#elements = elements;
    const { dialog, cancel, go, message } = elements;
    cancel.addEventListener("click", () => dialog.close());
    go.addEventListener("click", async () => {
      const what = this.#chosen();
      if (!what) return;
      go.disabled = true;
      message.textContent = "";
      const problem = await forget(what);
      go.disabled = false;
      if (problem === null) dialog.close();
      else message.textContent = problem;
    });
    // Single keys mean something on the page behind it.
    dialog.addEventListener("keydown", (event) => event.stopPropagation());
  }

  /** @param {ForgetChoices} choices */
  open(choices) {
    this.#choices = choices;
    const { dialog, source, view, recentChoice, boxChoice, message, cancel } = this.#elements;
    const { from, to } = choices.range;
    source.textContent = choices.source;
    view.textContent = `${timeText(from, choices.now)} to ${
      timeText(Math.min(to, choices.now), choices.now)
    }`;
    boxChoice.disabled = choices.rect === null;
    (choices.rect ? boxChoice : recentChoice).checked = true;
    message.textContent = "";
    dialog.showModal();
    cancel.focus();
  }

  /** @returns {Forgotten | null} */
  #chosen() {
    if (!this.#choices) return null;
    const { now, range, rect } = this.#choices;
    const { boxChoice, viewChoice } = this.#elements;
    if (boxChoice.checked) return rect && { rect };
    // Until well after now: what came while the dialog was open is meant, too.
    const to = Date.now() + TEN_MINUTES_MS;
    if (viewChoice.checked) return { from: range.from, to: range.to >= now ? to : range.to };
    return { from: now - TEN_MINUTES_MS, to };
  }
}
