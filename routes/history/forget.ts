/** `DELETE /api/history/{source}`: forgets a stretch of time, or what a rectangle showed. */
import { z } from "zod";
import { Problem, problemSchema } from "../problem.ts";
import { type AppContext, json, type Route } from "../route.ts";
import { archiveOf, type HistoryDeps, sourceWith } from "./deps.ts";
import { QueryReader } from "./query.ts";
import { instant, sourceParams } from "./schemas.ts";

const forgottenSchema = z.object({
  freedBytes: z.number().describe("What the history takes less; 0 where other pictures use it all"),
  version: z.string().describe("As in GET /api/history/{source}, from now on"),
});

export function forgetRoutes(deps: HistoryDeps): Route[] {
  return [{
    method: "delete",
    path: "/api/history/{source}",
    role: "admin",
    description: {
      summary: "Forget a stretch of time, or a rectangle",
      description:
        "With `from` and `to`: all pictures of that time. With `rect`: this part of them becomes black, at any time " +
        "unless `from` or `to` say otherwise. It is gone from the disk when this is answered; what browsers keep " +
        "of this server is cleared (Clear-Site-Data).",
      tags: ["history"],
      request: {
        params: sourceParams,
        query: z.object({
          from: instant.optional(),
          to: instant.optional().describe("This instant not included"),
          rect: z.string().optional().describe("x,y,w,h in pixels"),
        }),
      },
      responses: {
        200: json("It is gone", forgottenSchema),
        400: json("A parameter is missing or not allowed", problemSchema),
        404: json("There is no history, or none of this source", problemSchema),
        503: json("The disk refuses; it is tried again at the next start", problemSchema),
      },
    },
    handler: (c) => forget(c, deps),
  }];
}

async function forget(c: AppContext, deps: HistoryDeps): Promise<Response> {
  const query = new QueryReader(c);
  const rect = query.rect("rect");
  const needed = c.req.query("rect") === undefined;
  // Nobody deletes everything by leaving something out.
  const from = needed ? query.neededTime("from") : query.time("from") ?? 0;
  const to = needed ? query.neededTime("to") : query.time("to") ?? Infinity;
  if (to <= from) query.refuse("to", c.req.query("to"), `an instant after from (${from})`);
  query.end();
  const archive = archiveOf(deps);
  const { id } = await sourceWith(deps, c.req.param("source") ?? "");
  const before = await archive.ask("stats");
  try {
    // At once with the question: whatever is asked after it is of the new version.
    deps.erasures.note(id);
    await archive.ask("forget", id, from, to, rect);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Problem("unavailable", `Not all of it could be deleted: ${reason}`);
  }
  const after = await archive.ask("stats");
  return c.json(
    {
      freedBytes: Math.max(0, before.usedBytes - after.usedBytes),
      version: deps.erasures.version(id),
    } satisfies z.infer<typeof forgottenSchema>,
    200,
    { "clear-site-data": '"cache"' },
  );
}
