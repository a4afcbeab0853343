/**
 * What is known of the picture on the page: kept for the statistics, and written to `<html data-…>` for scripts
 * that drive the page.
 *
 *     data-seq         last update painted
 *     data-inexact     64×64 places that are not exact yet
 *     data-stale       present while nobody knows whether the picture is current
 *     data-checked     comparisons with the server that found the canvas exact
 *     data-mismatches  those that did not
 *     data-healed      times that a wrong canvas was put right
 *
 * @typedef {import("../engine/canvas_check.js").CheckReport} CheckReport
 * @typedef {import("../engine/messages.js").Status} Status
 */

/** With these the server says itself how old the picture is, or none is shown. @type {ReadonlySet<Status>} */
const CURRENT = new Set(/** @type {const} */ (["live", "lost", "paused", "past", "missing"]));

export class Facts {
  /** @type {HTMLElement} */
  #root;
  /** Last update painted. @type {number | null} */
  seq = null;
  /** Places of the picture that are not exact yet. */
  inexactTiles = 0;
  /** Transport and where the engine runs. */
  path = "";
  /** A recorded picture is shown. */
  past = false;
  /** The last comparison, and when it was by `performance.now()`. @type {{ report: CheckReport, at: number } | null} */
  check = null;

  /** @param {HTMLElement} root  `<html>` */
  constructor(root) {
    this.#root = root;
  }

  /** As the statistics want it. */
  get forStats() {
    const { seq, inexactTiles, path, past, check } = this;
    return { seq, inexactTiles, path, past, check, now: performance.now() };
  }

  /** @param {number} seq */
  painted(seq) {
    this.seq = seq;
    this.#root.dataset.seq = String(seq);
  }

  /** @param {number} tiles */
  inexact(tiles) {
    this.inexactTiles = tiles;
    this.#root.dataset.inexact = String(tiles);
  }

  /** @param {CheckReport} report */
  checked(report) {
    this.check = { report, at: performance.now() };
    const { dataset } = this.#root;
    dataset.checked = String(report.exact);
    dataset.mismatches = String(report.mismatches);
    dataset.healed = String(report.healed);
  }

  /**
   * @param {Status} status
   * @param {boolean} hasPicture  there is something on the canvas
   */
  status(status, hasPicture) {
    this.past = status === "past";
    this.#root.toggleAttribute("data-stale", hasPicture && !CURRENT.has(status));
  }
}
