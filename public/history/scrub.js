/**
 * Mouse, touch and wheel on the strip: one pointer scrubs, two fingers and the wheel zoom and move.
 *
 * @typedef {Object} ScrubHandlers
 * @property {(x: number) => void} begin  pixels from the strip's left border
 * @property {(x: number) => void} move
 * @property {(x: number) => void} end
 * @property {() => void} cancel
 * @property {(x: number, touch: boolean) => void} hover
 * @property {() => void} leave
 * @property {(factor: number, x: number) => void} zoom  factor below 1: shows less
 * @property {(pixels: number) => void} pan  above 0: towards now
 */

/** A wheel notch reports about 100 pixels; this makes it a factor of about 1.3. */
const WHEEL_ZOOM_PER_PIXEL = 0.0026;
/** Pixels of a line and of a page, for wheels that count in those. */
const WHEEL_UNITS = [1, 16, 400];
const MAX_WHEEL_PIXELS = 280;

/**
 * Listens for the life of the page.
 *
 * @param {HTMLElement} element
 * @param {ScrubHandlers} handlers
 */
export function bindScrub(element, handlers) {
  /** Pointers that are down, where each is. @type {Map<number, number>} */
  const down = new Map();
  let scrubbing = false;

  /** @param {MouseEvent} event */
  function place({ clientX }) {
    return clientX - element.getBoundingClientRect().left;
  }

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || down.size >= 2) return;
    const x = place(event);
    down.set(event.pointerId, x);
    element.setPointerCapture(event.pointerId);
    if (down.size === 1) {
      scrubbing = true;
      handlers.begin(x);
    } else if (scrubbing) {
      scrubbing = false;
      handlers.cancel();
    }
  });

  element.addEventListener("pointermove", (event) => {
    const x = place(event);
    const before = down.get(event.pointerId);
    if (before === undefined) return handlers.hover(x, event.pointerType === "touch");
    down.set(event.pointerId, x);
    if (scrubbing) return handlers.move(x);
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    if (other === undefined) return;
    const factor = Math.max(8, Math.abs(before - other)) / Math.max(8, Math.abs(x - other));
    handlers.zoom(factor, (x + other) / 2);
    handlers.pan((before - x) / 2);
  });

  /** @param {PointerEvent} event */
  function release(event) {
    if (!down.delete(event.pointerId)) return;
    if (!scrubbing) return;
    scrubbing = false;
    handlers.end(place(event));
  }
  element.addEventListener("pointerup", release);
  element.addEventListener("pointercancel", release);
  element.addEventListener("lostpointercapture", release);
  element.addEventListener("pointerleave", () => handlers.leave());

  element.addEventListener("wheel", (event) => {
    event.preventDefault();
    const unit = WHEEL_UNITS[event.deltaMode] ?? 1;
    const sideways = event.deltaX !== 0 || event.shiftKey;
    if (sideways) return handlers.pan((event.deltaX || event.deltaY) * unit);
    const pixels = Math.max(-MAX_WHEEL_PIXELS, Math.min(MAX_WHEEL_PIXELS, event.deltaY * unit));
    handlers.zoom(Math.exp(pixels * WHEEL_ZOOM_PER_PIXEL), place(event));
  }, { passive: false });
}
