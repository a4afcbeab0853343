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
import { invalidValues, Problem, problemSchema } from "./problem.ts";
import { refusal } from "../config/refusal.ts";
import { type AppContext, json, peerName, type Route } from "./route.ts";
import { type SourceLookup, sourceOf, sourceQuery, type Watched } from "./source_of.ts";
import { StreamBody } from "./stream_body.ts";
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
  register(id, cursor, deps, source, {
    remote: peerName(c.var.peer),
    userAgent: c.req.header("user-agent") ?? "",
    browser: browserOf(c),
  });
  const body = new StreamBody({
    ring: engine.ring,
    cursor,
    turns: shared.turns,
    viewers: () => registry.count,
    gone: () => registry.remove(id),
  });
  const headers = new Headers({
    "content-type": STREAM_TYPE,
    "cache-control": "no-store, no-transform",
    "vary": "accept-encoding",
    // nginx holds responses back otherwise.
    "x-accel-buffering": "no",
  });
  if (takesZstd(c.req.raw)) headers.set("content-encoding", "zstd");
  return new Response(body.open(), { headers });
}

/**
 * Enters a stream into the list of viewers. What it notes lives as long as the stream does: the request and
 * its context must not, so they are not in reach here.
 */
function register(
  id: string,
  cursor: ViewerCursor,
  { registry, now }: StreamDeps,
  source: Pick<Watched<unknown>, "id" | "enter">,
  client: { remote: string; userAgent: string; browser: string | undefined },
): void {
  const since = now();
  const { remote, userAgent, browser } = client;
  registry.add(id, {
    left: source.enter((reason, code) => cursor.end(code, reason)),
    info: () => ({
      id,
      source: source.id,
      transport: "stream",
      remote,
      userAgent,
      since,
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

/** 503 when there are as many viewers as there may be. */
export function refuseTooMany(registry: ViewerRegistry): void {
  if (registry.admit()) return;
  throw new Problem("too-many-viewers", `There are ${registry.max} viewers already`, {
    headers: { "retry-after": "10" },
  });
}

/** True for clients that undo zstd themselves. */
export function takesZstd(request: Request): boolean {
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
