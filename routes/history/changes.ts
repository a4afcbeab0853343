/** `GET /api/history/{source}/changes`: when a rectangle changed, told from tile references. */
import { z } from "zod";
import { problemSchema } from "../problem.ts";
import { type AppContext, json, type Route } from "../route.ts";
import { archiveOf, type HistoryDeps, sourceWith } from "./deps.ts";
import { QueryReader } from "./query.ts";
import { instant, sourceParams } from "./schemas.ts";

const DEFAULT_LIMIT = 1000;
const MAX_LIMIT = 10_000;

const changesSchema = z.object({
  times: z.array(z.number()).describe("ms since the Unix epoch, in order"),
  more: z.boolean().describe("There are more behind the last one: ask on from there"),
});

export function changesRoutes(deps: HistoryDeps): Route[] {
  return [{
    method: "get",
    path: "/api/history/{source}/changes",
    role: "history",
    description: {
      summary: "When did this box change?",
      description:
        "Tiles of 64×64 pixels are compared: the box is widened to those that it touches.",
      tags: ["history"],
      request: {
        params: sourceParams,
        query: z.object({
          rect: z.string().describe("x,y,w,h in pixels"),
          from: instant.optional(),
          to: instant.optional().describe("This instant not included"),
          limit: z.int().min(1).max(MAX_LIMIT).optional().describe(
            `${DEFAULT_LIMIT} when left out`,
          ),
        }),
      },
      responses: {
        200: json("The instants", changesSchema),
        400: json("A parameter is not allowed", problemSchema),
        404: json("There is no history, or none of this source", problemSchema),
      },
    },
    handler: (c) => listChanges(c, deps),
  }];
}

async function listChanges(c: AppContext, deps: HistoryDeps): Promise<Response> {
  const query = new QueryReader(c);
  const rect = query.rect("rect");
  const from = query.time("from");
  const to = query.time("to");
  const limit = query.whole("limit", 1, MAX_LIMIT) ?? DEFAULT_LIMIT;
  if (c.req.query("rect") === undefined) query.refuse("rect", undefined, "x,y,w,h in pixels");
  query.end();
  const { id, span } = await sourceWith(deps, c.req.param("source") ?? "");
  if (!span || !rect) return c.json({ times: [], more: false });
  const start = from ?? span.start;
  const end = to ?? span.end + 1;
  const times = await archiveOf(deps).ask("changes", id, rect, start, end, limit + 1);
  return c.json({ times: times.slice(0, limit), more: times.length > limit });
}
