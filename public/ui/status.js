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
 * @property {HTMLButtonElement} retry
 */

/** @type {Record<Status, string>} */
const WORDS = {
  connecting: "Connecting",
  live: "Live",
  reconnecting: "Reconnecting",
  lost: "Source lost",
  paused: "Paused",
  unauthorised: "Not signed in",
  hidden: "Hidden",
  ended: "Disconnected",
};

/** What follows for the person watching. @type {Record<Status, string>} */
const EXPLANATIONS = {
  connecting: "Waiting for the first picture.",
  live: "",
  reconnecting: "The picture may be out of date.",
  lost: "The server cannot see its screen at the moment. It keeps trying.",
  paused: "Capture is paused on the server. The picture stands still.",
  unauthorised: "A token is needed to watch.",
  hidden: "The stream is stopped while this tab is in the background.",
  ended: "",
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
 * @returns {string} sentences; empty when there is nothing to say
 */
export function statusDetail(status, detail) {
  const reason = detail === "" ? "" : sentence(detail);
  return [reason, EXPLANATIONS[status]].filter((text) => text !== "").join(" ");
}

/**
 * @param {number | null} remainingMs  null: an attempt is under way
 * @returns {string} `in 3 s`; empty for null
 */
export function countdownText(remainingMs) {
  if (remainingMs === null) return "";
  return remainingMs <= 0 ? "now" : `in ${Math.ceil(remainingMs / 1000)} s`;
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
  /** @type {number | null} */
  #retryAt = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticker;

  /** @param {StatusElements} elements */
  constructor(elements) {
    this.#elements = elements;
  }

  /** @param {StatusEvent} event */
  show({ status, detail, note, retryInMs, transport }) {
    const { pill, word, spoken, stage, banner, bannerTitle, bannerDetail, retry } = this.#elements;
    const explanation = statusDetail(status, detail);
    const viaEvents = status === "live" && transport === "sse";
    pill.dataset.status = status;
    pill.dataset.transport = transport;
    pill.title = [explanation, note].filter((text) => text !== "").join(" ");
    stage.dataset.status = status;
    setText(word, viaEvents ? `${WORDS[status]} via events` : WORDS[status]);
    setText(spoken, viaEvents && note !== "" ? sentence(note) : explanation);
    setText(bannerTitle, WORDS[status]);
    setText(bannerDetail, explanation);
    banner.hidden = status === "live" || status === "unauthorised";
    retry.hidden = status !== "reconnecting" && status !== "ended";
    retry.textContent = status === "ended" ? "Connect again" : "Try now";
    this.#countTo(retryInMs === null ? null : performance.now() + retryInMs);
  }

  /** @param {number | null} retryAt  by `performance.now()` */
  #countTo(retryAt) {
    this.#retryAt = retryAt;
    clearInterval(this.#ticker);
    this.#ticker = retryAt === null ? undefined : setInterval(() => this.#tick(), 250);
    this.#tick();
  }

  #tick() {
    const remaining = this.#retryAt === null ? null : this.#retryAt - performance.now();
    setText(this.#elements.countdown, countdownText(remaining));
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
