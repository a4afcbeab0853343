/**
 * What a route is: data. `createApp()` registers it, guards it with the role it names, and describes it in
 * `/api/openapi.json`; a route that names no role cannot be written.
 */
import type { RouteConfig } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { z } from "zod";
import { problemSchema } from "./problem.ts";
import type { Role } from "./security/role.ts";

/** The other end of the connection. */
export interface Peer {
  /** IP address, or `unknown`. */
  readonly address: string;
  readonly port: number | undefined;
}

/** What the middleware leaves for the routes: `c.var.role`, `c.var.peer`. */
export interface AppEnv {
  readonly Variables: {
    /** What the caller may do; `none` on a route that does not ask. */
    role: Role;
    peer: Peer;
    /** Origin of the page of another site that asks and may, see security/embedding.ts. Its cookies do not count. */
    guest: string | undefined;
  };
}

/** The context that handlers get. */
export type AppContext = Context<AppEnv>;

/** One route. */
export interface Route {
  readonly method: "get" | "post" | "patch" | "delete";
  /** Parameters in braces: `/api/viewers/{id}`. Only `/*` may match more than one path segment. */
  readonly path: string;
  /** Who may use it. */
  readonly role: Role;
  /** `GET` routes only: answer `HEAD` as well. Default false: a stream must not start for it. */
  readonly head?: boolean;
  /** For programs that can bring a token only as the password in a URL: takes HTTP's Basic authentication. */
  readonly basic?: boolean;
  /** `own`: the handler reads a body that is not JSON, and judges its type and size. Default: JSON, or none. */
  readonly body?: "own";
  /** What the description says. Left out: the route isn't in it. */
  readonly description?: Pick<
    RouteConfig,
    "summary" | "description" | "request" | "responses" | "tags"
  >;
  readonly handler: (c: AppContext) => Response | Promise<Response>;
}

/** Describes a response in JSON, for `Route.description`. */
export function json(
  description: string,
  schema: z.ZodType,
): { description: string; content: Record<string, { schema: z.ZodType }> } {
  const type = schema === problemSchema ? "application/problem+json" : "application/json";
  return { description, content: { [type]: { schema } } };
}

/** `host:port` of a peer, or `unknown`. */
export function peerName({ address, port }: Peer): string {
  if (port === undefined) return address;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The path in Hono's notation: `/api/viewers/:id`. */
export function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

/** What a request asks for, and which methods its path answers to, as in an `Allow` header. */
export interface Lookup {
  /** `undefined`: none. `HEAD` counts as `GET` where the route allows it. */
  readonly route: Route | undefined;
  /** Empty when there is no such path. */
  readonly allowed: readonly string[];
}

/** Finds the route for a method and a path; `/*` only counts where no other route has the path. */
export function lookUp(routes: readonly Route[], method: string, path: string): Lookup {
  const here = routes.filter((route) => matches(route, path));
  const exact = here.filter((route) => route.path !== "/*");
  const candidates = exact.length > 0 ? exact : here;
  const route = candidates.find((route) => methodsOf(route).includes(method));
  // What "/*" has is files, and only of "/" is it certain that there is one.
  const known = exact.length > 0 || path === "/" ? candidates : [];
  return { route, allowed: [...new Set(known.flatMap(methodsOf))] };
}

function methodsOf({ method, head }: Route): string[] {
  return head ? [method.toUpperCase(), "HEAD"] : [method.toUpperCase()];
}

function matches({ path }: Route, asked: string): boolean {
  if (path === "/*") return true;
  const want = path.split("/");
  const got = asked.split("/");
  return want.length === got.length &&
    want.every((part, i) => part.startsWith("{") ? got[i] !== "" : part === got[i]);
}
