/**
 * `#t=…&source=…&rect=x,y,w,h`: a moment, and maybe a place, in the page's address. What stands behind the `#`
 * never reaches the server; a token there (ui/token.js) is another part and is left alone.
 *
 * @typedef {import("../engine/messages.js").Rect} Rect
 *
 * @typedef {Object} Link
 * @property {number | null} time    ms since the Unix epoch; null: live
 * @property {string | null} source  id; null: the server's own
 * @property {Rect | null} rect      in frame pixels
 */

/** Longer than any id of a source. */
const MAX_SOURCE = 100;
/** No picture has longer sides. */
const MAX_SIDE = 16384;

/**
 * @param {string} href  an absolute URL
 * @returns {Link} what is not understood counts as not there
 */
export function readLink(href) {
  const parts = new Map(partsOf(href));
  return {
    time: readTime(parts.get("t") ?? ""),
    source: readSource(parts.get("source") ?? ""),
    rect: readRect(parts.get("rect") ?? ""),
  };
}

/**
 * @param {string} href  the address now
 * @param {Link} link
 * @returns {string} the address that leads there; other parts behind the `#` stay
 */
export function writeLink(href, { time, source, rect }) {
  const kept = partsOf(href).filter(([name]) => !["t", "source", "rect"].includes(name));
  const parts = kept.map(([name, value]) => value === "" ? name : `${name}=${value}`);
  if (time !== null) parts.push(`t=${new Date(time).toISOString()}`);
  if (source !== null) parts.push(`source=${encodeURIComponent(source)}`);
  if (rect) parts.push(`rect=${rect.x},${rect.y},${rect.w},${rect.h}`);
  const base = href.split("#", 1)[0];
  return parts.length > 0 ? `${base}#${parts.join("&")}` : base;
}

/**
 * @param {string} href
 * @returns {[string, string][]}
 */
function partsOf(href) {
  const at = href.indexOf("#");
  if (at < 0) return [];
  return href.slice(at + 1).split("&").filter((part) => part !== "").map((part) => {
    const equals = part.indexOf("=");
    return equals < 0 ? [part, ""] : [part.slice(0, equals), part.slice(equals + 1)];
  });
}

/** @param {string} text ms since the epoch, or RFC 3339 */
function readTime(text) {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  // Mail programs encode the colons.
  const plain = text.replaceAll(/%3a/gi, ":");
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i.test(plain)) return null;
  const time = Date.parse(plain);
  return Number.isFinite(time) && time >= 0 ? time : null;
}

/**
 * Also one that no source can have: a misspelt id must lead to a word about it, not to another source.
 *
 * @param {string} text
 */
function readSource(text) {
  const short = text.slice(0, MAX_SOURCE);
  if (short === "") return null;
  try {
    return decodeURIComponent(short);
  } catch {
    // A "%" that encodes nothing belongs to the name itself.
    return short;
  }
}

/** @param {string} text */
function readRect(text) {
  const match = /^(\d{1,5}),(\d{1,5}),(\d{1,5}),(\d{1,5})$/.exec(text.replaceAll(/%2c/gi, ","));
  if (!match) return null;
  const [x, y, w, h] = match.slice(1).map(Number);
  const fits = w > 0 && h > 0 && x + w <= MAX_SIDE && y + h <= MAX_SIDE;
  return fits ? { x, y, w, h } : null;
}
