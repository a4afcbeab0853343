/**
 * The timeline's words and buttons: writes what the deck is doing.
 *
 * @typedef {import("./deck.js").Deck} Deck
 * @typedef {import("./elements.js").TimelineElements} TimelineElements
 */
import { SPEEDS } from "./deck.js";
import { TIME_KEYS } from "./keys.js";
import { speedText, storageText, timeText } from "./words.js";

/** How long a button says that it has done something, ms. */
const SAID_MS = 2000;
/** While it plays the time is spoken in steps of this, ms. */
const SPOKEN_MS = 15_000;

export class Face {
  /** @type {TimelineElements} */
  #elements;

  /** @param {TimelineElements} elements */
  constructor(elements) {
    this.#elements = elements;
    for (const speed of SPEEDS) elements.speed.append(new Option(speedText(speed), String(speed)));
    for (const { shown, text } of TIME_KEYS) {
      const term = document.createElement("dt");
      const key = document.createElement("kbd");
      key.textContent = shown;
      term.append(key);
      const meaning = document.createElement("dd");
      meaning.textContent = text;
      elements.helpKeys.append(term, meaning);
    }
  }

  /**
   * @param {Deck} deck
   * @param {number} now
   */
  show(deck, now) {
    const { section, live, toggleName, text, note, speed, skipIdle, strip, pillTime } =
      this.#elements;
    const { mode, at, newest, isLive } = deck;
    section.dataset.mode = mode;
    live.disabled = !isLive;
    live.setAttribute("aria-pressed", String(mode === "live"));
    write(toggleName, mode === "past" ? "Play" : "Pause");
    write(text, timeText(at, now));
    speed.value = String(deck.speed);
    skipIdle.checked = deck.skipIdle;
    write(note, noteText(deck));
    const playing = mode === "playing" ? ` at ${speedText(deck.speed)}` : "";
    write(pillTime, mode === "live" ? "" : `${timeText(at, now)}${playing}`);
    const spoken = spokenText(mode, at, now);
    strip.setAttribute("aria-valuemin", String(deck.span?.from ?? newest));
    strip.setAttribute("aria-valuemax", String(newest));
    strip.setAttribute("aria-valuenow", String(Math.round(at)));
    if (strip.getAttribute("aria-valuetext") !== spoken) {
      strip.setAttribute("aria-valuetext", spoken);
    }
  }

  /** @param {import("./requests.js").Overview} overview */
  showStorage({ state, detail, storage }) {
    const element = this.#elements.storage;
    element.classList.toggle("bad", state === "stopped");
    write(element, state === "stopped" ? `Not recording: ${detail}` : storageText(storage));
    element.title = `What the recording takes on the server. ${storageText(storage)}`;
  }

  /** @param {boolean} good  the link is in the clipboard */
  copied(good) {
    const { copy, note } = this.#elements;
    const name = copy.querySelector("[data-name]");
    if (!name) return;
    name.textContent = good ? "Copied" : "Not copied";
    write(note, good ? "The link is in the clipboard" : "This browser does not let the page copy");
    setTimeout(() => name.textContent = "Copy link", SAID_MS);
  }
}

/**
 * The slider's value for screen readers, which read out every change of it: not each second of a time that goes on
 * by itself.
 *
 * @param {Deck["mode"]} mode
 * @param {number} at
 * @param {number} now
 */
export function spokenText(mode, at, now) {
  if (mode === "live") return "Live";
  if (mode === "past") return `In the past, ${timeText(at, now)}`;
  return `Playing, ${timeText(Math.floor(at / SPOKEN_MS) * SPOKEN_MS, now)}`;
}

/** @param {Deck} deck */
function noteText({ fault, inGap, mode }) {
  if (fault !== "") return fault;
  if (inGap && mode !== "live") return "Nothing was recorded here; this is the last picture before";
  return "";
}

/**
 * Only when it differs: a live region announces every write.
 *
 * @param {HTMLElement} element
 * @param {string} text
 */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
