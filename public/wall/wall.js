/**
 * The wall on the page: its picture is on the canvas like that of any source; this puts the names over it, and
 * leads from a cell to its source and back.
 *
 * @typedef {import("./requests.js").WallPlan} WallPlan
 *
 * @typedef {Object} WallOptions
 * @property {import("../ui/api.js").ApiOptions} api
 * @property {HTMLElement} root   `<html>`; gets `data-wall` while the wall is shown
 * @property {HTMLElement} stage
 * @property {HTMLElement} list   for the names
 * @property {import("../ui/view.js").View} view
 * @property {() => string} chosen  id of the source that is shown
 * @property {(id: string) => void} go  somebody picked a source
 */
import { WALL_ID } from "../sources/requests.js";
import { cellAt } from "./cells.js";
import { WallLabels } from "./labels.js";
import { readWall } from "./requests.js";

/** What lies where is asked this often while somebody looks, ms. */
const READ_MS = 2000;
/** A pointer that moved further meant to move the picture, CSS pixels. */
const CLICK_SLACK = 6;

export class Wall {
  /** @type {WallOptions} */
  #options;
  /** @type {WallLabels} */
  #labels;
  /** What the server said last; null: nothing yet. @type {WallPlan | null} */
  #plan = null;
  #shown = false;
  #readAt = -Infinity;
  #reading = false;
  /** The source that was picked on the wall: Escape leads back from it. @type {string | null} */
  #picked = null;
  /** The source whose cell gets the focus once it is there. @type {string | null} */
  #focusNext = null;
  /** Where the pointer went down. @type {{ x: number, y: number } | null} */
  #down = null;

  /** @param {WallOptions} options */
  constructor(options) {
    this.#options = options;
    this.#labels = new WallLabels(options.list, (id) => this.#pick(id));
    this.#bind(options.stage);
  }

  /** Another source is shown, maybe. */
  sourcesChanged() {
    const { root, chosen } = this.#options;
    const id = chosen();
    if (id !== this.#picked) this.#picked = null;
    const shown = id === WALL_ID;
    if (shown === this.#shown) return;
    this.#shown = shown;
    root.toggleAttribute("data-wall", shown);
    this.#point(null);
    if (shown) this.#read();
    this.#show();
  }

  /** The picture is elsewhere, or another one. */
  place() {
    if (!this.#shown) return;
    const { frame, placement } = this.#options.view;
    this.#labels.place(placement);
    // It was laid out anew: names in wrong places are worse than none.
    if (!this.#fits(frame)) {
      this.#show();
      this.#read();
    }
  }

  /**
   * Asks anew what may have become old; call it every second that somebody can see the page.
   *
   * @param {number} steadyMs  a clock that never jumps
   */
  tick(steadyMs) {
    if (!this.#shown || steadyMs - this.#readAt < READ_MS) return;
    this.#readAt = steadyMs;
    this.#read();
  }

  /** Escape was pressed: back to the wall, from a source that was picked there. */
  escape() {
    const from = this.#picked;
    if (from === null) return;
    this.#focusNext = from;
    this.#options.go(WALL_ID);
  }

  /** @param {string} id */
  #pick(id) {
    this.#options.go(id);
    this.#picked = id;
    this.#options.stage.focus();
  }

  async #read() {
    if (this.#reading) return;
    this.#reading = true;
    const answer = await readWall(this.#options.api);
    this.#reading = false;
    // What was said before still says something; who is not let in any more is told elsewhere.
    if ("ok" in answer) return;
    this.#plan = answer;
    this.#show();
  }

  #show() {
    const { view } = this.#options;
    const visible = this.#shown && this.#fits(view.frame);
    this.#labels.show(visible && this.#plan ? this.#plan.cells : []);
    this.#labels.place(view.placement);
    if (!visible || this.#focusNext === null) return;
    this.#labels.focus(this.#focusNext);
    this.#focusNext = null;
  }

  /** @param {import("../ui/geometry.js").Size | null} frame  @returns {boolean} the plan is of this picture */
  #fits(frame) {
    const plan = this.#plan;
    return plan !== null && frame?.width === plan.width && frame.height === plan.height;
  }

  /** @param {HTMLElement} stage */
  #bind(stage) {
    stage.addEventListener("pointerdown", ({ clientX, clientY }) => {
      this.#down = { x: clientX, y: clientY };
    });
    stage.addEventListener("pointermove", (event) => this.#point(event));
    stage.addEventListener("pointerleave", () => this.#point(null));
    stage.addEventListener("click", (event) => {
      const down = this.#down;
      const { clientX, clientY, target } = event;
      const onPicture = target === stage || target instanceof HTMLCanvasElement;
      if (!onPicture || !down) return;
      if (Math.hypot(clientX - down.x, clientY - down.y) > CLICK_SLACK) return;
      const cell = this.#under(event);
      if (cell) this.#pick(cell.id);
    });
  }

  /** @param {PointerEvent | null} event */
  #point(event) {
    const cell = event && this.#under(event);
    this.#labels.point(cell?.id);
    this.#options.stage.classList.toggle("on-cell", Boolean(cell));
  }

  /** @param {MouseEvent} event */
  #under({ clientX, clientY }) {
    const { frame, placement, viewport } = this.#options.view;
    if (!this.#shown || !this.#plan || !this.#fits(frame)) return undefined;
    return cellAt(this.#plan.cells, {
      x: (clientX - viewport.left - placement.x) / placement.scale,
      y: (clientY - viewport.top - placement.y) / placement.scale,
    });
  }
}
