/**
 * Everything with which somebody chooses what the page shows: the list of sources, the wall, and what administrators
 * switch. Puts the parts together.
 *
 * @typedef {Object} ChooserOptions
 * @property {import("../ui/api.js").ApiOptions} api
 * @property {HTMLElement} root   `<html>`
 * @property {HTMLElement} stage
 * @property {import("../ui/view.js").View} view
 * @property {import("../ui/overlay.js").Overlay} overlay
 * @property {() => number} now   the server's clock, ms since the Unix epoch
 * @property {() => boolean} isAdmin
 * @property {(id: string | null) => void} watch  has the engine watch a source; null: the server's own
 * @property {() => void} opened   the chosen one was not there, and is now
 * @property {() => void} changed  another one is chosen, or more is known
 * @property {() => void} picked   somebody picked one on the page
 */
import { byId, targetBarElements } from "../ui/elements.js";
import { Wall } from "../wall/wall.js";
import { SourceChoice } from "./choice.js";
import { SourceList } from "./list.js";
import { readSources } from "./requests.js";
import { TargetBar } from "./target_bar.js";

export class Chooser {
  /** What is chosen, and what there is. @type {SourceChoice} */
  choice;
  /** @type {Wall} */
  #wall;
  /** @type {TargetBar} */
  #targets;

  /** @param {ChooserOptions} options */
  constructor(options) {
    const { api, root, stage, view, overlay, now, isAdmin, watch, opened } = options;
    /** @param {string} id */
    const pick = (id) => {
      this.choice.use(id);
      options.picked();
    };
    this.choice = new SourceChoice({
      base: api.base,
      read: () => readSources(api),
      list: new SourceList(byId("sources", HTMLElement), pick),
      now,
      watch,
      opened,
      changed: () => {
        this.#wall.sourcesChanged();
        this.#targets.show();
        options.changed();
      },
    });
    this.#wall = new Wall({
      api,
      root,
      stage,
      list: byId("wall", HTMLElement),
      view,
      chosen: () => this.choice.chosen,
      go: pick,
    });
    this.#targets = new TargetBar(targetBarElements(), {
      api,
      stage,
      view,
      overlay,
      source: () => this.choice.chosenOpen,
      isAdmin,
      refresh: () => this.choice.refreshAnew(),
    });
  }

  /** The picture is elsewhere on the stage, or has another size. */
  placed() {
    this.#wall.place();
  }

  /** Somebody else is let in. */
  roleChanged() {
    this.#targets.show();
  }

  /**
   * Asks anew what has become old; call it every second that somebody can see the page.
   *
   * @param {number} steadyMs  a clock that never jumps
   */
  tick(steadyMs) {
    this.choice.tick(steadyMs);
    this.#wall.tick(steadyMs);
  }

  /** Escape was pressed, and meant nothing to anybody else. */
  escape() {
    if (this.#targets.picking) this.#targets.escape();
    else this.#wall.escape();
  }
}
