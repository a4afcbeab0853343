/**
 * `GET /api/openapi.json`: the routes as they describe themselves, from the same schemas that check requests.
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import metadata from "../deno.json" with { type: "json" };
import { problemSchema } from "./problem.ts";
import { json, type Route } from "./route.ts";

/** The route of this file, which describes `described` and itself. */
export function openapiRoutes(described: readonly Route[]): Route[] {
  let text: string | undefined;
  const own: Route = {
    method: "get",
    path: "/api/openapi.json",
    role: "none",
    description: {
      summary: "Read this description",
      responses: {
        200: { description: "OpenAPI 3.1", content: { "application/json": { schema: {} } } },
      },
    },
    handler: (c) => {
      text ??= JSON.stringify(openapiDocument([...described, own]));
      return c.body(text, 200, { "content-type": "application/json" });
    },
  };
  return [own];
}

/** The OpenAPI 3.1 document of those routes that have a description. */
export function openapiDocument(routes: readonly Route[]): Record<string, unknown> {
  const builder = new OpenAPIHono();
  const registry = builder.openAPIRegistry;
  registry.registerComponent("securitySchemes", "token", {
    type: "http",
    scheme: "bearer",
    description: "The admin token, or the view token for what needs the role view",
  });
  registry.registerComponent("securitySchemes", "cookie", {
    type: "apiKey",
    in: "cookie",
    name: "patchcast_PORT",
    description: "Set by POST /api/session. Changes then need an Origin header of this server",
  });
  for (const { method, path, role, description } of routes) {
    if (!description) continue;
    registry.registerPath({
      method,
      path,
      "x-role": role,
      security: role === "none" ? [] : [{ token: [] }, { cookie: [] }],
      ...description,
      responses: {
        ...role === "none" ? {} : { 401: json("No valid token", problemSchema) },
        ...role === "admin" ? { 403: json("The view token is not enough", problemSchema) } : {},
        ...description.responses,
        default: json("Any other error", problemSchema),
      },
    });
  }
  return {
    ...builder.getOpenAPI31Document({
      openapi: "3.1.0",
      info: {
        title: "Patchcast",
        version: metadata.version,
        description:
          "Watch a screen, and change how it is captured. Errors are problem details (RFC 9457).",
      },
    }),
  };
}
