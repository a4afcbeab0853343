/**
 * A dialog that does not block the page: Escape and its close button close it, and the focus returns to
 * where it came from.
 */
export class SideDialog {
  /** @type {HTMLDialogElement} */
  #dialog;
  /** @type {() => void} */
  #changed;
  /** @type {Element | null} */
  #cameFrom = null;

  /**
   * @param {HTMLDialogElement} dialog  with one `[data-close]` button at least
   * @param {() => void} changed  opened or closed
   */
  constructor(dialog, changed) {
    this.#dialog = dialog;
    this.#changed = changed;
    for (const button of dialog.querySelectorAll("[data-close]")) {
      button.addEventListener("click", () => this.close());
    }
    dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      // Otherwise the same press would leave fullscreen in some browsers.
      event.preventDefault();
      event.stopPropagation();
      this.close();
    });
  }

  get open() {
    return this.#dialog.open;
  }

  show() {
    if (this.#dialog.open) return;
    this.#cameFrom = document.activeElement;
    this.#dialog.show();
    this.#changed();
  }

  close() {
    if (!this.#dialog.open) return;
    const hadFocus = this.#dialog.contains(document.activeElement);
    this.#dialog.close();
    if (hadFocus && this.#cameFrom instanceof HTMLElement) this.#cameFrom.focus();
    this.#changed();
  }

  toggle() {
    if (this.#dialog.open) this.close();
    else this.show();
  }
}
