/**
 * `GET /stream`: the binary updates, chunked (docs/PROTOCOL.md).
 *
 * Bytes are pulled: the cursor is asked for more only when the connection can take it. A viewer that stops
 * reading thus costs its cursor and what the kernel buffers, and gets one catch-up when it comes back.
 */
import { z } from "@hono/zod-openapi";
import { acceptsEncodings } from "@std/http/negotiation.js";
import type { Ring } from "../capture/ring.ts";
import type { Hello } from "../capture/messages.ts";
import { type Joining, ViewerCursor } from "../capture/viewer_cursor.ts";
import { invalidValues, Problem, problemSchema } from "./problem.ts";
import { refusal } from "../config/refusal.ts";
import { type AppContext, json, peerName, type Route } from "./route.ts";
import type { ViewerRegistry } from "./viewers_registry.ts";

/** What the stream routes need besides the admin API's `Deps`. */
export interface StreamDeps {
  readonly capture: Joining & { hello(viewer: string): Hello };
  readonly ring: Ring;
  readonly registry: ViewerRegistry;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
}

export const STREAM_TYPE = "application/vnd.patchcast.stream";

/** A seq or an epoch's id, as digits. */
const countSchema = z.string().regex(/^\d{1,16}$/).transform(Number)
  .refine((count) => count <= Number.MAX_SAFE_INTEGER);
const querySchema = z.object({ since: countSchema.optional(), epoch: countSchema.optional() });

export function streamRoutes(deps: StreamDeps): Route[] {
  return [{
    method: "get",
    path: "/stream",
    role: "view",
    description: {
      summary: "Binary updates",
      description:
        "The message stream of docs/PROTOCOL.md in zstd frames; with `Content-Encoding: zstd` for " +
        "clients that accept it. `since` and `epoch` resume.",
      tags: ["watch"],
      request: { query: querySchema },
      responses: {
        200: { description: "The stream; it ends with a bye", content: { [STREAM_TYPE]: {} } },
        400: json("`since` or `epoch` is not a number", problemSchema),
        503: json("There are as many viewers as there may be", problemSchema),
      },
    },
    handler: (c) => openStream(c, deps),
  }];
}

function openStream(c: AppContext, deps: StreamDeps): Response {
  const { registry } = deps;
  const resume = readResume(c);
  refuseTooMany(registry);
  const id = registry.newId();
  const cursor = new ViewerCursor({
    form: "zstd",
    ring: deps.ring,
    capture: deps.capture,
    hello: () => deps.capture.hello(id),
    resume,
    now: deps.now,
  });
  const since = deps.now();
  registry.add(id, {
    info: () => ({
      id,
      transport: "stream",
      remote: peerName(c.var.peer),
      userAgent: c.req.header("user-agent") ?? "",
      since,
      seq: cursor.seq ?? 0,
      bytes: cursor.bytes,
      messages: cursor.chunks,
      catchUps: cursor.catchUps,
    }),
    end: (reason, text) => cursor.end(reason, text),
  });
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const parts = await cursor.next();
        if (parts) {
          for (const bytes of parts) controller.enqueue(bytes);
        } else {
          registry.remove(id);
          controller.close();
        }
      } catch (error) {
        registry.remove(id);
        throw error;
      }
    },
    cancel() {
      cursor.end("disconnected", "");
      registry.remove(id);
    },
  }, { highWaterMark: 0 });
  const headers = new Headers({
    "content-type": STREAM_TYPE,
    "cache-control": "no-store, no-transform",
    "vary": "accept-encoding",
    // nginx holds responses back otherwise.
    "x-accel-buffering": "no",
  });
  if (takesZstd(c.req.raw)) headers.set("content-encoding", "zstd");
  return new Response(body, { headers });
}

/** 503 when there are as many viewers as there may be. */
export function refuseTooMany(registry: ViewerRegistry): void {
  if (registry.admit()) return;
  throw new Problem("too-many-viewers", `There are ${registry.max} viewers already`, {
    headers: { "retry-after": "10" },
  });
}

function takesZstd(request: Request): boolean {
  return request.headers.has("accept-encoding") &&
    acceptsEncodings(request, "zstd", "identity") === "zstd";
}

/** Both parameters or neither count: a seq means nothing without its epoch. */
function readResume(c: AppContext): { seq: number; epoch: number } | undefined {
  const query = querySchema.safeParse(c.req.query());
  if (!query.success) {
    const names = new Set(query.error.issues.map(({ path }) => String(path[0])));
    throw invalidValues([...names].map((name) => {
      return refusal(name, c.req.query(name), "a whole number, 0 to 2^53 - 1");
    }));
  }
  const { since, epoch } = query.data;
  return since === undefined || epoch === undefined ? undefined : { seq: since, epoch };
}
