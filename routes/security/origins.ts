/**
 * Which pages may talk to this server: only its own, and to some routes those that embedding.ts lets in. The browser
 * says where a request comes from in `Origin` and in `Sec-Fetch-Site`, and no script can change either.
 */
import { type HostPort, parseHostPort } from "../../config/host.ts";
import { Problem } from "../problem.ts";
import { isListed } from "./hosts.ts";

/**
 * Refuses a request that a page of another origin makes. Requests without these headers (curl, old
 * browsers' plain GETs) pass: they carry no cookie of ours, see SameSite in `cookie.ts`.
 * @param host The host that the request came to.
 * @param allowed Further hosts whose pages may talk to us: a reverse proxy that rewrites `Host`.
 * @returns True when there is an `Origin` and it is ours.
 * @throws {Problem} 403
 */
export function requireOwnOrigin(
  request: Request,
  host: HostPort,
  allowed: readonly HostPort[],
): boolean {
  if (isOwnOrigin(request, host, allowed)) return true;
  if (request.headers.has("origin")) throw foreign();
  const site = request.headers.get("sec-fetch-site");
  // "same-site" is foreign, too: every other port of localhost is the same site.
  if (site === null || site === "same-origin" || site === "none") return false;
  if (isPageVisit(request)) return false;
  throw foreign();
}

/** True when there is an `Origin` and it is ours; the parameters are those of `requireOwnOrigin()`. */
export function isOwnOrigin(
  request: Request,
  host: HostPort,
  allowed: readonly HostPort[],
): boolean {
  const origin = request.headers.get("origin");
  return origin !== null && isOwn(origin, host, allowed, request.url.startsWith("https:"));
}

/**
 * @param secure We speak TLS ourselves: a page of the same name that came over plain http may come from anybody on
 * the way. Without, a proxy may do it for us, and either is right.
 */
function isOwn(
  origin: string,
  host: HostPort,
  allowed: readonly HostPort[],
  secure: boolean,
): boolean {
  const match = /^(https?):\/\/([^/]+)$/.exec(origin);
  const from = match ? parseHostPort(match[2]) : undefined;
  if (!match || !from) return false;
  const defaultPort = match[1] === "https" ? 443 : 80;
  return isListed(allowed, from) ||
    ((match[1] === "https" || !secure) && from.host === host.host &&
      (from.port ?? defaultPort) === (host.port ?? defaultPort));
}

/** Somebody followed a link to here: shows the page in a tab of its own, which the other site cannot read. */
function isPageVisit({ method, headers }: Request): boolean {
  return method === "GET" && headers.get("sec-fetch-mode") === "navigate" &&
    headers.get("sec-fetch-dest") === "document";
}

function foreign(): Problem {
  return new Problem("foreign-origin", "The request comes from a page of another site");
}
