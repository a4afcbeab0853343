/**
 * Browsers open six connections to a server that speaks HTTP/1.1. Once one has six pages open, all connections are
 * streams, and no acknowledgement gets through any more: waiting for them would hold all six pages up. So
 * from six streams of one browser on, nobody waits for its acknowledgements.
 */
import type { AppContext } from "./route.ts";
import { browserIn } from "./security/cookie.ts";

/** What browsers have agreed on, for HTTP/1.1. */
const CONNECTIONS = 6;

/** Which streams come from the same browser. Holds one entry for each open stream, at most. */
export class Crowds {
  readonly #members = new Map<string, Map<string, () => void>>();

  /**
   * Notes a stream.
   * @param browser what `browserOf()` said
   * @param onCrowd called once, now or later: its browser has as many streams as connections
   */
  add(browser: string, id: string, onCrowd: () => void): void {
    const members = this.#members.get(browser) ?? new Map<string, () => void>();
    this.#members.set(browser, members);
    members.set(id, onCrowd);
    if (members.size === CONNECTIONS) { for (const tell of members.values()) tell(); }
    else if (members.size > CONNECTIONS) onCrowd();
  }

  /** Forgets a stream. The others learn with their next connection that there is room again. */
  remove(browser: string, id: string): void {
    const members = this.#members.get(browser);
    members?.delete(id);
    if (members?.size === 0) this.#members.delete(browser);
  }
}

/**
 * What tells one browser from another: the cookie, or without one the address and the program's name. `undefined`
 * where the limit does not hold: programs that bring a token, and HTTP/2, which has no `Host` header. Behind a proxy
 * it may hold or not; then a crowd does without acknowledgements that would have got through.
 */
export function browserOf(c: AppContext): string | undefined {
  const header = (name: string) => c.req.header(name);
  if (header("host") === undefined) return undefined;
  // Pages bring a token, too, where they have no cookie: in another site's.
  const isPage = header("origin") !== undefined || header("sec-fetch-site") !== undefined;
  if (header("authorization") !== undefined && !isPage) return undefined;
  return browserIn(header("cookie")) ?? `${c.var.peer.address} ${header("user-agent") ?? ""}`;
}
