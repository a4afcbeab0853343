/**
 * Answering "I have that already": entity tags (RFC 9110, 8.8.3).
 */

/** True when an `If-None-Match` header names `etag` (quotes included) or everything. */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.trim() === "*" ||
    ifNoneMatch.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
}
