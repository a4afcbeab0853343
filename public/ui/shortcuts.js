/**
 * Keys of the page: one table for what they do and for the help that lists them.
 *
 * @typedef {"fit" | "actual" | "zoomIn" | "zoomOut" | "fullscreen" | "stats" | "outlines" | "panel" | "help"
 *   | "left" | "right" | "up" | "down"} Action
 *
 * @typedef {Object} Shortcut
 * @property {readonly string[]} keys   values of `KeyboardEvent.key`, letters in lower case
 * @property {string} shown  for people
 * @property {Action} action
 * @property {string} text
 * @property {boolean} [onStage]  only while the picture has the focus
 */

/** @type {readonly Shortcut[]} */
export const SHORTCUTS = [
  { keys: ["0"], shown: "0", action: "fit", text: "Fit to the window" },
  { keys: ["1"], shown: "1", action: "actual", text: "1:1, a pixel is a pixel" },
  { keys: ["+", "="], shown: "+", action: "zoomIn", text: "Zoom in" },
  { keys: ["-", "_"], shown: "−", action: "zoomOut", text: "Zoom out" },
  { keys: ["f"], shown: "F", action: "fullscreen", text: "Fullscreen on or off" },
  { keys: ["s"], shown: "S", action: "stats", text: "Statistics on or off" },
  { keys: ["o"], shown: "O", action: "outlines", text: "Outlines of changes on or off" },
  { keys: ["c"], shown: "C", action: "panel", text: "Control panel" },
  { keys: ["?"], shown: "?", action: "help", text: "This help" },
  {
    keys: ["ArrowLeft"],
    shown: "←",
    action: "left",
    text: "Look left, when zoomed in",
    onStage: true,
  },
  {
    keys: ["ArrowRight"],
    shown: "→",
    action: "right",
    text: "Look right, when zoomed in",
    onStage: true,
  },
  { keys: ["ArrowUp"], shown: "↑", action: "up", text: "Look up, when zoomed in", onStage: true },
  {
    keys: ["ArrowDown"],
    shown: "↓",
    action: "down",
    text: "Look down, when zoomed in",
    onStage: true,
  },
];

/**
 * What a key press asks for.
 *
 * @param {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">} event
 * @param {{ typing: boolean, onStage: boolean }} focus  `typing`: the focus is in a field that takes text
 * @returns {Action | null} null: nothing of ours
 */
export function actionFor({ key, ctrlKey, metaKey, altKey }, { typing, onStage }) {
  // Combinations belong to the browser and to assistive technology.
  if (typing || ctrlKey || metaKey || altKey) return null;
  const wanted = key.length === 1 ? key.toLowerCase() : key;
  const shortcut = SHORTCUTS.find(({ keys }) => keys.includes(wanted));
  return shortcut && (onStage || !shortcut.onStage) ? shortcut.action : null;
}
