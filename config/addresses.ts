/**
 * Under which address the server is found: the link for people, and what scripts wait for.
 */
import { parseHostPort } from "./host.ts";

/** Where the server listens. */
export interface Listening {
  readonly scheme: "http" | "https";
  /** As bound; IPv6 without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** Further names it is reached by, each with or without a port. */
  readonly allowHosts: readonly string[];
}

/** The address listened on, as it is: `http://0.0.0.0:8000`. */
export function boundAddress({ scheme, hostname, port }: Listening): string {
  return `${scheme}://${literal(hostname)}:${port}`;
}

/**
 * The link to open. With TLS it has the first name of `allowHosts`, since certificates are for names; otherwise
 * the address, or loopback where that is any address.
 * @param token let in by the link; `undefined`: nobody is
 */
export function openLink(listening: Listening, token: string | undefined): string {
  const { scheme, hostname, port, allowHosts } = listening;
  const named = scheme === "https" ? parseHostPort(allowHosts[0] ?? "") : undefined;
  const host = literal(hostname);
  const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "[::]" ? "[::1]" : host;
  const url = new URL(`${scheme}://${named?.host ?? reachable}:${named?.port ?? port}/`);
  return url.href + (token === undefined ? "" : `#token=${encodeURIComponent(token)}`);
}

function literal(hostname: string): string {
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}
