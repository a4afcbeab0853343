/**
 * For administrators: switches what is captured of the chosen source's display, live, and which part of it is shown.
 *
 * @typedef {import("../engine/messages.js").Rect} Rect
 * @typedef {import("./targets.js").Choice} Choice
 *
 * @typedef {Object} TargetBarElements
 * @property {HTMLElement} bar
 * @property {HTMLSelectElement} what
 * @property {HTMLButtonElement} part   to drag a rectangle on the picture
 * @property {HTMLButtonElement} whole  back to all of it
 * @property {HTMLElement} note
 *
 * @typedef {Object} TargetBarOptions
 * @property {import("../ui/api.js").ApiOptions} api
 * @property {HTMLElement} stage
 * @property {import("../ui/view.js").View} view
 * @property {import("../ui/overlay.js").Overlay} overlay
 * @property {() => { id: string, choice: Choice | null } | undefined} source  the chosen one; `undefined`: it is not open
 * @property {() => boolean} isAdmin
 * @property {() => Promise<void>} refresh  asks what there is, after any question under way
 */
import { BoxPicker } from "../history/box.js";
import { readSettings } from "../ui/api.js";
import { regionOf, selectTarget } from "./targets.js";

const DRAG_NOTE = "Drag a rectangle on the picture.";

export class TargetBar {
  /** @type {TargetBarElements} */
  #elements;
  /** @type {TargetBarOptions} */
  #options;
  /** @type {BoxPicker} */
  #picker;
  /** What the list was made from. */
  #listed = "";
  /** Id of the source that the bar is about. */
  #source = "";
  #busy = false;

  /**
   * @param {TargetBarElements} elements
   * @param {TargetBarOptions} options
   */
  constructor(elements, options) {
    this.#elements = elements;
    this.#options = options;
    this.#picker = new BoxPicker(
      options.stage,
      options.view,
      (rect, done) => this.#drawn(rect, done),
    );
    const { what, part, whole } = elements;
    what.addEventListener("change", () => {
      const chosen = this.#options.source();
      const wish = chosen?.choice?.options[what.selectedIndex]?.target;
      if (chosen && wish) this.#select(chosen.id, wish);
    });
    // Windows come and go: whoever opens the list sees those there are.
    what.addEventListener("pointerdown", () => this.#options.refresh());
    part.addEventListener("click", () => this.#pick(!this.#picker.active));
    whole.addEventListener("click", () => this.#select(this.#source, { region: null }));
  }

  /** A rectangle is about to be dragged. */
  get picking() {
    return this.#picker.active;
  }

  /** The source, what is known of it or the role is another one. */
  show() {
    const { bar, what, part, whole } = this.#elements;
    const { source, isAdmin } = this.#options;
    const chosen = source();
    const choice = isAdmin() ? chosen?.choice ?? null : null;
    bar.hidden = choice === null;
    const id = chosen?.id ?? "";
    if (id !== this.#source) {
      this.#source = id;
      // A rectangle would be one of the other source's picture.
      this.#pick(false);
      this.#say("");
    }
    if (choice === null || this.#busy) this.#pick(false);
    if (!choice) return;
    const texts = JSON.stringify(choice.options);
    if (texts !== this.#listed) {
      this.#listed = texts;
      what.replaceChildren(...grouped(choice.options));
    }
    what.selectedIndex = choice.chosen;
    what.title = choice.options[choice.chosen]?.text ?? "";
    whole.hidden = choice.region === null;
    for (const control of [what, part, whole]) control.disabled = this.#busy;
  }

  /** Escape was pressed. */
  escape() {
    this.#pick(false);
  }

  /** @param {boolean} on  the next drag draws a rectangle */
  #pick(on) {
    const { part } = this.#elements;
    if (on === this.picking) return;
    this.#picker.active = on;
    part.setAttribute("aria-pressed", String(on));
    this.#options.overlay.setBox(null);
    this.#say(on ? DRAG_NOTE : "");
  }

  /**
   * @param {Rect | null} rect  in frame pixels; null: it is too small
   * @param {boolean} done
   */
  #drawn(rect, done) {
    const { api, overlay, source } = this.#options;
    overlay.setBox(rect);
    if (!done) return;
    this.#pick(false);
    // What the rectangle was drawn on: another source may be chosen before the server answers.
    const chosen = source();
    if (!rect || !chosen) return;
    const { id, choice } = chosen;
    this.#change(id, async () => {
      const settings = await readSettings({ ...api, source: id });
      if (!settings.ok) return settings.detail;
      if (source()?.id !== id) return null;
      const scale = typeof settings.body.scale === "number" ? settings.body.scale : 1;
      return selectTarget(id, { region: regionOf(rect, choice?.region ?? null, scale) }, api);
    });
  }

  /**
   * @param {string} id  of the source
   * @param {Parameters<typeof selectTarget>[1]} wish
   */
  #select(id, wish) {
    this.#change(id, () => selectTarget(id, wish, this.#options.api));
  }

  /**
   * One change at a time; the controls wait.
   *
   * @param {string} id  of the source
   * @param {() => Promise<string | null>} change  why not; null: done, or given up
   */
  async #change(id, change) {
    this.#busy = true;
    this.show();
    const problem = await change();
    await this.#options.refresh();
    this.#busy = false;
    this.show();
    if (this.#source === id) this.#say(problem ?? "");
  }

  /** @param {string} text */
  #say(text) {
    const { note } = this.#elements;
    if (note.textContent !== text) note.textContent = text;
  }
}

const GROUPS = /** @type {const} */ ([["monitor", "Monitors"], ["window", "Windows"]]);

/**
 * @param {import("./targets.js").Option[]} options
 * @returns {HTMLElement[]} in the order of `options`: what lies beside its group, since it is away, comes last
 */
function grouped(options) {
  /** @type {HTMLElement[]} */
  const nodes = [];
  /** @type {HTMLOptGroupElement | null} */
  let group = null;
  for (const { text, kind } of options) {
    const option = document.createElement("option");
    option.textContent = text;
    const label = GROUPS.find(([name]) => name === kind)?.[1];
    if (!label) {
      group = null;
      nodes.push(option);
      continue;
    }
    if (group?.label !== label) {
      group = document.createElement("optgroup");
      group.label = label;
      nodes.push(group);
    }
    group.append(option);
  }
  return nodes;
}
