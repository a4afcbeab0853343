/**
 * `GET /stream/slices`: the picture and its changes in the simple packet format (docs/SLICES.md), chunked. What goes
 * over the wire is what `--slices-to` sends.
 */
import { z } from "@hono/zod-openapi";
import { parseIdentity } from "../capture/slices/packet.ts";
import { refusal } from "../config/refusal.ts";
import { afterTimeout } from "../slices/after.ts";
import type { SliceFeeds, SliceSource } from "../slices/feeds.ts";
import { SliceReader } from "../slices/reader.ts";
import { invalidValues, problemSchema } from "./problem.ts";
import { type AppContext, json, type Route } from "./route.ts";
import { sliceBody } from "./slices/slice_body.ts";
import {
  noSuchSource,
  type SourceLookup,
  sourceOf,
  sourceQuery,
  type Watched,
} from "./source_of.ts";
import { identify, refuseTooMany, STREAMING_HEADERS } from "./streaming.ts";
import type { ViewerRegistry } from "./viewers_registry.ts";

export interface SlicesDeps {
  readonly sources: SourceLookup<Watched<SliceSource>>;
  readonly feeds: Pick<SliceFeeds, "of">;
  readonly registry: ViewerRegistry;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
}

const querySchema = z.object({
  format: z.enum(["bgra", "bgr"]).default("bgra")
    .describe("Channels of the PNGs as OpenCV sees them; alpha is 255 everywhere"),
  identity: z.string().regex(/^[0-9a-f]{32}$/i).optional()
    .describe("16 bytes that precede each packet; left out: nothing does"),
  fps: z.coerce.number().min(0.1).max(120).optional()
    .describe("Packets a second at most; left out: as many as there are changes"),
});

const ALLOWED: Readonly<Record<string, string>> = {
  format: "bgra or bgr",
  identity: "32 hexadecimal digits",
  fps: "0.1 to 120",
};

export function slicesRoutes(deps: SlicesDeps): Route[] {
  return [{
    method: "get",
    path: "/stream/slices",
    role: "view",
    description: {
      summary: "Updates in the simple packet format",
      description:
        "Packets of PNG slices, as docs/SLICES.md describes them: the whole picture, then what changes.",
      tags: ["watch"],
      request: { query: querySchema.extend({ source: sourceQuery }) },
      responses: {
        200: { description: "The packets", content: { "application/octet-stream": {} } },
        400: json("A parameter cannot be used", problemSchema),
        404: noSuchSource,
        503: json("There are as many viewers as there may be", problemSchema),
      },
    },
    handler: (c) => openSlices(c, deps),
  }];
}

function openSlices(c: AppContext, { sources, feeds, registry, now }: SlicesDeps): Response {
  const { format, identity, fps } = readQuery(c);
  const source = sourceOf(c, sources);
  refuseTooMany(registry);
  const reader = new SliceReader({
    feed: feeds.of(source.id, source.engine),
    format,
    identity: identity === undefined ? undefined : parseIdentity(identity),
    fps: fps ?? Infinity,
    now: () => performance.now(),
    after: afterTimeout,
  });
  const id = registry.newId();
  const viewer = identify(c, { id, source: source.id, transport: "slices", now });
  registry.add(id, {
    left: source.enter(() => reader.end(), fps),
    info: () => ({
      ...viewer,
      seq: reader.seq,
      bytes: reader.bytes,
      messages: reader.packets,
      catchUps: Math.max(0, reader.wholes - 1),
      lagMs: null,
      link: null,
    }),
    // The format has no bye.
    end: () => reader.end(),
  });
  return new Response(sliceBody(reader, () => registry.remove(id)), {
    headers: { ...STREAMING_HEADERS, "content-type": "application/octet-stream" },
  });
}

function readQuery(c: AppContext): z.infer<typeof querySchema> {
  const query = querySchema.safeParse(c.req.query());
  if (query.success) return query.data;
  const names = new Set(query.error.issues.map(({ path }) => String(path[0])));
  throw invalidValues([...names].map((name) => refusal(name, c.req.query(name), ALLOWED[name])));
}
