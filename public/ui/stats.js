/**
 * The numbers over the picture.
 *
 * @typedef {import("../engine/messages.js").Stats} Stats
 *
 * @typedef {Object} StatsContext
 * @property {number | null} seq
 * @property {{ width: number, height: number } | null} frame
 * @property {string} zoom
 * @property {{ report: import("../engine/canvas_check.js").CheckReport, at: number } | null} check  the last
 *   comparison of the canvas with the server's word, and when it was; null: none yet
 * @property {number} now  by the same clock as `at`, ms
 * @property {number} inexactTiles  64×64 places that were sent with losses and are not repaired yet
 * @property {string} path  transport and where the engine runs
 * @property {boolean} past  a recorded picture is shown: the stream's numbers are not about it
 */
import { agoText } from "./ago.js";

/**
 * @param {number} bytesPerSecond
 * @returns {string} in kB/s or MB/s, of 1000 bytes
 */
export function rateText(bytesPerSecond) {
  if (bytesPerSecond >= 999_500) return `${(bytesPerSecond / 1e6).toFixed(1)} MB/s`;
  const kilobytes = bytesPerSecond / 1000;
  return `${kilobytes.toFixed(kilobytes < 99.95 ? 1 : 0)} kB/s`;
}

/**
 * @param {number | null} lagMs  capture to paint
 * @returns {string} whole milliseconds; a dash when nothing can be said
 */
export function latencyText(lagMs) {
  return lagMs === null ? "–" : `${Math.max(0, Math.round(lagMs))} ms`;
}

/**
 * @param {StatsContext["check"]} check
 * @param {number} now
 * @returns {string} when it was and what came out
 */
export function checkText(check, now) {
  if (check === null) return "not yet";
  const { result, wrong } = check.report;
  const when = agoText(now - check.at);
  if (result === "differs") {
    return `${when}, ${wrong} ${wrong === 1 ? "tile differs" : "tiles differ"}`;
  }
  return result === "exact" ? `${when}, exact` : `${when}, exact as decoded`;
}

/**
 * @param {number} perSecond
 * @returns {string}
 */
export function perSecondText(perSecond) {
  return perSecond < 9.95 ? perSecond.toFixed(1) : String(Math.round(perSecond));
}

/**
 * What the panel shows: label, value, and what exactly was measured.
 *
 * @param {Stats} stats
 * @param {StatsContext} context
 * @returns {{ key: string, label: string, value: string, hint: string }[]}
 */
export function statsRows(stats, { seq, frame, zoom, check, now, inexactTiles, path, past }) {
  const shown = shownRows(frame, zoom, path);
  if (past) return Object.values(shown);
  const healed = check?.report.healed ?? 0;
  const mismatches = check?.report.mismatches ?? 0;
  return [
    {
      key: "fps",
      label: "Updates",
      value: `${perSecondText(stats.updatesPerSecond)} fps`,
      hint: "Updates a second; a still screen sends none",
    },
    {
      key: "bytes",
      label: stats.compressed ? "Received" : "Unpacked",
      value: rateText(stats.bytesPerSecond),
      hint: stats.compressed
        ? "Bytes as they came over the wire"
        : "Bytes after the browser undid the compression: the wire carried fewer",
    },
    {
      key: "latency",
      label: "Latency",
      value: latencyText(stats.lagMs),
      hint: "From capture to paint, median of the last two seconds",
    },
    ...stats.roundTripMs === null ? [] : [{
      key: "roundtrip",
      label: "Round trip",
      value: latencyText(stats.roundTripMs),
      hint: "From here to the server and back, beside the stream, the last time",
    }],
    {
      key: "patches",
      label: "Patches",
      value: `${perSecondText(stats.patchesPerSecond)} /s`,
      hint: "Changed rectangles a second",
    },
    {
      key: "seq",
      label: "Seq",
      value: seq === null ? "–" : String(seq),
      hint: "Last update painted",
    },
    shown.size,
    {
      key: "exact",
      label: "Pixels",
      value: inexactTiles === 0 ? "exact" : `${inexactTiles} tiles to repair`,
      hint: "Whether every pixel is as captured; moving pictures may lose detail with quality auto",
    },
    {
      key: "checked",
      label: "Checked",
      value: checkText(check, now),
      hint: check?.report.result === "unreadable"
        ? "This browser alters what it lets be read of a canvas, so what was decoded was compared"
        : "When the canvas was last compared with the server's picture, tile by tile",
    },
    ...mismatches === 0 ? [] : [{
      key: "healed",
      label: "Healed",
      value: healed === mismatches ? String(healed) : `${healed} of ${mismatches}`,
      hint: "Times that the canvas was not what it should have been, and was put right",
    }],
    shown.zoom,
    shown.path,
  ];
}

/**
 * What is true of any picture.
 *
 * @param {StatsContext["frame"]} frame
 * @param {string} zoom
 * @param {string} path
 */
function shownRows(frame, zoom, path) {
  const size = frame ? `${frame.width} × ${frame.height}` : "–";
  return {
    size: { key: "size", label: "Size", value: size, hint: "Of the captured screen, in pixels" },
    zoom: { key: "zoom", label: "Zoom", value: zoom, hint: "100% is one pixel on one pixel" },
    path: { key: "path", label: "Path", value: path, hint: "How the picture comes here" },
  };
}

/** Keeps a description list up to date; rebuilds it only where it gets other rows. */
export class StatsView {
  /** @type {HTMLElement} */
  #list;
  /** @type {Map<string, { term: HTMLElement, value: HTMLElement }>} */
  #rows = new Map();
  /** Of the rows, in their order. */
  #keys = "";

  /** @param {HTMLElement} list  a `<dl>` */
  constructor(list) {
    this.#list = list;
  }

  /**
   * @param {Stats} stats
   * @param {StatsContext} context
   */
  show(stats, context) {
    const rows = statsRows(stats, context);
    const keys = rows.map(({ key }) => key).join();
    if (keys !== this.#keys) {
      this.#keys = keys;
      this.#rows.clear();
      this.#list.replaceChildren();
    }
    for (const { key, label, value, hint } of rows) {
      const row = this.#rows.get(key) ?? this.#addRow(key);
      row.term.textContent = label;
      row.value.textContent = value;
      row.value.title = hint;
      row.term.title = hint;
    }
  }

  /** @param {string} key */
  #addRow(key) {
    const term = document.createElement("dt");
    const value = document.createElement("dd");
    value.dataset.stat = key;
    this.#list.append(term, value);
    const row = { term, value };
    this.#rows.set(key, row);
    return row;
  }
}
