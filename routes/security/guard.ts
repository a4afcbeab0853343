/**
 * The doors. `gate()` stands before everything: was the request meant for this server, and is there such a
 * route at all? `admit()` stands before one route: who asks, and what do they bring?
 *
 * The role check belongs to the route itself, not to a list of paths beside the router: two readings of
 * the same URL (`/%61pi/stats`) could otherwise differ, and that difference would be a way in.
 */
import type { MiddlewareHandler } from "hono";
import { parseHostPort } from "../../config/host.ts";
import { checkBodyHeaders } from "../body.ts";
import { Problem } from "../problem.ts";
import { type AppEnv, lookUp, type Peer, type Route } from "../route.ts";
import { type Authenticator, unauthorized } from "./authenticator.ts";
import { secureHeaders } from "./headers.ts";
import { hostCheck, requireHost } from "./hosts.ts";
import { requireOwnOrigin } from "./origins.ts";
import { mayDo } from "./role.ts";
import { refuseUrlTokens } from "./url_tokens.ts";

/** What the gate has to know. */
export interface GateOptions {
  readonly routes: readonly Route[];
  /** The address listened on. */
  readonly host: string;
  readonly allowHosts: readonly string[];
}

/** Gives every response, errors included, its security headers. Goes first, so that it ends last. */
export function protectResponses(): MiddlewareHandler<AppEnv> {
  return async function protectResponses(c, next) {
    await next();
    secureHeaders(c.res.headers);
  };
}

/** Refuses what comes to another host or from another site, and what is for no route (404, 405). */
export function gate(options: GateOptions): MiddlewareHandler<AppEnv> {
  const isOurs = hostCheck(options);
  const origins = options.allowHosts.map(parseHostPort).filter((host) => host !== undefined);

  return async function gate(c, next) {
    requireOwnOrigin(c.req.raw, requireHost(c.req.raw, isOurs), origins);
    refuseUrlTokens(new URL(c.req.url));
    const { route, allowed } = lookUp(options.routes, c.req.method, c.req.path);
    if (route) return await next();
    if (allowed.length === 0) throw new Problem("not-found", "There is no such path");
    const allow = allowed.join(", ");
    throw new Problem("method-not-allowed", `Allowed here: ${allow}`, { headers: { allow } });
  };
}

/** Lets those into `route` who may use it, and leaves role and peer for its handler. */
export function admit(
  route: Route,
  authenticator: Authenticator,
  peerOf: (connection: unknown) => Peer,
): MiddlewareHandler<AppEnv> {
  return async function admit(c, next) {
    const request = c.req.raw;
    const peer = peerOf(c.env);
    c.set("peer", peer);
    c.set("role", "none");
    if (route.role !== "none") {
      const { role, by } = authenticator.identify(request.headers, peer.address);
      if (by === "nothing") throw unauthorized("Send the token as Authorization: Bearer TOKEN");
      if (!mayDo(role, route.role)) {
        throw new Problem("forbidden", `This needs the ${route.role} token, not the ${role} token`);
      }
      // gate() has refused foreign origins, so an origin that is there is ours. Browsers send it with every
      // unsafe request; whoever has the cookie and no origin is no page of ours.
      if (by === "cookie" && route.method !== "get" && !request.headers.has("origin")) {
        throw new Problem("foreign-origin", "With a cookie, a change needs an Origin header");
      }
      c.set("role", role);
    }
    if (route.method !== "get" && route.body !== "own") checkBodyHeaders(request.headers);
    await next();
  };
}
