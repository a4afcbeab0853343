/**
 * `POST /api/session`: the page shows its token once and from then on has a cookie.
 */
import { z } from "zod";
import { Problem, problemSchema } from "./problem.ts";
import { type AppContext, json, type Route } from "./route.ts";
import { type Authenticator, unauthorized } from "./security/authenticator.ts";

const sessionSchema = z.object({
  role: z.enum(["view", "history", "admin"]),
  now: z.number().describe("The server's clock, ms since the Unix epoch"),
});

/** The routes of this file. Role `none`: the handler itself decides who gets a cookie. */
export function sessionRoutes(authenticator: Authenticator, now: () => number): Route[] {
  return [{
    method: "post",
    path: "/api/session",
    role: "none",
    description: {
      summary: "Turn a token into a cookie, or ask what the cookie is still good for",
      description: "With a bearer token, or with a valid cookie, which is renewed.",
      responses: {
        200: json("What the caller may do", sessionSchema),
        403: json("The push token opens no page", problemSchema),
        401: json("Neither a valid token nor a valid cookie", problemSchema),
        429: json("Too many wrong tokens from this address", problemSchema),
      },
    },
    handler(c) {
      const { role } = authenticator.identify(c.req.raw.headers, c.var.peer.address);
      if (role === "none") throw unauthorized("Send the token as Authorization: Bearer TOKEN");
      if (role === "push") throw new Problem("forbidden", "The push token opens no page");
      const cookie = authenticator.cookieFor(role, isHttps(c), c.req.header("cookie"));
      if (cookie) c.header("set-cookie", cookie);
      return c.json({ role, now: now() });
    },
  }];
}

/** The browser's own view counts, so that a TLS-terminating proxy in between makes no difference. */
function isHttps(c: AppContext): boolean {
  const origin = c.req.header("origin");
  return origin === undefined ? c.req.url.startsWith("https:") : origin.startsWith("https:");
}
