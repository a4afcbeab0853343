/**
 * Origins of web pages, as browsers write them in an `Origin` header: `https://portal.example`.
 */
import { isLoopback, parseHostPort } from "./host.ts";

/**
 * True for an origin that may be let in by name: https, or http on this machine (`localhost`, 127.0.0.0/8, `[::1]`),
 * since anybody on the way can speak for a page that came over plain http. It must be spelt as browsers do, in lower
 * case, without a default port, path or slash at the end: it is compared as text.
 */
export function isPageOrigin(text: string): boolean {
  const match = /^(https?):\/\/([^/]+)$/.exec(text);
  const from = match ? parseHostPort(match[2]) : undefined;
  if (!match || !from || !URL.canParse(text) || new URL(text).origin !== text) return false;
  return match[1] === "https" || isLoopback(from.host);
}
