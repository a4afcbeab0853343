/**
 * What the timeline does, written to `<html data-…>` for styles and for scripts that drive the page.
 *
 *     data-mode  live, past or playing
 *     data-at    the instant under the playhead, ms since the Unix epoch; absent while live
 *     data-time  when the picture on the canvas came to be; absent while live
 *
 * @param {HTMLElement} root  `<html>`
 * @param {import("./deck.js").Deck} deck
 */
export function writeTimeFacts(root, { mode, at, shownTime }) {
  tell(root, "mode", mode);
  tell(root, "at", mode === "live" ? null : String(at));
  if (mode === "live") tell(root, "time", null);
  else if (shownTime !== null) tell(root, "time", String(shownTime));
}

/**
 * Only when it differs, so that one can wait for it.
 *
 * @param {HTMLElement} root
 * @param {string} name
 * @param {string | null} value  null: there is none
 */
function tell({ dataset }, name, value) {
  if (value === null) delete dataset[name];
  else if (dataset[name] !== value) dataset[name] = value;
}
