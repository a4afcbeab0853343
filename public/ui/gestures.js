/**
 * Mouse, touch and wheel on the stage: drag and scroll move the picture, Ctrl+wheel and two fingers zoom.
 *
 * @typedef {import("./view.js").View} View
 */

/** A wheel notch reports about 100 pixels; this makes it a step of about 20 %. */
const WHEEL_ZOOM_PER_PIXEL = 0.0018;
/** Pixels of a line and of a page, for wheels that count in those. */
const WHEEL_UNITS = [1, 16, 400];
/** One wheel event never zooms by more than a factor of e^0.5. */
const MAX_WHEEL_PIXELS = 280;

/**
 * Listens for the life of the page.
 *
 * @param {HTMLElement} stage
 * @param {View} view
 */
export function bindGestures(stage, view) {
  /** Pointers that are down, newest place of each. @type {Map<number, { x: number, y: number }>} */
  const down = new Map();

  stage.addEventListener("wheel", (event) => {
    const unit = WHEEL_UNITS[event.deltaMode] ?? 1;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const pixels = Math.max(-MAX_WHEEL_PIXELS, Math.min(MAX_WHEEL_PIXELS, event.deltaY * unit));
      view.zoomBy(Math.exp(-pixels * WHEEL_ZOOM_PER_PIXEL), { x: event.clientX, y: event.clientY });
    } else if (view.movable) {
      event.preventDefault();
      const sideways = event.shiftKey && event.deltaX === 0;
      const dx = sideways ? event.deltaY : event.deltaX;
      const dy = sideways ? 0 : event.deltaY;
      view.pan(-dx * unit, -dy * unit);
    }
  }, { passive: false });

  stage.addEventListener("pointerdown", (event) => {
    // Buttons and text on the stage keep their own behaviour.
    if (event.button !== 0 || !isPicture(event.target, stage) || down.size >= 2) return;
    down.set(event.pointerId, { x: event.clientX, y: event.clientY });
    stage.setPointerCapture(event.pointerId);
    stage.classList.toggle("dragging", view.movable);
  });

  stage.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    down.set(event.pointerId, now);
    if (!other) {
      if (view.movable) view.pan(now.x - before.x, now.y - before.y);
      return;
    }
    const factor = distance(now, other) / Math.max(1, distance(before, other));
    // Each finger moves half of the middle between them.
    view.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    view.zoomBy(factor, { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
  });

  /** @param {PointerEvent} event */
  function release(event) {
    down.delete(event.pointerId);
    if (down.size === 0) stage.classList.remove("dragging");
  }
  stage.addEventListener("pointerup", release);
  stage.addEventListener("pointercancel", release);
  stage.addEventListener("lostpointercapture", release);
}

/**
 * @param {EventTarget | null} target
 * @param {HTMLElement} stage
 */
function isPicture(target, stage) {
  return target === stage || target instanceof HTMLCanvasElement;
}

/**
 * @param {{ x: number, y: number }} a
 * @param {{ x: number, y: number }} b
 */
function distance(a, b) {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
