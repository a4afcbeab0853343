/**
 * `GET /mjpeg`: the screen as a row of JPEG files in `multipart/x-mixed-replace`, for `<img>`, VLC, ffmpeg, Home
 * Assistant and everything else that shows webcams. Lossy, and many times the bytes of `/stream`.
 */
import { z } from "zod";
import { type Refusal, refusal } from "../config/refusal.ts";
import type { Ring } from "../capture/ring.ts";
import { lagOf } from "../capture/viewer_lag.ts";
import { type MjpegFeed, TooManyKinds } from "./mjpeg/feed.ts";
import type { FilmKind } from "./mjpeg/mjpeg_protocol.ts";
import { MJPEG_TYPE, type Parts, partsFor } from "./mjpeg/parts.ts";
import { MjpegReader, type ReaderClock } from "./mjpeg/reader.ts";
import { invalidValues, Problem, problemSchema } from "./problem.ts";
import { type AppContext, json, type Route } from "./route.ts";
import { type SourceLookup, sourceOf, sourceQuery, type Watched } from "./source_of.ts";
import { identify, refuseTooMany, STREAMING_HEADERS } from "./streaming.ts";
import type { ViewerRegistry } from "./viewers_registry.ts";

export interface MjpegDeps {
  readonly sources: SourceLookup<Watched<{ readonly ring: Ring }>>;
  /** The feed of a source. */
  readonly feedOf: (id: string) => MjpegFeed;
  readonly registry: ViewerRegistry;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
  /** When pictures are sent; default: real time. */
  readonly clock?: ReaderClock;
}

const FPS = { min: 0.1, max: 60, fallback: 15 } as const;
const QUALITY = { min: 1, max: 100, fallback: 80 } as const;

export function mjpegRoutes(deps: MjpegDeps): Route[] {
  return [{
    method: "get",
    path: "/mjpeg",
    role: "view",
    basic: true,
    description: {
      summary: "The picture as MJPEG",
      description:
        "`multipart/x-mixed-replace` of JPEG files, one whenever something has changed. The token " +
        "may be the password of HTTP's Basic authentication, with any user name.",
      tags: ["watch"],
      request: {
        query: z.object({
          source: sourceQuery,
          fps: z.number().min(FPS.min).max(FPS.max).optional()
            .describe(`Pictures a second at most, ${FPS.fallback} when left out`),
          q: z.int().min(QUALITY.min).max(QUALITY.max).optional()
            .describe(
              `JPEG quality, ${QUALITY.fallback} when left out; from 90 on with full colour`,
            ),
          pointer: z.enum(["0", "1"]).optional().describe("0: without the pointer"),
        }),
      },
      responses: {
        200: { description: "The pictures", content: { [MJPEG_TYPE]: {} } },
        400: json("A parameter is out of range", problemSchema),
        404: json("There is no such source", problemSchema),
        503: json("There are too many viewers, or pictures of too many kinds", problemSchema),
      },
    },
    handler: (c) => openMjpeg(c, deps),
  }];
}

function openMjpeg(c: AppContext, deps: MjpegDeps): Response {
  const { registry, now } = deps;
  const { kind, fps } = readQuery(c);
  const source = sourceOf(c, deps.sources);
  refuseTooMany(registry);
  const reader = openReader(deps, source.id, kind, fps);
  const id = registry.newId();
  const viewer = identify(c, { id, source: source.id, transport: "mjpeg", now });
  const body = new MjpegBody(reader, partsFor(c.req.raw.headers), () => registry.remove(id));
  const { ring } = source.engine;
  registry.add(id, {
    left: source.enter(() => reader.end(), fps),
    info: () => ({
      ...viewer,
      seq: reader.seq ?? 0,
      bytes: body.bytes,
      messages: body.pictures,
      catchUps: 0,
      lagMs: lagOf(ring, reader.seq, now()),
      link: null,
    }),
    end: () => reader.end(),
  });
  return new Response(body.open(), {
    headers: { ...STREAMING_HEADERS, "content-type": MJPEG_TYPE },
  });
}

function openReader(
  { feedOf, clock }: MjpegDeps,
  id: string,
  kind: FilmKind,
  fps: number,
): MjpegReader {
  try {
    return new MjpegReader({ enter: (changed) => feedOf(id).enter(kind, changed), fps, clock });
  } catch (error) {
    if (!(error instanceof TooManyKinds)) throw error;
    throw new Problem("busy", error.message, { headers: { "retry-after": "10" } });
  }
}

/** A viewer's pictures as a response's body. The connection asks for each: one that is slow skips what it has missed. */
class MjpegBody implements UnderlyingDefaultSource<Uint8Array> {
  readonly #reader: MjpegReader;
  readonly #parts: Parts;
  readonly #gone: () => void;
  /** Totals of this connection. */
  bytes = 0;
  pictures = 0;

  /** @param gone called once, when the stream has ended or been cancelled */
  constructor(reader: MjpegReader, parts: Parts, gone: () => void) {
    this.#reader = reader;
    this.#parts = parts;
    this.#gone = gone;
  }

  open(): ReadableStream<Uint8Array> {
    return new ReadableStream(this, { highWaterMark: 0 });
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const { opening, before, after, closing } = this.#parts;
    const frame = await this.#reader.next();
    const isFirst = this.pictures === 0;
    if (!frame) {
      this.#give(controller, (isFirst ? opening : "") + closing);
      this.#end();
      controller.close();
      return;
    }
    this.#give(controller, (isFirst ? opening : "") + before(frame));
    this.bytes += frame.bytes.length;
    controller.enqueue(frame.bytes);
    this.#give(controller, after);
    this.pictures++;
  }

  /** The other end has gone. */
  cancel(): void {
    this.#end();
  }

  #give(controller: ReadableStreamDefaultController<Uint8Array>, text: string): void {
    if (text === "") return;
    const bytes = new TextEncoder().encode(text);
    this.bytes += bytes.length;
    controller.enqueue(bytes);
  }

  #end(): void {
    this.#reader.end();
    this.#gone();
  }
}

function readQuery(c: AppContext): { kind: FilmKind; fps: number } {
  const refused: Refusal[] = [];
  const read = (
    name: string,
    { min, max, fallback }: { min: number; max: number; fallback: number },
    form: RegExp,
    allowed: string,
  ): number => {
    const text = c.req.query(name);
    if (text === undefined) return fallback;
    const value = form.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    refused.push(refusal(name, text, allowed));
    return fallback;
  };
  const fps = read("fps", FPS, /^\d{1,3}(\.\d{1,6})?$/, `${FPS.min} to ${FPS.max}`);
  const quality = read(
    "q",
    QUALITY,
    /^\d{1,3}$/,
    `a whole number, ${QUALITY.min} to ${QUALITY.max}`,
  );
  const pointer = c.req.query("pointer") ?? "1";
  if (!/^[01]$/.test(pointer)) refused.push(refusal("pointer", pointer, "0 or 1"));
  if (refused.length > 0) throw invalidValues(refused);
  return { kind: { quality, pointer: pointer === "1" }, fps };
}
