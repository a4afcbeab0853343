/**
 * What the engine tells, passed on to the part of the page that shows it.
 *
 * @typedef {import("../engine/messages.js").EngineEvent} EngineEvent
 * @typedef {Extract<EngineEvent, { type: "status" }>} StatusEvent
 *
 * @typedef {Object} PageParts
 * @property {HTMLElement} screen
 * @property {HTMLElement} sourceName
 * @property {import("./view.js").View} view
 * @property {import("./overlay.js").Overlay} overlay
 * @property {import("./facts.js").Facts} facts
 * @property {import("./prefs.js").Prefs} prefs
 * @property {import("./stats.js").StatsView} statsView
 * @property {import("./sign_in.js").SignIn} signIn
 * @property {import("../history/timeline.js").Timeline} timeline
 * @property {(event: StatusEvent) => void} status
 * @property {(detail: string) => void} ended  the engine can go on no more
 */

/**
 * @param {EngineEvent} event
 * @param {PageParts} parts
 */
export function passOn(event, parts) {
  const { screen, sourceName, view, overlay, facts, prefs, statsView, signIn, timeline } = parts;
  switch (event.type) {
    case "status":
      return parts.status(event);
    case "source":
      sourceName.textContent = event.name;
      document.title = event.name === "" ? "Patchcast" : `${event.name} – Patchcast`;
      return;
    case "size":
      nameSize(screen, event);
      return view.setFrame(event);
    case "moment":
      nameSize(screen, event);
      view.setFrame(event);
      return timeline.receive(event);
    case "pastFault":
      if (event.status === 401) signIn.show({ cancelable: true });
      return timeline.receive(event);
    case "played":
    case "playState":
    case "playEnd":
      return timeline.receive(event);
    case "changedWhileAway":
      return overlay.addChangedWhileAway(event.rects);
    case "losses":
      facts.inexact(event.rects.length);
      return overlay.setLosses(event.rects);
    case "painted":
      facts.painted(event.seq);
      if (prefs.outlines) overlay.addOutlines(event.rects);
      return;
    case "check":
      return facts.checked(event.report);
    case "cursor":
      return overlay.setCursor(event);
    case "stats":
      return statsView.show(event.stats, {
        ...facts.forStats,
        frame: view.frame,
        zoom: view.percent,
      });
    case "fault":
      return parts.ended(`The page cannot draw: ${event.text}`);
  }
}

/**
 * @param {HTMLElement} screen
 * @param {{ width: number, height: number }} size
 */
function nameSize(screen, { width, height }) {
  const name = `The screen being watched, ${width} by ${height}`;
  if (screen.getAttribute("aria-label") !== name) screen.setAttribute("aria-label", name);
}
