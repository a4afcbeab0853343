/**
 * What somebody switches on and off, remembered in this browser: the statistics and the outlines of changes.
 *
 * @typedef {"stats" | "outlines"} Switch
 */
import { byId } from "./elements.js";
import { savePrefs } from "./prefs.js";

export class PrefSwitches {
  #prefs;
  #toolbar;
  #overlay;
  #changed;

  /**
   * @param {import("./prefs.js").Prefs} prefs  changed in place
   * @param {import("./toolbar.js").Toolbar} toolbar
   * @param {import("./overlay.js").Overlay} overlay
   * @param {() => void} changed
   */
  constructor(prefs, toolbar, overlay, changed) {
    this.#prefs = prefs;
    this.#toolbar = toolbar;
    this.#overlay = overlay;
    this.#changed = changed;
  }

  /** @param {Switch} pref */
  toggle(pref) {
    this.#prefs[pref] = !this.#prefs[pref];
    this.apply();
  }

  /** Shows and remembers what was chosen. */
  apply() {
    const { stats, outlines } = this.#prefs;
    savePrefs(() => localStorage, this.#prefs);
    this.#toolbar.press("stats", stats);
    this.#toolbar.press("outlines", outlines);
    byId("stats", HTMLElement).hidden = !stats;
    if (!outlines) this.#overlay.clearOutlines();
    this.#changed();
  }
}
