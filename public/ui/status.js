/**
 * The connection's state in words: the pill in the header, and the banner over a picture that is not live.
 *
 * @typedef {import("../engine/link_state.js").Status} Status
 * @typedef {Extract<import("../engine/messages.js").EngineEvent, { type: "status" }>} StatusEvent
 *
 * @typedef {Object} StatusElements
 * @property {HTMLElement} pill      gets `data-status`
 * @property {HTMLElement} word
 * @property {HTMLElement} countdown not read out: it changes every second
 * @property {HTMLElement} spoken    for screen readers only
 * @property {HTMLElement} stage     gets `data-status`, which dims the picture
 * @property {HTMLElement} banner
 * @property {HTMLElement} bannerTitle
 * @property {HTMLElement} bannerDetail
 * @property {HTMLElement} bannerQuiet  how long the server has been silent; counts, so it is not read out
 * @property {HTMLButtonElement} retry
 */
import { agoText } from "./ago.js";

/** @type {Record<Status, string>} */
const WORDS = {
  connecting: "Connecting",
  live: "Live",
  stale: "Stale",
  reconnecting: "Reconnecting",
  missing: "No such source",
  lost: "Source lost",
  paused: "Paused",
  unauthorised: "Not signed in",
  hidden: "Hidden",
  ended: "Disconnected",
  past: "In the past",
};

/** What follows for the person watching. @type {Record<Status, string>} */
const EXPLANATIONS = {
  connecting: "Waiting for the first picture.",
  live: "",
  stale: "The server has fallen silent. The picture may be out of date.",
  reconnecting: "The picture may be out of date.",
  missing: "It is shown here as soon as it opens.",
  lost: "The server cannot see its screen at the moment. It keeps trying.",
  paused: "Capture is paused on the server. The picture stands still.",
  unauthorised: "A token is needed to watch.",
  hidden: "The stream is stopped while this tab is in the background.",
  ended: "",
  past: "This is a recorded picture, not the live one.",
};

/**
 * @param {Status} status
 * @returns {string} one or two words
 */
export function statusWord(status) {
  return WORDS[status];
}

/**
 * @param {Status} status
 * @param {string} detail  from the engine; may be empty
 * @param {boolean} [hasPicture]  false: nothing ever came from the server
 * @returns {string} sentences; empty when there is nothing to say
 */
export function statusDetail(status, detail, hasPicture = true) {
  const reason = detail === "" ? "" : sentence(detail);
  const explanation = EXPLANATIONS[hasPicture || status !== "reconnecting" ? status : "connecting"];
  return [reason, explanation].filter((text) => text !== "").join(" ");
}

/**
 * @param {number | null} remainingMs  null: an attempt is under way
 * @returns {string} `in 3 s`; empty for null
 */
export function countdownText(remainingMs) {
  if (remainingMs === null) return "";
  return remainingMs <= 0 ? "now" : `in ${Math.ceil(remainingMs / 1000)} s`;
}

/** Nothing to say over the picture. @type {ReadonlySet<Status>} */
const BARE = new Set(/** @type {const} */ (["live", "unauthorised", "past"]));
/** Where somebody may want to try at once. @type {ReadonlySet<Status>} */
const RETRIED = new Set(/** @type {const} */ (["reconnecting", "missing", "ended"]));
/** Where somebody wants to know how old the picture may be. @type {ReadonlySet<Status>} */
const SHOWS_QUIET = new Set(/** @type {const} */ (["stale", "reconnecting", "connecting"]));
/** A shorter silence is the ordinary time between two heartbeats, ms. */
const QUIET_MS = 2500;

/**
 * @param {Status} status
 * @param {number | null} quietMs  since anything came from the server; null: nothing ever did
 * @returns {string} `Last sign of life 4 s ago`; empty when that says nothing
 */
export function quietText(status, quietMs) {
  if (quietMs === null || quietMs < QUIET_MS || !SHOWS_QUIET.has(status)) return "";
  return `Last sign of life ${agoText(quietMs)}`;
}

/** @param {string} text */
function sentence(text) {
  const capital = text[0].toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

/** Writes the state into the page, and counts down to the next attempt. */
export class StatusView {
  /** @type {StatusElements} */
  #elements;
  /** @type {Status} */
  #status = "connecting";
  /** By `performance.now()`. @type {number | null} */
  #retryAt = null;
  /** Last sign of life, by `performance.now()`. @type {number | null} */
  #heardAt = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticker;

  /** @param {StatusElements} elements */
  constructor(elements) {
    this.#elements = elements;
  }

  /** @param {StatusEvent} event */
  show({ status, detail, note, retryInMs, quietMs, transport }) {
    const { pill, word, spoken, stage, banner, bannerTitle, bannerDetail, retry } = this.#elements;
    const explanation = statusDetail(status, detail, quietMs !== null);
    const viaEvents = status === "live" && transport === "sse";
    pill.dataset.status = status;
    pill.dataset.transport = transport;
    pill.title = [explanation, note].filter((text) => text !== "").join(" ");
    stage.dataset.status = status;
    setText(word, viaEvents ? `${WORDS[status]} via events` : WORDS[status]);
    setText(spoken, viaEvents && note !== "" ? sentence(note) : explanation);
    setText(bannerTitle, WORDS[status]);
    setText(bannerDetail, explanation);
    banner.hidden = BARE.has(status);
    retry.hidden = !RETRIED.has(status);
    retry.textContent = status === "ended" ? "Connect again" : "Try now";
    const now = performance.now();
    this.#status = status;
    this.#retryAt = retryInMs === null ? null : now + retryInMs;
    this.#heardAt = quietMs === null ? null : now - quietMs;
    clearInterval(this.#ticker);
    const counts = retryInMs !== null || SHOWS_QUIET.has(status);
    this.#ticker = counts ? setInterval(() => this.#tick(), 250) : undefined;
    this.#tick();
  }

  #tick() {
    const now = performance.now();
    const { countdown, bannerQuiet } = this.#elements;
    setText(countdown, countdownText(this.#retryAt === null ? null : this.#retryAt - now));
    const quiet = quietText(this.#status, this.#heardAt === null ? null : now - this.#heardAt);
    setText(bannerQuiet, quiet);
  }
}

/**
 * Only when it differs: a live region announces every write.
 *
 * @param {HTMLElement} element
 * @param {string} text
 */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
