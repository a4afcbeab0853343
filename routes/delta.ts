/**
 * `GET /api/delta.png`: what has changed between two pictures of the last while, as a picture with transparent parts.
 */
import { z } from "@hono/zod-openapi";
import { refusal } from "../config/refusal.ts";
import type { Picture } from "./deps.ts";
import { DeltaMakerBusy } from "./delta/delta_maker.ts";
import { type Deltas, NotHeld } from "./delta/deltas.ts";
import type { DeltaSource } from "./delta/start_points.ts";
import { isKnown } from "./etag.ts";
import { invalidValues, Problem, problemSchema } from "./problem.ts";
import { type AppContext, json, type Route } from "./route.ts";
import { type SourceLookup, sourceOf, sourceQuery } from "./source_of.ts";

export interface DeltaDeps {
  readonly sources: SourceLookup<{
    readonly id: string;
    readonly engine: DeltaSource & { picture(): Promise<Picture> };
  }>;
  readonly deltas: Pick<Deltas, "make">;
}

/** What a seq may be. */
const SEQ = "a whole number, 0 to 2^53 - 1";

/** The route of this file. */
export function deltaRoutes(deps: DeltaDeps): Route[] {
  return [{
    method: "get",
    path: "/api/delta.png",
    role: "view",
    description: {
      summary: "Get what changed between two pictures",
      description:
        "A PNG in which unchanged pixels are transparent and the others have the colours of the picture at `to`. With " +
        "the snapshot at `from`, `deno task restore` makes the one at `to` of it. Pictures are rebuilt from the ring: " +
        "the last seconds to minutes, not across a change of size, region or masks.",
      tags: ["watch"],
      request: {
        query: z.object({
          from: z.string().describe("Seq of the first picture (X-Patchcast-Seq of a snapshot)"),
          to: z.string().optional().describe(
            "Seq of the second one; the picture of now when left out",
          ),
          source: sourceQuery,
        }),
      },
      responses: {
        200: {
          description: "The difference; X-Patchcast-From and X-Patchcast-To are the seqs",
          content: { "image/png": { schema: { type: "string", format: "binary" } } },
        },
        304: { description: "It is the one in If-None-Match" },
        400: json("`from` or `to` is not a seq", problemSchema),
        404: json("There is no such source, or the ring has no such picture", problemSchema),
        503: json("Too many are asking; see Retry-After", problemSchema),
      },
    },
    handler: (c) => answer(c, deps),
  }];
}

async function answer(c: AppContext, { sources, deltas }: DeltaDeps): Promise<Response> {
  const [from, to] = readSeqs(c);
  const { id, engine } = sourceOf(c, sources);
  const last = to ?? (await engine.picture()).seq;
  // Seqs count on from the clock at each start: no two pictures ever have the same.
  const etag = `"delta-${id}-${from}-${last}"`;
  const headers = {
    "cache-control": "no-store, private",
    "etag": etag,
    "x-patchcast-from": String(from),
    "x-patchcast-to": String(last),
  };
  if (isKnown(c.req.header("if-none-match"), etag)) return c.body(null, 304, headers);
  try {
    const png = await deltas.make(id, engine, from, last);
    return c.body(png, 200, { ...headers, "content-type": "image/png" });
  } catch (error) {
    throw problemOf(error, from);
  }
}

function problemOf(error: unknown, from: number): unknown {
  if (error instanceof DeltaMakerBusy) {
    return new Problem("busy", "Too many differences are being made", {
      headers: { "retry-after": "1" },
    });
  }
  if (!(error instanceof NotHeld)) return error;
  const { held, seqs } = error;
  const wanted = held
    ? `${held.oldest} to ${held.newest}, the pictures that the ring holds`
    : "nothing yet: the ring holds no picture";
  const errors = seqs.map((seq) => refusal(seq === from ? "from" : "to", seq, wanted));
  return new Problem("not-found", errors.map(({ message }) => message).join("; "), { errors });
}

function readSeqs(c: AppContext): [from: number, to: number | undefined] {
  const read = (name: string) => {
    const text = c.req.query(name);
    const seq = text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : NaN;
    return Number.isSafeInteger(seq) ? seq : undefined;
  };
  const [from, to] = [read("from"), read("to")];
  const wrong = [
    ...from === undefined ? ["from"] : [],
    ...to === undefined && c.req.query("to") !== undefined ? ["to"] : [],
  ];
  if (from === undefined || wrong.length > 0) {
    throw invalidValues(wrong.map((name) => refusal(name, c.req.query(name), SEQ)));
  }
  return [from, to];
}
