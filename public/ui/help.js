/** The help dialog: lists the keys, and can switch them off. */
import { SideDialog } from "./dialog.js";
import { SHORTCUTS } from "./shortcuts.js";

/**
 * @typedef {Object} HelpElements
 * @property {HTMLDialogElement} dialog
 * @property {HTMLElement} keys  a `<dl>`
 * @property {HTMLInputElement} shortcuts  checkbox: single keys do things
 */

/**
 * @param {HelpElements} elements
 * @param {{ toggled: () => void, shortcuts: boolean, setShortcuts: (on: boolean) => void }} options
 * @returns {SideDialog}
 */
export function createHelp({ dialog, keys, shortcuts }, options) {
  for (const { shown, text } of SHORTCUTS) {
    const term = document.createElement("dt");
    const key = document.createElement("kbd");
    key.textContent = shown;
    term.append(key);
    const meaning = document.createElement("dd");
    meaning.textContent = text;
    keys.append(term, meaning);
  }
  shortcuts.checked = options.shortcuts;
  shortcuts.addEventListener("change", () => options.setShortcuts(shortcuts.checked));
  return new SideDialog(dialog, options.toggled);
}
