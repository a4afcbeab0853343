/**
 * What pages of other sites may do here: those that the configuration names may show the live picture. They may
 * frame the page, and fetch what a viewer needs with a token that they bring. Nobody's cookie works for them,
 * nothing that changes or deletes is in their reach, and there is no `*`.
 */
import { Problem } from "../problem.ts";
import { lookUp, type Route } from "../route.ts";

/** The one thing that a viewer sends: what it shows by now. */
const ACK_PATH = "/api/viewers/{id}/ack";

/** How long a browser need not ask again whether it may ask, s. */
const PREFLIGHT_SECONDS = 600;

/** True for what a viewer needs: reading without a role or as viewer, and acknowledging. */
export function isEmbeddable({ method, path, role }: Pick<Route, "method" | "path" | "role">) {
  if (role !== "none" && role !== "view") return false;
  return method === "get" || (method === "post" && path === ACK_PATH);
}

/** The sites that the configuration names. */
export class Embedding {
  readonly #origins: ReadonlySet<string>;
  /** Value of the CSP directive `frame-ancestors`. */
  readonly frameAncestors: string;

  /** @param origins as browsers send them, see config/origin.ts */
  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins);
    this.frameAncestors = origins.length === 0 ? "'none'" : origins.join(" ");
  }

  /** There is such a site. */
  get isOn(): boolean {
    return this.#origins.size > 0;
  }

  /** The origin of the page that makes a request, if it is one of these sites. */
  guestOf(request: Request): string | undefined {
    const origin = request.headers.get("origin");
    return origin !== null && this.#origins.has(origin) ? origin : undefined;
  }

  /**
   * True for a browser that opens the page inside of another one. Which one it does not say: it reads
   * `frame-ancestors` in the answer, and shows the page or does not.
   */
  isFrame({ method, headers }: Request, route: Route | undefined): boolean {
    return this.isOn && route?.path === "/*" && method === "GET" && !headers.has("origin") &&
      headers.get("sec-fetch-mode") === "navigate" && headers.get("sec-fetch-dest") === "iframe";
  }
}

/** True when a browser asks on behalf of a page whether that may make a request. */
export function isPreflight({ method, headers }: Request): boolean {
  return method === "OPTIONS" && headers.has("access-control-request-method");
}

/**
 * Answers a preflight of a guest.
 * @throws {Problem} 403 when no guest may do what it is about.
 */
export function answerPreflight(
  { headers }: Request,
  path: string,
  routes: readonly Route[],
): Response {
  const method = headers.get("access-control-request-method") ?? "";
  const { route } = lookUp(routes, method, path);
  if (!route || !isEmbeddable(route)) throw notForGuests();
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-methods": method,
      "access-control-allow-headers": "authorization, content-type",
      "access-control-max-age": String(PREFLIGHT_SECONDS),
    },
  });
}

/** The problem of a page of another site that wants more than to watch. */
export function notForGuests(): Problem {
  return new Problem(
    "foreign-origin",
    "A page of another site may watch, and nothing else",
  );
}

/** Lets the page of another site read a response. */
export function shareWith(origin: string, headers: Headers): void {
  headers.set("access-control-allow-origin", origin);
  // How long to wait after a 429 or a 503.
  headers.set("access-control-expose-headers", "retry-after");
  headers.set("cross-origin-resource-policy", "cross-origin");
}
