/**
 * Keys of the timeline: one table for what they do and for the help that lists them.
 *
 * @typedef {"toggle" | "back" | "ahead" | "backFar" | "aheadFar" | "home" | "end" | "slower" | "hold" | "faster"} TimeAction
 *
 * @typedef {Object} TimeKey
 * @property {string} key  value of `KeyboardEvent.key`, letters in lower case
 * @property {boolean} [shift]  with the shift key; without it where left out
 * @property {string} shown  for people
 * @property {TimeAction} action
 * @property {string} text
 */

import { takesText } from "../ui/keyboard.js";

/** @type {readonly TimeKey[]} */
export const TIME_KEYS = [
  { key: " ", shown: "Space", action: "toggle", text: "Pause, play" },
  { key: "ArrowLeft", shown: "←", action: "back", text: "Previous change" },
  { key: "ArrowRight", shown: "→", action: "ahead", text: "Next change" },
  { key: "ArrowLeft", shift: true, shown: "Shift ←", action: "backFar", text: "10 s back" },
  { key: "ArrowRight", shift: true, shown: "Shift →", action: "aheadFar", text: "10 s ahead" },
  { key: "Home", shown: "Home", action: "home", text: "Oldest picture" },
  { key: "End", shown: "End", action: "end", text: "Live" },
  { key: "j", shown: "J", action: "slower", text: "Slower; standing still: 10 s back" },
  { key: "k", shown: "K", action: "hold", text: "Pause" },
  { key: "l", shown: "L", action: "faster", text: "Play, faster" },
];

/**
 * What a key press asks of the timeline.
 *
 * @param {Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">} event
 * @param {{ typing: boolean, onButton: boolean, pans: boolean }} focus  `typing`: the focus is in a field;
 *   `onButton`: on something that the space bar presses; `pans`: arrow keys move the picture
 * @returns {TimeAction | null} null: nothing of ours
 */
export function timeActionFor({ key, shiftKey, ctrlKey, metaKey, altKey }, focus) {
  if (focus.typing || ctrlKey || metaKey || altKey) return null;
  if (key === " " && focus.onButton) return null;
  if (key.startsWith("Arrow") && !shiftKey && focus.pans) return null;
  const wanted = key.length === 1 ? key.toLowerCase() : key;
  const found = TIME_KEYS.find((one) => one.key === wanted && (one.shift ?? false) === shiftKey);
  return found?.action ?? null;
}

/**
 * @param {TimeAction} action
 * @param {import("./deck.js").Deck} deck
 */
export function performTime(action, deck) {
  switch (action) {
    case "toggle":
      return deck.togglePlay();
    case "back":
      return deck.step(-1);
    case "ahead":
      return deck.step(1);
    case "backFar":
      return deck.jump(-10_000);
    case "aheadFar":
      return deck.jump(10_000);
    case "home":
      return deck.home();
    case "end":
      return deck.end();
    case "slower":
      return deck.slower();
    case "hold":
      return deck.pause();
    case "faster":
      return deck.faster();
  }
}

/**
 * Listens for the life of the page, before the page's own keys.
 *
 * @param {HTMLElement} stage  where arrow keys move a picture that is larger than the window
 * @param {{ enabled: () => boolean, pans: () => boolean, deck: import("./deck.js").Deck }} options
 */
export function bindTimeKeys(stage, { enabled, pans, deck }) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || !enabled()) return;
    const { target } = event;
    const action = timeActionFor(event, {
      typing: takesText(target),
      onButton: target instanceof Element && target.closest("button, summary, input") !== null,
      pans: target === stage && pans(),
    });
    if (!action) return;
    event.preventDefault();
    performTime(action, deck);
  });
}
