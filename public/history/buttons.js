/**
 * The timeline's buttons and fields.
 *
 * @typedef {import("./elements.js").TimelineElements} TimelineElements
 *
 * @typedef {Object} ButtonTargets
 * @property {import("./deck.js").Deck} deck
 * @property {(factor: number) => void} zoom  below 1: show less
 * @property {() => void} copy
 * @property {() => void} forget
 */

/**
 * Listens for the life of the page.
 *
 * @param {TimelineElements} elements
 * @param {ButtonTargets} targets
 */
export function bindButtons(elements, { deck, zoom, copy, forget }) {
  const { section, live, speed, skipIdle } = elements;
  section.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-time]") : null;
    if (!(button instanceof HTMLButtonElement)) return;
    if (button.dataset.time === "back") deck.step(-1);
    if (button.dataset.time === "ahead") deck.step(1);
    if (button.dataset.time === "toggle") deck.togglePlay();
    if (button.dataset.time === "in") zoom(0.5);
    if (button.dataset.time === "out") zoom(2);
  });
  live.addEventListener("click", () => deck.live());
  speed.addEventListener("change", () => deck.setSpeed(Number(speed.value)));
  skipIdle.addEventListener("change", () => deck.setSkipIdle(skipIdle.checked));
  elements.copy.addEventListener("click", copy);
  elements.forget.addEventListener("click", forget);
}
