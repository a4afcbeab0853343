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
import { invalidValues, Problem } from "./problem.ts";
import { type AppContext, peerName, type Route } from "./route.ts";
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

const querySchema = z.object({
  since: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  epoch: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
});

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
        503: { description: "As many viewers as there may be" },
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
  throw new Problem("busy", `There are ${registry.max} viewers already`, {
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
    throw invalidValues(query.error.issues.map(({ path }) => {
      const field = path.join(".");
      const value = c.req.query(field);
      const allowed = "0 to 2^53 - 1";
      return {
        field,
        value,
        allowed,
        message: `Cannot set ${field}: got ${value}, wanted ${allowed}`,
      };
    }));
  }
  const { since, epoch } = query.data;
  return since === undefined || epoch === undefined ? undefined : { seq: since, epoch };
}
