/** `GET /api/history`: what is recorded and what it takes. `GET /api/history/{source}`: when what happened. */
import { z } from "zod";
import { problemSchema } from "../problem.ts";
import { type AppContext, json, type Route } from "../route.ts";
import { archiveOf, type HistoryDeps, type KnownSource, sourceWith } from "./deps.ts";
import { QueryReader } from "./query.ts";
import { instant, sourceParams } from "./schemas.ts";

const DEFAULT_BINS = 240;
const MAX_BINS = 2000;
/** Changes of the size that are told at once; nobody can tell more of them apart. */
const MAX_SIZES = 500;

const spanSchema = z.object({ from: z.number(), to: z.number() }).nullable()
  .describe("From when to when there are pictures, ms since the Unix epoch; null: there are none");

const overviewSchema = z.object({
  state: z.enum(["recording", "stopped", "off"]),
  detail: z.string().describe("Why it does not record, or ok"),
  storage: z.object({
    usedBytes: z.number(),
    fileBytes: z.number().describe("Size of the files; what is free in them is used again"),
    budgetBytes: z.number().describe("What the files may take; 0: no limit"),
    maxAgeMs: z.number().describe("Older pictures go"),
    bytesPerHour: z.number().describe("Growth while recording, over the newest hours"),
    horizonMs: z.number().describe("How far back the history will reach at this rate"),
  }),
  sources: z.array(z.object({
    id: z.string(),
    label: z.string().describe("Name for people"),
    live: z.boolean().describe("It is being recorded"),
    span: spanSchema,
  })),
});

const sourceSchema = z.object({
  source: z.string(),
  label: z.string(),
  live: z.boolean(),
  version: z.string().describe("Changes when something is forgotten; for v="),
  span: spanSchema,
  from: z.number(),
  to: z.number(),
  binMs: z.number(),
  activity: z.array(z.number()).describe("Changed tiles in each bin"),
  gaps: z.array(z.object({
    from: z.number(),
    to: z.number().nullable().describe("null: it lasts"),
    reason: z.string().describe("For people"),
  })),
  sizes: z.array(z.object({ from: z.number(), width: z.number(), height: z.number() })).describe(
    `Size of the pictures since when: the one at \`from\`, and each that followed; the newest ${MAX_SIZES}`,
  ),
});

export function overviewRoutes(deps: HistoryDeps): Route[] {
  return [{
    method: "get",
    path: "/api/history",
    role: "history",
    description: {
      summary: "What is recorded, and what it takes",
      tags: ["history"],
      responses: { 200: json("The history's state", overviewSchema) },
    },
    handler: async (c) => c.json(await overview(deps)),
  }, {
    method: "get",
    path: "/api/history/{source}",
    role: "history",
    description: {
      summary: "When something happened on a source",
      tags: ["history"],
      request: {
        params: sourceParams,
        query: z.object({
          from: instant.optional().describe("Start; the first picture when left out"),
          to: instant.optional().describe("End; the last picture when left out"),
          bins: z.int().min(1).max(MAX_BINS).optional()
            .describe(`Parts to divide the time into, ${DEFAULT_BINS} when left out`),
        }),
      },
      responses: {
        200: json("Activity and gaps", sourceSchema),
        400: json("A parameter is not allowed", problemSchema),
        404: json("There is no history, or none of this source", problemSchema),
      },
    },
    handler: (c) => describeSource(c, deps),
  }];
}

async function overview(deps: HistoryDeps): Promise<z.infer<typeof overviewSchema>> {
  const { archive, offDetail, limits: { maxAgeMs, maxBytes: budgetBytes } } = deps;
  if (!archive) {
    const storage = { ...NOTHING_STORED, budgetBytes, maxAgeMs };
    return { state: "off", detail: offDetail, storage, sources: [] };
  }
  const stats = await archive.ask("stats");
  const { usedBytes, fileBytes, bytesPerHour, horizonMs } = stats;
  const ids = new Set([
    ...deps.recorded().map(({ id }) => id),
    ...await archive.ask("sources"),
  ]);
  const sources = await Promise.all([...ids].map((id) => sourceWith(deps, id)));
  return {
    ...archive.state,
    storage: { usedBytes, fileBytes, budgetBytes, maxAgeMs, bytesPerHour, horizonMs },
    sources: sources.map(({ id, label, live, span }) => ({ id, label, live, span: shown(span) })),
  };
}

const NOTHING_STORED = { usedBytes: 0, fileBytes: 0, bytesPerHour: 0, horizonMs: 0 } as const;

async function describeSource(c: AppContext, deps: HistoryDeps): Promise<Response> {
  const query = new QueryReader(c);
  const wanted = { from: query.time("from"), to: query.time("to") };
  const bins = query.whole("bins", 1, MAX_BINS) ?? DEFAULT_BINS;
  query.end();
  const source = await sourceWith(deps, c.req.param("source") ?? "");
  const { id, label, live, span } = source;
  const from = wanted.from ?? span?.start ?? deps.now();
  const to = wanted.to ?? Math.max(span ? span.end + 1 : 0, from + 1);
  if (to <= from) {
    query.refuse("to", wanted.to ?? to, `an instant after from (${from})`);
    query.end();
  }
  const activity = await archiveOf(deps).ask("activity", id, from, to, bins);
  return c.json(
    {
      source: id,
      label,
      live,
      version: deps.erasures.version(id),
      span: shown(span),
      from,
      to,
      binMs: (to - from) / bins,
      activity,
      gaps: gapsWithin(source, from, to),
      sizes: sizesWithin(source, from, to),
    } satisfies z.infer<typeof sourceSchema>,
  );
}

function shown(span: KnownSource["span"]): { from: number; to: number } | null {
  return span ? { from: span.start, to: span.end } : null;
}

function gapsWithin({ span }: KnownSource, from: number, to: number) {
  return (span?.gaps ?? [])
    .filter(({ start, end }) => start < to && (end ?? Infinity) > from)
    .map(({ start, end, reason }) => ({ from: start, to: end ?? null, reason }));
}

/** The last size before `from`, too: otherwise nobody could tell what the first one follows. */
function sizesWithin({ span }: KnownSource, from: number, to: number) {
  const sizes = span?.sizes ?? [];
  const first = Math.max(0, sizes.findLastIndex(({ start }) => start <= from));
  return sizes.slice(first)
    .filter(({ start }) => start < to)
    .slice(-MAX_SIZES)
    .map(({ start, width, height }) => ({ from: start, width, height }));
}
