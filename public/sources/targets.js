/**
 * What of a display can be captured, and what is: as `GET /api/sources` tells administrators, and as
 * `POST /api/sources/{id}/select` wants it. No elements here.
 *
 * @typedef {import("../engine/messages.js").Rect} Rect
 * @typedef {import("../ui/api.js").ApiOptions} ApiOptions
 *
 * What a select asks for. @typedef {{ target: "all" } | { monitor: string } | { window: string }} Target
 *
 * @typedef {Object} Option
 * @property {Target} target
 * @property {string} text   for people
 * @property {"display" | "monitor" | "window"} kind
 *
 * @typedef {Object} Choice
 * @property {Option[]} options    the whole display first
 * @property {number} chosen       index of what is captured
 * @property {Rect | null} region  the part of it that is shown; null: all of it
 */
import { request } from "../ui/api.js";

const MAX_OPTIONS = 500;
const MAX_TEXT = 200;

/**
 * @param {Record<string, unknown>} source  one of the list
 * @returns {Choice | null} null: there is none
 */
export function readChoice({ target, monitors, windows, region }) {
  const now = record(target);
  if (typeof now.kind !== "string") return null;
  /** @type {Option[]} */
  const options = [{ target: { target: "all" }, text: "Whole display", kind: "display" }];
  for (const { name, width, height, primary } of list(monitors)) {
    if (typeof name !== "string" || name === "") continue;
    const text = `${cut(name)}, ${sizeText(width, height)}${primary === true ? ", primary" : ""}`;
    options.push({ target: { monitor: name }, text, kind: "monitor" });
  }
  for (const { id, title, app, width, height } of list(windows)) {
    if (typeof id !== "string" || id === "") continue;
    const name = [title, app, id].find((words) => typeof words === "string" && words !== "");
    const text = `${cut(String(name))}, ${sizeText(width, height)}`;
    options.push({ target: { window: id }, text, kind: "window" });
  }
  const chosen = indexOfTarget(options, now, list(windows));
  return { options, chosen, region: readRect(region) };
}

/**
 * Captures something else. Never rejects.
 *
 * @param {string} source  id
 * @param {(Target | object) & { region?: Rect | null }} wish  a region alone keeps what is captured
 * @param {ApiOptions} options
 * @returns {Promise<string | null>} why not; null: done
 */
export async function selectTarget(source, wish, options) {
  const path = `api/sources/${encodeURIComponent(source)}/select`;
  const answer = await request("POST", path, options, {
    headers: { "content-type": "application/json" },
    body: JSON.stringify(wish),
  });
  if (answer.ok) return null;
  return [...answer.fields.values()][0] ?? answer.detail;
}

/**
 * @param {Rect} rect     of the picture
 * @param {Rect | null} region  what the picture shows of what is captured; null: all of it
 * @param {number} scale  of the picture, above 0, up to 1
 * @returns {Rect} the same place of what is captured
 */
export function regionOf({ x, y, w, h }, region, scale) {
  const [left, top] = [Math.floor(x / scale), Math.floor(y / scale)];
  const right = Math.ceil((x + w) / scale);
  const bottom = Math.ceil((y + h) / scale);
  return {
    x: (region?.x ?? 0) + left,
    y: (region?.y ?? 0) + top,
    w: right - left,
    h: bottom - top,
  };
}

/**
 * The option that is captured; one that is not in the list, since it is away now, is put there.
 *
 * @param {Option[]} options
 * @param {Record<string, unknown>} now  the target, as the server tells it
 * @param {Record<string, unknown>[]} windows
 */
function indexOfTarget(options, now, windows) {
  const away = (/** @type {Option} */ option) => options.push(option) - 1;
  switch (now.kind) {
    case "monitor": {
      const name = String(now.name);
      const at = options.findIndex(({ target }) => "monitor" in target && target.monitor === name);
      const text = `${cut(name)}, away`;
      return at >= 0 ? at : away({ target: { monitor: name }, text, kind: "monitor" });
    }
    case "window": {
      const wanted = String(now.window);
      // By its id, or the front one with this in its title.
      const found = windows.find(({ id }) => id === wanted) ??
        windows.find(({ title }) => String(title).toLowerCase().includes(wanted.toLowerCase()));
      const at = options.findIndex(({ target }) =>
        "window" in target && target.window === found?.id
      );
      const text = `${cut(wanted)}, away`;
      return at >= 0 ? at : away({ target: { window: wanted }, text, kind: "window" });
    }
    default:
      return 0;
  }
}

/** @param {unknown} value  @returns {Record<string, unknown>} */
function record(value) {
  return typeof value === "object" && value !== null
    ? /** @type {Record<string, unknown>} */ (value)
    : {};
}

/** @param {unknown} value  @returns {Record<string, unknown>[]} */
function list(value) {
  return Array.isArray(value) ? value.slice(0, MAX_OPTIONS).map(record) : [];
}

/** @param {unknown} value  @returns {Rect | null} */
function readRect(value) {
  const { x, y, w, h } = record(value);
  const whole = [x, y, w, h].every(Number.isInteger);
  return whole ? { x: Number(x), y: Number(y), w: Number(w), h: Number(h) } : null;
}

/** @param {string} text */
function cut(text) {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text;
}

/**
 * @param {unknown} width
 * @param {unknown} height
 */
function sizeText(width, height) {
  return `${Number(width) || 0}×${Number(height) || 0}`;
}
