/**
 * What happens to the page as a whole.
 *
 * @typedef {Object} PageListeners
 * @property {(visible: boolean) => void} visible  the tab came to the front, or left it
 * @property {() => void} online          the machine has a network again
 * @property {() => void} addressChanged  what stands behind its `#`
 * @property {() => void} retry           connect again, now
 * @property {() => void} otherToken      somebody wants to sign in as somebody else
 * @property {(steadyMs: number) => void} second  every second that somebody can see the page
 */
import { byId } from "./elements.js";

/**
 * Listens for the life of the page.
 *
 * @param {PageListeners} listeners
 */
export function bindPage({ visible, online, addressChanged, retry, otherToken, second }) {
  document.addEventListener("visibilitychange", () => visible(isVisible()));
  addEventListener("online", online);
  addEventListener("hashchange", addressChanged);
  byId("retry", HTMLButtonElement).addEventListener("click", retry);
  byId("panel-signin", HTMLButtonElement).addEventListener("click", otherToken);
  setInterval(() => {
    if (isVisible()) second(performance.now());
  }, 1000);
}

function isVisible() {
  return document.visibilityState === "visible";
}
