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
import { SharedJoins } from "../capture/shared_joins.ts";
import { type Joining, ViewerCursor } from "../capture/viewer_cursor.ts";
import { acknowledge } from "./acks.ts";
import { browserOf } from "./crowds.ts";
import { invalidValues, problemSchema } from "./problem.ts";
import { refusal } from "../config/refusal.ts";
import { type AppContext, json, type Route } from "./route.ts";
import { type SourceLookup, sourceOf, sourceQuery, type Watched } from "./source_of.ts";
import { StreamBody } from "./stream_body.ts";
import { identify, refuseTooMany, STREAMING_HEADERS, type ViewerIdentity } from "./streaming.ts";
import { Turns } from "./turns.ts";
import type { ViewerRegistry } from "./viewers_registry.ts";

/** What the stream routes need besides the admin API's `Deps`. */
export interface StreamDeps {
  readonly sources: SourceLookup<
    Watched<Joining & { readonly ring: Ring; hello(viewer: string): Hello }>
  >;
  readonly registry: ViewerRegistry;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
}

export const STREAM_TYPE = "application/vnd.patchcast.stream";

/** A seq or an epoch's id, as digits. */
const countSchema = z.string().regex(/^\d{1,16}$/).transform(Number)
  .refine((count) => count <= Number.MAX_SAFE_INTEGER);
const querySchema = z.object({ since: countSchema.optional(), epoch: countSchema.optional() });

/** What all streams share. */
class Shared {
  readonly turns = new Turns();
  readonly #joins = new WeakMap<Joining, SharedJoins>();

  /** The way into an engine's stream. */
  joinsOf(engine: Joining): SharedJoins {
    const joins = this.#joins.get(engine) ?? new SharedJoins(engine);
    this.#joins.set(engine, joins);
    return joins;
  }
}

export function streamRoutes(deps: StreamDeps): Route[] {
  const shared = new Shared();
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
      request: { query: querySchema.extend({ source: sourceQuery }) },
      responses: {
        404: json("There is no such source", problemSchema),
        200: { description: "The stream; it ends with a bye", content: { [STREAM_TYPE]: {} } },
        400: json("`since` or `epoch` is not a number", problemSchema),
        503: json("There are as many viewers as there may be", problemSchema),
      },
    },
    handler: (c) => openStream(c, deps, shared),
  }];
}

function openStream(c: AppContext, deps: StreamDeps, shared: Shared): Response {
  const { registry } = deps;
  const resume = readResume(c);
  const source = sourceOf(c, deps.sources);
  const { engine } = source;
  refuseTooMany(registry);
  const id = registry.newId();
  const cursor = new ViewerCursor({
    form: "zstd",
    ring: engine.ring,
    capture: shared.joinsOf(engine),
    hello: () => engine.hello(id),
    resume,
    now: deps.now,
    delay: registry.delay,
  });
  const viewer = identify(c, { id, source: source.id, transport: "stream", now: deps.now });
  register(viewer, cursor, registry, source, browserOf(c));
  const body = new StreamBody({
    ring: engine.ring,
    cursor,
    turns: shared.turns,
    viewers: () => registry.count,
    gone: () => registry.remove(id),
  });
  return new Response(body.open(), { headers: messageHeaders(c.req.raw) });
}

/**
 * Enters a stream into the list of viewers. What it notes lives as long as the stream does: the request and
 * its context must not, so they are not in reach here.
 */
function register(
  viewer: ViewerIdentity,
  cursor: ViewerCursor,
  registry: ViewerRegistry,
  source: Pick<Watched<unknown>, "enter">,
  browser: string | undefined,
): void {
  registry.add(viewer.id, {
    left: source.enter((reason, code) => cursor.end(code, reason)),
    info: () => ({
      ...viewer,
      seq: cursor.seq ?? 0,
      bytes: cursor.bytes,
      messages: cursor.chunks,
      catchUps: cursor.catchUps,
      lagMs: cursor.lagMs,
      link: cursor.link,
    }),
    end: (reason, text) => cursor.end(reason, text),
    acknowledge: (ack, usualMs) => acknowledge(cursor, ack, usualMs),
    browser,
    onCrowd: () => cursor.stopListening(),
  });
}

/** True for clients that undo zstd themselves. */
export function takesZstd(request: Request): boolean {
  return request.headers.has("accept-encoding") &&
    acceptsEncodings(request, "zstd", "identity") === "zstd";
}

/** Headers of a stream of messages in zstd frames. */
export function messageHeaders(request: Request): Headers {
  const headers = new Headers({
    ...STREAMING_HEADERS,
    "content-type": STREAM_TYPE,
    "vary": "accept-encoding",
  });
  if (takesZstd(request)) headers.set("content-encoding", "zstd");
  return headers;
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
