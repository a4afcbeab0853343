/**
 * Listens for the keys of shortcuts.js.
 *
 * @typedef {import("./shortcuts.js").Action} Action
 */
import { actionFor } from "./shortcuts.js";

/**
 * Listens for the life of the page.
 *
 * @param {HTMLElement} stage  arrow keys count only here
 * @param {{ enabled: () => boolean, act: (action: Action) => void, escape: () => void }} options
 */
export function bindKeys(stage, { enabled, act, escape }) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    if (event.key === "Escape") return escape();
    if (!enabled()) return;
    const action = actionFor(event, {
      typing: takesText(event.target),
      onStage: event.target === stage,
    });
    if (!action) return;
    event.preventDefault();
    act(action);
  });
}

/**
 * @param {EventTarget | null} target
 * @returns {boolean} keys mean something there already
 */
export function takesText(target) {
  if (target instanceof HTMLInputElement) return target.type !== "checkbox";
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
