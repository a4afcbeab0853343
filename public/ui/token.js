/**
 * The token in the page's address. The link that the server prints is `…/#token=…`: what stands behind the `#`
 * never leaves the browser, and is taken out of the address before anybody can copy or screenshot it.
 */

/**
 * @param {string} href  an absolute URL
 * @returns {{ token: string | null, cleanHref: string }} the token (null: none), and the address without it
 */
export function takeToken(href) {
  const hashAt = href.indexOf("#");
  if (hashAt < 0) return { token: null, cleanHref: href };
  let token = null;
  const kept = [];
  // Not URLSearchParams: it would turn a "+" of the token into a space.
  for (const part of href.slice(hashAt + 1).split("&")) {
    if (part.startsWith("token=")) token = decoded(part.slice("token=".length));
    else if (part !== "") kept.push(part);
  }
  const base = href.slice(0, hashAt);
  return {
    token: token === "" ? null : token,
    cleanHref: kept.length > 0 ? `${base}#${kept.join("&")}` : base,
  };
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    // A "%" that encodes nothing belongs to the token itself.
    return text;
  }
}

/**
 * What a person pasted: the token itself, or the whole link that contains it.
 *
 * @param {string} text
 * @returns {string}
 */
export function tokenFromPaste(text) {
  const trimmed = text.trim();
  return /^https?:\/\//.test(trimmed) ? takeToken(trimmed).token ?? trimmed : trimmed;
}

/**
 * `?transport=` of the page's address.
 *
 * @param {string} search
 * @returns {import("../engine/messages.js").TransportKind | null} null: the page chooses
 */
export function forcedTransport(search) {
  const wanted = new URLSearchParams(search).get("transport");
  return wanted === "sse" || wanted === "stream" ? wanted : null;
}
