/**
 * Which names this server answers to. A page of another site can make its own name resolve to 127.0.0.1
 * (DNS rebinding) and then talks to this server as its own origin; what it cannot do is change the `Host`
 * header that the browser sends. So names that nobody told us about are refused.
 */
import type { Config } from "../../config.ts";
import {
  type HostPort,
  isIpLiteral,
  isLoopback,
  normalHost,
  parseHostPort,
} from "../../config/host.ts";
import { Problem } from "../problem.ts";

/** Answers whether requests may come to a name. */
export type HostCheck = (host: HostPort) => boolean;

/**
 * Makes the check for a configuration: loopback names with any port (an SSH tunnel has its own port), the
 * name listened on, `allowHosts`, and, when not bound to loopback, IP addresses, which need no resolving
 * and so cannot be rebound.
 */
export function hostCheck({ host, allowHosts }: Pick<Config, "host" | "allowHosts">): HostCheck {
  const bound = normalHost(host) ?? host;
  const listed = allowHosts.map(parseHostPort).filter((entry) => entry !== undefined);
  return (asked) =>
    isLoopback(asked.host) ||
    asked.host === bound ||
    (!isLoopback(bound) && isIpLiteral(asked.host)) ||
    isListed(listed, asked);
}

/** True when `asked` is in a list whose entries fix the port only if they have one. */
export function isListed(list: readonly HostPort[], asked: HostPort): boolean {
  return list.some(({ host, port }) =>
    host === asked.host && (port === undefined || port === asked.port)
  );
}

/**
 * The host a request came to.
 * @throws {Problem} 421 when it is none of ours.
 */
export function requireHost(request: Request, check: HostCheck): HostPort {
  // Without the header (HTTP/2) the URL has it.
  const text = request.headers.get("host") ?? new URL(request.url).host;
  const asked = parseHostPort(text);
  if (asked && check(asked)) return asked;
  throw new Problem(
    "foreign-host",
    "Start the server with --allow-host NAME to let it answer to another name than localhost",
  );
}
