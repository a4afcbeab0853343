/**
 * `GET /api/sources`: what can be watched. `POST /api/sources/{id}/frames`: a screenshot from elsewhere becomes what
 * the source `id` shows. `DELETE /api/sources/{id}`: a pushed source is closed.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { SourceRefused } from "../capture/source_refused.ts";
import type { Shot } from "../capture/source_set.ts";
import type { ShotPlace } from "../capture/shot_order.ts";
import { refusal } from "../config/refusal.ts";
import type { CaptureHealth } from "./deps.ts";
import { BadImage } from "./intake/bad_image.ts";
import { CAPTURED_AT, CAPTURED_AT_LIMITS, readCapturedAt } from "./intake/captured_at.ts";
import { DecoderBusy, type ImageDecoder } from "./intake/decoder.ts";
import { type ImageHeader, readImageHeader, sniffFormat } from "./intake/image_header.ts";
import { IMAGE_LIMITS } from "./intake/limits.ts";
import type { Uploads } from "./intake/upload.ts";
import { invalidValues, Problem, problemSchema } from "./problem.ts";
import { type AppContext, json, type Route } from "./route.ts";
import { sourceNamed } from "./source_of.ts";

/** A source as the routes of this file see it; `HeldSource` is one. */
export interface ListedSource {
  readonly id: string;
  readonly kind: "captured" | "pushed";
  readonly size: { readonly width: number; readonly height: number };
  readonly viewers: number;
  readonly pushedAt: number | undefined;
  readonly order: { readonly newestTime: number };
  readonly engine: { readonly label: string; health(): Promise<CaptureHealth> };
}

/** The sources; `SourceSet` is one. */
export interface Sources {
  readonly default: ListedSource;
  get(id: string | undefined): ListedSource | undefined;
  list(): ListedSource[];
  /** @throws {SourceRefused} */
  check(id: string): void;
  repeats(id: string, time: number, fileDigest: string): boolean;
  /** @throws {SourceRefused} */
  push(id: string, shot: Shot): Promise<ShotPlace>;
  remove(id: string, reason: string): boolean;
}

/** What the routes of this file need. */
export interface SourcesDeps {
  readonly sources: Sources;
  readonly decoder: Pick<ImageDecoder, "decode" | "isFull">;
  readonly uploads: Pick<Uploads, "read">;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
}

const sourceSchema = z.object({
  id: z.string().describe("For ?source="),
  kind: z.enum(["captured", "pushed"]),
  label: z.string().describe("Name for people"),
  default: z.boolean().describe("What is shown where no source is named"),
  state: z.enum(["live", "lost", "paused"]),
  detail: z.string().describe("Why it is not live, or ok"),
  width: z.int(),
  height: z.int(),
  viewers: z.int(),
  capturedAt: z.number().nullable()
    .describe(
      "When its newest picture was captured, ms since the Unix epoch; null: it is captured here, live",
    ),
  pushedAt: z.number().nullable().describe("When something was pushed to it last"),
});

const sourcesSchema = z.object({ sources: z.array(sourceSchema) });

const acceptedSchema = z.object({
  source: z.string(),
  result: z.enum(["newest", "duplicate", "late"]).describe(
    "newest: it is shown. duplicate: its pixels were shown already. late: captured before the picture that is " +
      "shown, it only goes into the history",
  ),
  capturedAt: z.number().describe("ms since the Unix epoch"),
  width: z.int(),
  height: z.int(),
});

const ids = z.object({ id: z.string().describe("a-z, 0-9, _ and -, at most 32 characters") });
const binary = { schema: { type: "string", format: "binary" } as const };

/** The routes of this file. */
export function sourcesRoutes(deps: SourcesDeps): Route[] {
  const { sources } = deps;
  return [{
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
  }, {
    method: "post",
    path: "/api/sources/{id}/frames",
    role: "push",
    body: "own",
    description: {
      summary: "Push a screenshot",
      description:
        `PNG of any kind, or JPEG (grey or YCbCr, 8 bits): at most ${IMAGE_LIMITS.maxBytes} bytes, ` +
        `${IMAGE_LIMITS.maxSide} pixels a side, ${IMAGE_LIMITS.maxPixels} in all. What is transparent is blended ` +
        "over black. The first picture makes the source. Pictures may come in any order.",
      request: {
        params: ids,
        headers: z.object({
          "x-captured-at": z.iso.datetime({ offset: true }).optional()
            .describe("When it was captured, at most 24 h ago; now when left out"),
        }),
        body: { content: { "image/png": binary, "image/jpeg": binary } },
      },
      responses: {
        200: json("It was accepted", acceptedSchema),
        400: json(`The id or ${CAPTURED_AT} is not allowed`, problemSchema),
        408: json("The body did not arrive in time", problemSchema),
        409: json("The server captures this source itself", problemSchema),
        413: json("Too many bytes or, with the other sources, pixels", problemSchema),
        415: json("It is not what its Content-Type says, or neither PNG nor JPEG", problemSchema),
        422: json(
          "The picture is damaged, too large, or of a kind that is not supported",
          problemSchema,
        ),
        503: json("Too many pictures or sources at a time; see Retry-After", problemSchema),
      },
    },
    handler: (c) => push(c, deps),
  }, {
    method: "delete",
    path: "/api/sources/{id}",
    role: "admin",
    description: {
      summary: "Close a pushed source",
      description:
        "Its viewers are disconnected; its history stays. The next picture opens it again.",
      request: { params: ids },
      responses: {
        204: { description: "It is closed" },
        404: json("There is no such source", problemSchema),
        409: json("It is not a pushed one", problemSchema),
      },
    },
    handler(c) {
      const { id, kind } = sourceNamed(c.req.param("id"), sources);
      if (kind === "captured") throw new Problem("conflict", `${id} is captured, not pushed`);
      sources.remove(id, "removed by an administrator");
      return c.body(null, 204);
    },
  }];
}

async function describe(
  source: ListedSource,
  sources: Sources,
): Promise<z.infer<typeof sourceSchema>> {
  const { id, kind, size, viewers, pushedAt, order, engine } = source;
  const { state, detail } = await engine.health();
  const capturedAt = Number.isFinite(order.newestTime) ? order.newestTime : null;
  return {
    id,
    kind,
    label: engine.label,
    default: source === sources.default,
    state,
    detail,
    width: size.width,
    height: size.height,
    viewers,
    capturedAt,
    pushedAt: pushedAt ?? null,
  };
}

async function push(c: AppContext, deps: SourcesDeps): Promise<Response> {
  const { sources, decoder, uploads, now } = deps;
  const id = c.req.param("id") ?? "";
  const time = readCapturedAt(c.req.header(CAPTURED_AT), now(), CAPTURED_AT_LIMITS);
  if (typeof time !== "number") throw invalidValues([time]);
  const type = pictureType(c);
  return await orRefuse(id, async () => {
    // Everything that can be refused without the body is refused before it is read.
    sources.check(id);
    if (decoder.isFull) throw new DecoderBusy("Too many pictures wait to be decoded");
    return await uploads.read(c.req.raw, async (bytes) => {
      const { width, height } = checkHeader(bytes, type);
      const answer = (result: ShotPlace) =>
        c.json({ source: id, result, capturedAt: time, width, height });
      const fileDigest = createHash("sha256").update(bytes).digest("hex");
      if (sources.repeats(id, time, fileDigest)) return answer("duplicate");
      const { pixels, digest } = await decoder.decode(bytes);
      return answer(await sources.push(id, { time, frame: pixels, digest, fileDigest }));
    });
  });
}

const TYPES: ReadonlyMap<string, ImageHeader["format"]> = new Map([
  ["image/png", "png"],
  ["image/jpeg", "jpeg"],
]);

function pictureType(c: AppContext): ImageHeader["format"] {
  const given = c.req.header("content-type")?.split(";", 1)[0].trim().toLowerCase() ?? "";
  const type = TYPES.get(given);
  if (type) return type;
  throw new Problem(
    "unsupported-type",
    "Send the picture as Content-Type: image/png or image/jpeg",
  );
}

/** What is in the body decides, but a sender who calls it something else has made a mistake. */
function checkHeader(bytes: Uint8Array, type: ImageHeader["format"]): ImageHeader {
  if (bytes.length === 0) throw new BadImage("The body is empty, wanted a PNG or JPEG file");
  const found = sniffFormat(bytes);
  if (found !== undefined && found !== type) {
    throw new Problem(
      "unsupported-type",
      `The body is image/${found}, its Content-Type image/${type}`,
    );
  }
  return readImageHeader(bytes, IMAGE_LIMITS);
}

/** Turns what the parts below throw into problems. */
async function orRefuse(id: string, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BadImage) throw new Problem("bad-image", error.message);
    if (error instanceof DecoderBusy) throw new Problem("busy", error.message, later(1));
    if (!(error instanceof SourceRefused)) throw error;
    switch (error.reason) {
      case "id":
        throw invalidValues([
          refusal("id", id, "1 to 32 of a-z, 0-9, _ and -, beginning with a letter or digit"),
        ]);
      case "captured":
        throw new Problem("conflict", error.message);
      case "full":
        throw new Problem("busy", error.message, later(600));
      case "pixels":
        throw new Problem("too-large", error.message);
    }
  }
}

function later(seconds: number): { headers: Record<string, string> } {
  return { headers: { "retry-after": String(seconds) } };
}
