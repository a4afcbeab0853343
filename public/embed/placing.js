/**
 * Where the picture stands in its box, as CSS `object-fit` places it; for what is drawn over it.
 *
 * @typedef {import("../ui/geometry.js").Size} Size
 * @typedef {"contain" | "cover" | "actual"} Fit
 */

/** @type {readonly Fit[]} */
const FITS = ["contain", "cover", "actual"];

/**
 * @param {string | null} text
 * @returns {Fit} `contain` for what is none
 */
export function readFit(text) {
  return FITS.find((fit) => fit === text) ?? "contain";
}

/**
 * @param {Size} box    CSS pixels
 * @param {Size} frame  frame pixels
 * @param {Fit} fit     `actual`: the box is as large as the frame, at whatever scale
 * @returns {{ scale: number, x: number, y: number }} CSS pixels for a frame pixel; the frame's corner in the box
 */
export function place(box, frame, fit) {
  const across = box.width / frame.width;
  const down = box.height / frame.height;
  const scale = fit === "cover" ? Math.max(across, down) : Math.min(across, down);
  return {
    scale,
    x: (box.width - frame.width * scale) / 2,
    y: (box.height - frame.height * scale) / 2,
  };
}
