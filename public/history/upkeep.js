/**
 * Keeps what the page knows of the archive as new as somebody who looks needs it.
 *
 * @typedef {Object} UpkeepOptions
 * @property {import("./archive_view.js").ArchiveView} archive
 * @property {import("./strip_view.js").StripView} strip
 * @property {() => number} now   the server's clock, ms since the Unix epoch
 * @property {() => boolean} grows  the source is being recorded
 */

/** Activity is asked for this often while time goes on, and the overview this often, ms. */
const ACTIVITY_MS = 5000;
const OVERVIEW_MS = 30_000;

export class Upkeep {
  /** @type {UpkeepOptions} */
  #options;
  #activityAt = 0;
  #overviewAt = 0;

  /** @param {UpkeepOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** Asks anew what has become old; call it every second. */
  tick() {
    const { archive, now, grows } = this.#options;
    const time = now();
    if (grows() && time - this.#activityAt >= ACTIVITY_MS) this.readActivity();
    if (time - this.#overviewAt < OVERVIEW_MS) return;
    this.#overviewAt = time;
    archive.readOverview();
  }

  /** Of what the strip shows. */
  readActivity() {
    const { archive, strip, now } = this.#options;
    this.#activityAt = now();
    return archive.readActivity(strip.range, strip.width);
  }

  /** The same, once the strip has come to rest. */
  readActivitySoon() {
    const { archive, strip, now } = this.#options;
    this.#activityAt = now();
    archive.readActivitySoon(strip.range, strip.width);
  }
}
