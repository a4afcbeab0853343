/**
 * What buttons and keys do.
 *
 * @typedef {import("./shortcuts.js").Action} Action
 *
 * @typedef {Object} ActionTargets
 * @property {import("./view.js").View} view
 * @property {{ available: boolean, toggle(): void }} fullscreen
 * @property {{ toggle(): void, close(): void }} panel
 * @property {{ toggle(): void, close(): void }} help
 * @property {(pref: "stats" | "outlines") => void} toggle  shows or hides it
 */

/** One press of an arrow key moves the picture by this, in CSS pixels. */
const PAN_STEP = 80;

/**
 * @param {Action} action
 * @param {ActionTargets} targets
 */
export function perform(action, { view, fullscreen, panel, help, toggle }) {
  switch (action) {
    case "fit":
      return view.fit();
    case "actual":
      return view.actual();
    case "zoomIn":
      return view.step(1);
    case "zoomOut":
      return view.step(-1);
    case "left":
      return view.pan(PAN_STEP, 0);
    case "right":
      return view.pan(-PAN_STEP, 0);
    case "up":
      return view.pan(0, PAN_STEP);
    case "down":
      return view.pan(0, -PAN_STEP);
    case "fullscreen":
      return fullscreen.available ? fullscreen.toggle() : undefined;
    case "stats":
    case "outlines":
      return toggle(action);
    case "panel":
      help.close();
      return panel.toggle();
    case "help":
      panel.close();
      return help.toggle();
  }
}
