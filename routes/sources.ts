/**
 * `GET /api/sources`: what can be watched. `DELETE /api/sources/{id}`: a pushed source is closed. The routes that
 * senders use are in intake/.
 */
import { z } from "zod";
import type { CaptureHealth } from "./deps.ts";
import { aliveRoute } from "./intake/alive.ts";
import { type FramesDeps, framesRoute } from "./intake/frames.ts";
import { idParam, type Intake } from "./intake/intake.ts";
import { Problem, problemSchema } from "./problem.ts";
import { json, type Route } from "./route.ts";
import { noSuchSource, sourceNamed } from "./source_of.ts";

/** A source as the routes of this file see it; `HeldSource` is one. */
export interface ListedSource {
  readonly id: string;
  readonly kind: "captured" | "pushed";
  readonly size: { readonly width: number; readonly height: number };
  readonly viewers: number;
  readonly pushedAt: number | undefined;
  readonly silentSince: number | undefined;
  readonly silence: { readonly promisedMs: number | undefined } | undefined;
  readonly order: { readonly newestTime: number };
  readonly engine: { readonly label: string; health(): Promise<CaptureHealth> };
}

/** The sources; `SourceSet` is one. */
export interface Sources extends Intake {
  readonly default: ListedSource;
  get(id: string | undefined): ListedSource | undefined;
  list(): ListedSource[];
  remove(id: string, reason: string): boolean;
}

/** What the routes of this file need. */
export interface SourcesDeps extends FramesDeps {
  readonly sources: Sources;
}

const sourceSchema = z.object({
  id: z.string().describe("For ?source="),
  kind: z.enum(["captured", "pushed"]),
  label: z.string().describe("Name for people"),
  default: z.boolean().describe("What is shown where no source is named"),
  state: z.enum(["live", "lost", "paused", "silent"]).describe(
    "silent: its sender promised to report and did not; what is shown may be old",
  ),
  detail: z.string().describe("Why it is not live, or ok"),
  width: z.int(),
  height: z.int(),
  viewers: z.int(),
  capturedAt: z.number().nullable().describe(
    "When its sender saw its newest picture last, ms since the Unix epoch; null: it is captured here, live",
  ),
  pushedAt: z.number().nullable().describe(
    "When its sender was heard last, by a picture or by saying that it still stands",
  ),
  promisedMs: z.number().nullable().describe(
    "How soon its sender promised to report again, ms; null: it promised nothing, and is never silent",
  ),
});

const sourcesSchema = z.object({ sources: z.array(sourceSchema) });

/** The routes of this file, and those of senders. */
export function sourcesRoutes(deps: SourcesDeps): Route[] {
  const { sources } = deps;
  return [
    {
      method: "get",
      path: "/api/sources",
      role: "view",
      description: {
        summary: "List what can be watched",
        responses: { 200: json("The captured source first", sourcesSchema) },
      },
      async handler(c) {
        return c.json({
          sources: await Promise.all(sources.list().map((one) => describe(one, sources))),
        });
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
        if (kind === "captured") throw new Problem("conflict", `${id} is captured, not pushed`);
        sources.remove(id, "removed by an administrator");
        return c.body(null, 204);
      },
    },
    framesRoute(deps),
    aliveRoute(deps),
  ];
}

async function describe(
  source: ListedSource,
  sources: Sources,
): Promise<z.infer<typeof sourceSchema>> {
  const { id, kind, size, viewers, pushedAt, silentSince, silence, order, engine } = source;
  const { state, detail } = await engine.health();
  const silent = silentSince !== undefined &&
    { state: "silent", detail: `silent since ${new Date(silentSince).toISOString()}` } as const;
  const capturedAt = Number.isFinite(order.newestTime) ? order.newestTime : null;
  return {
    id,
    kind,
    label: engine.label,
    default: source === sources.default,
    ...silent || { state, detail },
    width: size.width,
    height: size.height,
    viewers,
    capturedAt,
    pushedAt: pushedAt ?? null,
    promisedMs: silence?.promisedMs ?? null,
  };
}
