/**
 * Where the frame stands in the viewport, as pure arithmetic. Units: "frame pixels" are the captured
 * screen's; "CSS pixels" the page's; "device pixels" the display's (CSS pixels × devicePixelRatio). Sharpness is
 * decided by device pixels: scale × dpr = 1 shows each frame pixel as exactly one device pixel.
 *
 * @typedef {{ width: number, height: number }} Size
 * @typedef {{ x: number, y: number }} Point
 *
 * @typedef {Object} Viewport
 * @property {number} left    of the viewport's corner in the window, CSS pixels
 * @property {number} top
 * @property {number} width   CSS pixels
 * @property {number} height
 * @property {number} dpr     device pixels per CSS pixel
 *
 * @typedef {Object} Placement
 * @property {number} scale   CSS pixels per frame pixel
 * @property {number} x       the frame's corner, CSS pixels from the viewport's
 * @property {number} y
 */

/** Zoom stops, in percent of 1:1 in device pixels. */
export const ZOOM_STOPS = [10, 25, 33, 50, 67, 75, 100, 125, 150, 200, 300, 400, 600, 800, 1600];
/** `fit` prefers sharp pixels to filling the last bit: up to this share smaller than would fit. */
const SNAP = 0.12;
/** Two scales closer than this are the same one. */
const EPSILON = 1e-6;

/**
 * The largest scale at which the whole frame is visible. When the frame is enlarged, a whole number of
 * device pixels per frame pixel is preferred where little room is lost by it.
 *
 * @param {Size} frame
 * @param {Viewport} viewport
 * @returns {number} CSS pixels per frame pixel
 */
export function fitScale(frame, viewport) {
  const fit = Math.min(viewport.width / frame.width, viewport.height / frame.height);
  const device = fit * viewport.dpr;
  const sharp = Math.floor(device + EPSILON);
  return sharp >= 1 && sharp >= device * (1 - SNAP) ? sharp / viewport.dpr : fit;
}

/**
 * The scale at which one frame pixel is one device pixel.
 *
 * @param {Viewport} viewport
 * @returns {number} CSS pixels per frame pixel
 */
export function actualScale(viewport) {
  return 1 / viewport.dpr;
}

/**
 * The nearest zoom stop above or below a scale.
 *
 * @param {number} scale  CSS pixels per frame pixel
 * @param {1 | -1} direction
 * @param {number} dpr
 * @returns {number} CSS pixels per frame pixel
 */
export function nextStop(scale, direction, dpr) {
  const percent = scale * dpr * 100;
  const stop = direction > 0
    ? ZOOM_STOPS.find((candidate) => candidate > percent * (1 + EPSILON))
    : ZOOM_STOPS.findLast((candidate) => candidate < percent * (1 - EPSILON));
  return stop === undefined ? clampScale(scale, dpr) : stop / 100 / dpr;
}

/**
 * @param {number} scale  CSS pixels per frame pixel
 * @param {number} dpr
 * @returns {number} within the first and the last zoom stop
 */
export function clampScale(scale, dpr) {
  const least = ZOOM_STOPS[0] / 100 / dpr;
  const most = ZOOM_STOPS[ZOOM_STOPS.length - 1] / 100 / dpr;
  return Math.min(Math.max(scale, least), most);
}

/**
 * The placement with another scale that leaves the frame's point under `anchor` where it is.
 *
 * @param {Placement} placement
 * @param {number} scale
 * @param {Point} anchor  CSS pixels from the viewport's corner
 * @returns {Placement} not yet settled: see `settle`
 */
export function zoomAt(placement, scale, anchor) {
  const ratio = scale / placement.scale;
  return {
    scale,
    x: anchor.x - (anchor.x - placement.x) * ratio,
    y: anchor.y - (anchor.y - placement.y) * ratio,
  };
}

/**
 * Makes a placement a good one: centred along an axis with room to spare, without a gap along the
 * other, and with its corner on a device pixel (between two of them everything would be blurred).
 *
 * @param {Placement} placement
 * @param {Size} frame
 * @param {Viewport} viewport
 * @returns {Placement}
 */
export function settle({ scale, x, y }, frame, viewport) {
  return {
    scale,
    x: settleAxis(x, frame.width * scale, viewport.width, viewport.left, viewport.dpr),
    y: settleAxis(y, frame.height * scale, viewport.height, viewport.top, viewport.dpr),
  };
}

/**
 * @param {number} offset
 * @param {number} length  of the scaled frame
 * @param {number} room    of the viewport
 * @param {number} origin  of the viewport in the window
 * @param {number} dpr
 */
function settleAxis(offset, length, room, origin, dpr) {
  const wanted = length <= room + EPSILON
    ? (room - length) / 2
    : Math.min(0, Math.max(room - length, offset));
  return Math.round((origin + wanted) * dpr) / dpr - origin;
}

/**
 * Can the frame be moved at this scale?
 *
 * @param {Placement} placement
 * @param {Size} frame
 * @param {Viewport} viewport
 */
export function overflows({ scale }, frame, viewport) {
  // Half a device pixel of rounding is no reason to pan.
  const slack = 0.5 / viewport.dpr;
  return frame.width * scale > viewport.width + slack ||
    frame.height * scale > viewport.height + slack;
}

/**
 * How the browser should resample. Whole multiples must stay hard-edged, large ones too (nobody sees that
 * some pixels are one wider); shrinking and slight enlarging need smoothing, else text loses strokes.
 *
 * @param {number} scale
 * @param {number} dpr
 * @returns {"pixelated" | "auto"} a value of CSS `image-rendering`
 */
export function rendering(scale, dpr) {
  const device = scale * dpr;
  const whole = Math.round(device);
  return device >= 2 || (whole >= 1 && Math.abs(device - whole) < 0.01) ? "pixelated" : "auto";
}

/**
 * @param {number} scale
 * @param {number} dpr
 * @returns {string} `100%` at 1:1 in device pixels
 */
export function percentText(scale, dpr) {
  return `${Math.round(scale * dpr * 100)}%`;
}
