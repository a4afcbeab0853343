/**
 * The settings that the control panel offers, and how text in a field becomes a value. Ranges are not
 * repeated here: the server knows them, and says so when it refuses.
 *
 * @typedef {Object} Field
 * @property {string} name   of the setting
 * @property {string} label
 * @property {string} unit
 * @property {string} hint
 * @property {boolean} [advanced]
 * @property {readonly string[]} [choices]  words that the browser offers; others may be typed, and are refused by the server
 */

/** @type {readonly Field[]} */
export const FIELDS = [
  { name: "fps", label: "Frame rate", unit: "fps", hint: "How often the screen is looked at." },
  {
    name: "threshold",
    label: "Threshold",
    unit: "levels",
    hint: "Differences up to this many levels of a colour channel may wait. 0: exact at once.",
  },
  {
    name: "refineAfterMs",
    label: "Refine after",
    unit: "ms",
    hint: "After this long without change, what had to wait is sent, too.",
  },
  {
    name: "quality",
    label: "Quality",
    unit: "",
    hint: "lossless, or auto: video loses detail while it moves and is exact when it stops.",
    choices: ["lossless", "auto"],
  },
  {
    name: "scale",
    label: "Scale",
    unit: "×",
    hint: "1: every pixel. Less: a smaller picture for everybody.",
    advanced: true,
  },
  {
    name: "keyframeIntervalMs",
    label: "Keyframe every",
    unit: "ms",
    hint: "0: only when needed.",
    advanced: true,
  },
  {
    name: "maxPatches",
    label: "Most patches",
    unit: "",
    hint: "An update with more becomes a keyframe.",
    advanced: true,
  },
  {
    name: "refreshRatio",
    label: "Refresh ratio",
    unit: "",
    hint: "An update that changes a larger share of the screen becomes a keyframe.",
    advanced: true,
  },
];

/**
 * A number where the text is one, else the text itself: the server's refusal then quotes what was typed.
 *
 * @param {string} text
 * @returns {number | string | null}
 */
export function fieldValue(text) {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  const number = Number(trimmed.replace(",", "."));
  return Number.isFinite(number) ? number : trimmed;
}

/**
 * What differs from the settings as they are.
 *
 * @param {ReadonlyMap<string, string>} texts  by setting
 * @param {Readonly<Record<string, unknown>>} settings
 * @returns {Record<string, number | string | null>}
 */
export function changedFields(texts, settings) {
  /** @type {Record<string, number | string | null>} */
  const changes = {};
  for (const [name, text] of texts) {
    const value = fieldValue(text);
    if (value !== settings[name]) changes[name] = value;
  }
  return changes;
}
