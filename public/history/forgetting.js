/**
 * Deletes pictures for good, having asked what and made sure.
 *
 * @typedef {Object} ForgettingOptions
 * @property {import("../ui/api.js").ApiOptions} api
 * @property {import("./deck.js").Deck} deck
 * @property {import("./archive_view.js").ArchiveView} archive
 * @property {import("../sources/choice.js").SourceChoice} sources
 * @property {import("./strip_view.js").StripView} strip
 * @property {import("./box_bar.js").BoxBar} box
 * @property {import("./upkeep.js").Upkeep} upkeep
 * @property {() => number} now   the server's clock, ms since the Unix epoch
 */
import { forgetElements } from "./elements.js";
import { ForgetDialog } from "./forget_dialog.js";
import { forget } from "./requests.js";

export class Forgetting {
  /** @type {ForgettingOptions} */
  #options;
  #dialog = new ForgetDialog(forgetElements(), (what) => this.#forget(what));

  /** @param {ForgettingOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** Opens the dialog. */
  ask() {
    const { sources, strip, box, now } = this.#options;
    this.#dialog.open({
      source: sources.label,
      now: now(),
      range: strip.range,
      rect: box.rect,
    });
  }

  /**
   * @param {import("./forget_dialog.js").Forgotten} what
   * @returns {Promise<string | null>} null: done; text: why not
   */
  async #forget(what) {
    const { api, deck, archive, box, upkeep } = this.#options;
    const answer = await forget(deck.source, what, api);
    if ("ok" in answer) return answer.detail;
    await archive.readOverview();
    // Brings the new version, with which the picture is fetched anew.
    await upkeep.readActivity();
    if (box.rect) box.mark(box.rect);
    return null;
  }
}
