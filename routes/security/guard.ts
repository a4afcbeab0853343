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
import { type AppContext, type AppEnv, lookUp, type Peer, type Route } from "../route.ts";
import { type Authenticator, unauthorized } from "./authenticator.ts";
import {
  answerPreflight,
  type Embedding,
  isEmbeddable,
  isPreflight,
  notForGuests,
  shareWith,
} from "./embedding.ts";
import { secureHeaders } from "./headers.ts";
import { hostCheck, requireHost } from "./hosts.ts";
import { isOwnOrigin, requireOwnOrigin } from "./origins.ts";
import { mayDo } from "./role.ts";
import { refuseUrlTokens } from "./url_tokens.ts";

/** What the gate has to know. */
export interface GateOptions {
  readonly routes: readonly Route[];
  /** The address listened on. */
  readonly host: string;
  readonly allowHosts: readonly string[];
  readonly embedding: Embedding;
}

/**
 * Gives every response, errors included, its security headers. Goes first, so that it ends last.
 * @param embedding whose pages may frame the page, and read what `gate()` finds them to be let in for
 */
export function protectResponses(embedding: Embedding): MiddlewareHandler<AppEnv> {
  return async function protectResponses(c, next) {
    await next();
    const { headers } = c.res;
    secureHeaders(headers, embedding.frameAncestors);
    // The answer depends on who asks: a cache must not give one's to another.
    if (embedding.isOn) headers.append("vary", "origin");
    const { guest } = c.var;
    if (guest !== undefined) shareWith(guest, headers);
  };
}

/** Refuses what comes to another host or from another site, and what is for no route (404, 405). */
export function gate(options: GateOptions): MiddlewareHandler<AppEnv> {
  const { routes, embedding } = options;
  const isOurs = hostCheck(options);
  const origins = options.allowHosts.map(parseHostPort).filter((host) => host !== undefined);

  return async function gate(c, next) {
    const request = c.req.raw;
    const host = requireHost(request, isOurs);
    const { route, allowed } = lookUp(routes, c.req.method, c.req.path);
    const guest = isOwnOrigin(request, host, origins) ? undefined : embedding.guestOf(request);
    if (guest !== undefined) {
      if (isPreflight(request)) {
        const answer = answerPreflight(request, c.req.path, routes);
        c.set("guest", guest);
        return answer;
      }
      if (!route || !isEmbeddable(route)) throw notForGuests();
      c.set("guest", guest);
    } else if (!embedding.isFrame(request, route)) {
      requireOwnOrigin(request, host, origins);
    }
    refuseUrlTokens(new URL(c.req.url));
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
      const { basic = false } = route;
      const challenge = basic && mayAskPerson(request) ? "basic" : "bearer";
      const { role, by } = authenticator.identify(credentialsOf(c), peer.address, {
        basic,
        challenge,
      });
      if (by === "nothing") {
        throw unauthorized("Send the token as Authorization: Bearer TOKEN", challenge);
      }
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

/**
 * Whether to ask in the way for which browsers show a dialog: programs do not show any, and somebody who has typed the
 * address wants it. A page of ours knows better ways to ask.
 */
function mayAskPerson({ headers }: Request): boolean {
  const mode = headers.get("sec-fetch-mode");
  if (mode !== null) return mode === "navigate";
  // Browsers that do not say so: old ones, and all where the address is plain http on another machine.
  const isBrowser = /^Mozilla\//.test(headers.get("user-agent") ?? "");
  return !isBrowser || (headers.get("accept") ?? "").includes("text/html");
}

/** The headers that say who asks. A page of another site has no cookie of ours, whatever the browser believes. */
function credentialsOf(c: AppContext): Headers {
  const { headers } = c.req.raw;
  if (c.var.guest === undefined) return headers;
  const known = new Headers(headers);
  known.delete("cookie");
  return known;
}
