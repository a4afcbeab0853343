/**
 * Tokens in URLs end in histories, in logs and in `Referer` headers. So they are refused there, before
 * anybody gets used to it.
 */
import { Problem } from "../problem.ts";

const NAMES = new Set([
  "token",
  "access_token",
  "viewtoken",
  "view_token",
  "auth",
  "authorization",
]);

/**
 * Refuses a query with a parameter that looks like a token.
 * @throws {Problem} 400; the token is not repeated in it.
 */
export function refuseUrlTokens(url: URL): void {
  for (const name of url.searchParams.keys()) {
    if (!NAMES.has(name.toLowerCase())) continue;
    throw new Problem(
      "token-in-url",
      `Send it as "Authorization: Bearer TOKEN", or open the page with #token=TOKEN; consider the one ` +
        `in this URL as known to others`,
    );
  }
}
