/**
 * What the person watching is told about the connection: a state machine without timers or network.
 *
 *     connecting ──current──▶ live / lost / paused ──failed──▶ reconnecting ──current──▶ live …
 *     live / lost / paused ──silent──▶ stale ──heard──▶ live / lost / paused
 *     any but the last two ──hide──▶ hidden ──show──▶ connecting
 *     any ──refused──▶ unauthorised ──connect──▶ connecting
 *     any open one ──failed, missing──▶ missing ──current──▶ live …
 *     any ──ended──▶ ended ──connect──▶ connecting
 *
 * `stale`: connected, but the heartbeats stay away, so that nobody knows whether the picture is current.
 * `missing`: the server answers, but has no such source; it is asked again, since sources come and go.
 * `lost` (the server lost its source) and `paused` are words of the server: the connection itself is fine.
 *
 * @typedef {"connecting" | "live" | "stale" | "reconnecting" | "missing" | "lost" | "paused" | "unauthorised" | "hidden" | "ended"} LinkStatus
 *
 * What the page shows; `past`: the canvas shows a recorded picture, whatever the link is like.
 * @typedef {LinkStatus | "past"} Status
 *
 * @typedef {Object} Link
 * @property {LinkStatus} status
 * @property {string} detail    for people: why; empty when there is nothing to add
 * @property {number | null} retryAt  when the next attempt starts, by the clock of whoever sent `failed`
 * @property {number} failures  in a row; back to 0 with `settled`
 * @property {boolean} current  the canvas shows what the server has
 * @property {boolean} silent   the server has not been heard for longer than it promised
 * @property {"live" | "lost" | "paused"} source
 * @property {string} sourceText  the server's words about its source
 *
 * @typedef {{ type: "connect" }
 *   | { type: "current" }
 *   | { type: "source", state: "live" | "lost" | "paused", text: string }
 *   | { type: "silent" }
 *   | { type: "heard" }
 *   | { type: "settled" }
 *   | { type: "failed", detail: string, retryAt: number, missing?: boolean }
 *   | { type: "anew" }
 *   | { type: "refused", detail: string }
 *   | { type: "ended", detail: string }
 *   | { type: "hide" }
 *   | { type: "show" }} LinkEvent
 */

/** @type {Readonly<Link>} */
export const initialLink = Object.freeze({
  status: "connecting",
  detail: "",
  retryAt: null,
  failures: 0,
  current: false,
  silent: false,
  source: "live",
  sourceText: "",
});

/** Only a person (or a new token) gets the link out of these. */
const STOPPED = new Set(["unauthorised", "ended"]);

/**
 * The link after `event`. Events that make no sense in the present state (a late word from a transport that
 * was closed) change nothing: the same object comes back.
 *
 * @param {Readonly<Link>} link
 * @param {LinkEvent} event
 * @returns {Readonly<Link>}
 */
export function nextLink(link, event) {
  switch (event.type) {
    case "connect":
      if (link.status === "hidden") return link;
      if (STOPPED.has(link.status)) return initialLink;
      return {
        ...unconnected(link),
        // While attempts fail, the word stays: no flicker, and one announcement.
        status: link.failures === 0
          ? "connecting"
          : link.status === "missing"
          ? "missing"
          : "reconnecting",
        detail: link.failures > 0 ? link.detail : "",
      };
    case "current":
      return isOpen(link) ? shown({ ...link, current: true }) : link;
    case "source":
      return isOpen(link) ? shown({ ...link, source: event.state, sourceText: event.text }) : link;
    case "silent":
      return link.current ? shown({ ...link, silent: true }) : link;
    case "heard":
      return link.silent ? shown({ ...link, silent: false }) : link;
    case "settled":
      return link.failures === 0 ? link : { ...link, failures: 0 };
    case "failed":
      if (!isOpen(link)) return link;
      return {
        ...unconnected(link),
        status: event.missing ? "missing" : "reconnecting",
        detail: event.detail,
        retryAt: event.retryAt,
        failures: link.failures + 1,
      };
    case "anew":
      return isOpen(link) ? initialLink : link;
    case "refused":
      return { ...initialLink, status: "unauthorised", detail: event.detail };
    case "ended":
      return { ...initialLink, status: "ended", detail: event.detail };
    case "hide":
      return isOpen(link) ? { ...initialLink, status: "hidden" } : link;
    case "show":
      return link.status === "hidden" ? initialLink : link;
  }
}

/** @param {Readonly<Link>} link */
function isOpen(link) {
  return link.status !== "hidden" && !STOPPED.has(link.status);
}

/**
 * @param {Readonly<Link>} link
 * @returns {Link}
 */
function unconnected(link) {
  return { ...link, retryAt: null, current: false, silent: false, source: "live", sourceText: "" };
}

/**
 * The status that follows from what the server said about its source and from whether the canvas is current.
 *
 * @param {Link} link
 * @returns {Link}
 */
function shown(link) {
  if (link.current && link.silent) return { ...link, status: "stale", detail: "", retryAt: null };
  if (link.source !== "live") {
    return { ...link, status: link.source, detail: link.sourceText, retryAt: null };
  }
  // Neither current nor told anything bad: still on the way there.
  if (!link.current) {
    const status = link.failures > 0 ? "reconnecting" : "connecting";
    return { ...link, status, detail: "", retryAt: null };
  }
  return { ...link, status: "live", detail: "", retryAt: null };
}
