/**
 * `GET /api/sources`: what can be watched. `DELETE /api/sources/{id}`: a pushed source is closed. What displays let
 * choose is in sources/, the routes that senders use are in intake/.
 */
import { z } from "zod";
import { aliveRoute } from "./intake/alive.ts";
import { type FramesDeps, framesRoute } from "./intake/frames.ts";
import { idParam, type Intake } from "./intake/intake.ts";
import { Problem, problemSchema } from "./problem.ts";
import { json, type Route } from "./route.ts";
import { mayDo } from "./security/role.ts";
import { noSuchSource, sourceNamed } from "./source_of.ts";
import { Listing, sourceSchema } from "./sources/listing.ts";
import { withOwnLabels } from "./sources/own_labels.ts";
import { type SelectableSource, selectRoute } from "./sources/select.ts";

/** The sources; `SourceSet` is one. */
export interface Sources extends Intake {
  readonly default: SelectableSource;
  get(id: string | undefined): SelectableSource | undefined;
  list(): SelectableSource[];
  remove(id: string, reason: string): boolean;
}

/** What the routes of this file need. */
export interface SourcesDeps extends FramesDeps {
  readonly sources: Sources;
}

const sourcesSchema = z.object({ sources: z.array(sourceSchema) });

/** The routes of this file, and those of senders. */
export function sourcesRoutes(deps: SourcesDeps): Route[] {
  const { sources } = deps;
  const listing = new Listing(deps.now);
  const isDefault = (source: SelectableSource) => source === sources.default;
  return [
    {
      method: "get",
      path: "/api/sources",
      role: "view",
      description: {
        summary: "List what can be watched",
        responses: { 200: json("The captured sources first", sourcesSchema) },
      },
      async handler(c) {
        const isAdmin = mayDo(c.var.role, "admin");
        const described = sources.list().map((source) => {
          return listing.describe(source, { isDefault: isDefault(source), isAdmin });
        });
        return c.json({ sources: withOwnLabels(await Promise.all(described)) });
      },
    },
    {
      method: "delete",
      path: "/api/sources/{id}",
      role: "admin",
      description: {
        summary: "Close a pushed source",
        description:
          "Its viewers are disconnected; its history stays. The next picture opens it again.",
        request: { params: idParam },
        responses: {
          204: { description: "It is closed" },
          404: noSuchSource,
          409: json("It is not a pushed one", problemSchema),
        },
      },
      handler(c) {
        const { id, kind } = sourceNamed(c.req.param("id"), sources);
        if (kind !== "pushed") throw new Problem("conflict", `${id} is not a pushed source`);
        sources.remove(id, "removed by an administrator");
        return c.body(null, 204);
      },
    },
    selectRoute(sources, listing, isDefault),
    framesRoute(deps),
    aliveRoute(deps),
  ];
}
