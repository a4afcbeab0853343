/**
 * The buttons of the bar. Each says by `data-action` what it does, in the words of shortcuts.js.
 *
 * @typedef {import("./shortcuts.js").Action} Action
 */

export class Toolbar {
  /** @type {HTMLElement} */
  #tools;
  /** @type {HTMLOutputElement} */
  #zoom;

  /**
   * @param {HTMLElement} tools
   * @param {HTMLOutputElement} zoom
   * @param {(action: Action) => void} act
   */
  constructor(tools, zoom, act) {
    this.#tools = tools;
    this.#zoom = zoom;
    tools.addEventListener("click", ({ target }) => {
      const button = target instanceof Element ? target.closest("button[data-action]") : null;
      if (button instanceof HTMLButtonElement) act(/** @type {Action} */ (button.dataset.action));
    });
  }

  /**
   * @param {Action} action
   * @param {boolean} on
   */
  press(action, on) {
    this.#button(action)?.setAttribute("aria-pressed", String(on));
  }

  /**
   * @param {Action} action
   * @param {boolean} open
   */
  expand(action, open) {
    this.#button(action)?.setAttribute("aria-expanded", String(open));
  }

  /** @param {Action} action */
  remove(action) {
    this.#button(action)?.remove();
  }

  /** @param {string} percent */
  setZoom(percent) {
    this.#zoom.value = percent;
  }

  /** @param {Action} action */
  #button(action) {
    return this.#tools.querySelector(`button[data-action="${action}"]`);
  }
}
