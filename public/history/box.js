/**
 * Drawing a rectangle on the picture with the pointer, for "when did this change?".
 *
 * @typedef {import("../engine/messages.js").Rect} Rect
 * @typedef {import("../ui/view.js").View} View
 */

/** A smaller one is a click by mistake, frame pixels. */
const LEAST_SIDE = 3;

export class BoxPicker {
  /** @type {View} */
  #view;
  /** @type {HTMLElement} */
  #stage;
  #active = false;
  /** Where the pointer went down, in frame pixels. @type {{ id: number, x: number, y: number } | null} */
  #start = null;
  /** @type {(rect: Rect | null, done: boolean) => void} */
  #drawn;

  /**
   * @param {HTMLElement} stage
   * @param {View} view
   * @param {(rect: Rect | null, done: boolean) => void} drawn  while it is drawn, and when it is done (null: too small)
   */
  constructor(stage, view, drawn) {
    this.#stage = stage;
    this.#view = view;
    this.#drawn = drawn;
    // Before the gestures that move the picture: those listen to the same events.
    const early = { capture: true };
    stage.addEventListener("pointerdown", (event) => this.#down(event), early);
    stage.addEventListener("pointermove", (event) => this.#move(event), early);
    stage.addEventListener("pointerup", (event) => this.#up(event, true), early);
    stage.addEventListener("pointercancel", (event) => this.#up(event, false), early);
  }

  get active() {
    return this.#active;
  }

  set active(on) {
    this.#active = on;
    this.#start = null;
    this.#stage.classList.toggle("picking", on);
  }

  /** @param {PointerEvent} event */
  #down(event) {
    const onPicture = event.target === this.#stage || event.target instanceof HTMLCanvasElement;
    if (!this.#active || event.button !== 0 || !onPicture || this.#start) return;
    event.stopImmediatePropagation();
    const at = this.#place(event);
    if (!at) return;
    this.#start = { id: event.pointerId, ...at };
    this.#stage.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (event.pointerId !== this.#start?.id) return;
    event.stopImmediatePropagation();
    this.#drawn(this.#rect(event), false);
  }

  /**
   * @param {PointerEvent} event
   * @param {boolean} good
   */
  #up(event, good) {
    if (event.pointerId !== this.#start?.id) return;
    event.stopImmediatePropagation();
    const rect = this.#rect(event);
    this.#start = null;
    const large = rect && rect.w >= LEAST_SIDE && rect.h >= LEAST_SIDE;
    this.#drawn(good && large ? rect : null, true);
  }

  /** @param {PointerEvent} event */
  #rect(event) {
    const start = this.#start;
    const end = this.#place(event);
    if (!start || !end) return null;
    const [left, right] = [Math.min(start.x, end.x), Math.max(start.x, end.x)];
    const [top, bottom] = [Math.min(start.y, end.y), Math.max(start.y, end.y)];
    return { x: left, y: top, w: right - left, h: bottom - top };
  }

  /** @param {PointerEvent} event */
  #place({ clientX, clientY }) {
    const { frame, placement } = this.#view;
    if (!frame) return null;
    const { left, top } = this.#stage.getBoundingClientRect();
    const x = Math.round((clientX - left - placement.x) / placement.scale);
    const y = Math.round((clientY - top - placement.y) / placement.scale);
    return { x: Math.min(Math.max(x, 0), frame.width), y: Math.min(Math.max(y, 0), frame.height) };
  }
}
