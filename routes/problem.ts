/**
 * Errors as HTTP tells them: problem details (RFC 9457). Anything thrown that is no `Problem` is a fault
 * of this program: it is logged under an id, and only the id leaves.
 */
import { z } from "@hono/zod-openapi";
import type { ContentfulStatusCode } from "hono/utils/http-status";

import { EngineGone } from "../capture/engine.ts";
import type { Refusal } from "../config/refusal.ts";

/** What went wrong, and with what status it is answered. */
interface Kind {
  readonly status: ContentfulStatusCode;
  readonly title: string;
}

/** Every kind of problem; the key is the last part of its `type`. */
const kinds = {
  "malformed": { status: 400, title: "The request cannot be read" },
  "invalid": { status: 400, title: "A value is not allowed" },
  "token-in-url": { status: 400, title: "A token does not belong in a URL" },
  "unauthorized": { status: 401, title: "A token is needed" },
  "forbidden": { status: 403, title: "This needs another token" },
  "foreign-origin": { status: 403, title: "Requests from other sites are refused" },
  "not-found": { status: 404, title: "There is no such thing" },
  "method-not-allowed": { status: 405, title: "This method is not allowed here" },
  "timeout": { status: 408, title: "The request took too long" },
  "history-off": { status: 404, title: "There is no history" },
  "conflict": { status: 409, title: "This does not go together with what is there" },
  "too-large": { status: 413, title: "The request is too large" },
  "unsupported-type": { status: 415, title: "This content type is not supported" },
  "foreign-host": { status: 421, title: "This server does not go by that name" },
  "bad-image": { status: 422, title: "The picture cannot be used" },
  "too-many-failures": { status: 429, title: "Too many wrong tokens" },
  "fault": { status: 500, title: "Something went wrong in the server" },
  "no-ffmpeg": { status: 501, title: "This needs ffmpeg" },
  "too-many-viewers": { status: 503, title: "There are as many viewers as there may be" },
  "busy": { status: 503, title: "Too busy" },
  "unavailable": { status: 503, title: "Not available now" },
} as const satisfies Record<string, Kind>;

/** A kind of problem. */
export type ProblemKind = keyof typeof kinds;

/** Thrown by routes and middleware to be answered as problem details. */
export class Problem extends Error {
  override name = "Problem";
  readonly kind: ProblemKind;
  readonly errors: readonly Refusal[];
  readonly headers: Readonly<Record<string, string>>;

  /**
   * @param detail For the person who made the request. It reaches the client: no secrets, no internals.
   * @param extra Refused values, and headers such as `Retry-After`.
   */
  constructor(
    kind: ProblemKind,
    detail: string,
    extra: {
      readonly errors?: readonly Refusal[];
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(detail);
    this.kind = kind;
    this.errors = extra.errors ?? [];
    this.headers = extra.headers ?? {};
  }

  /** The status it is answered with. */
  get status(): ContentfulStatusCode {
    return kinds[this.kind].status;
  }
}

/** A problem that consists of refused values. */
export function invalidValues(errors: readonly Refusal[]): Problem {
  return new Problem("invalid", errors.map(({ message }) => message).join("; "), { errors });
}

/** The answer to a problem; `instance` is the id under which a fault was logged. */
export function problemResponse(problem: Problem, instance?: string): Response {
  const { status, title } = kinds[problem.kind];
  const body = {
    type: `urn:patchcast:problem:${problem.kind}`,
    title,
    status,
    detail: problem.message,
    ...instance === undefined ? {} : { instance },
    ...problem.errors.length === 0 ? {} : { errors: problem.errors },
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...problem.headers, "content-type": "application/problem+json" },
  });
}

/**
 * Answers whatever a route threw.
 * @param log Is told about faults, with the id that the client gets. The URL's query stays out of it.
 */
export function answerError(
  error: unknown,
  request: Request,
  log: (message: string, error: unknown) => void,
): Response {
  if (error instanceof Problem) return problemResponse(error);
  if (error instanceof EngineGone) {
    const detail = "The source is being started again";
    return problemResponse(new Problem("unavailable", detail, { headers: { "retry-after": "2" } }));
  }
  const id = crypto.randomUUID();
  log(`request ${id} failed: ${request.method} ${new URL(request.url).pathname}`, error);
  const problem = new Problem("fault", `The fault is in the server's log under ${id}`);
  return problemResponse(problem, `urn:uuid:${id}`);
}

/** The body of every error, for the API description. */
export const problemSchema = z.object({
  type: z.string().describe("urn:patchcast:problem:KIND"),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe("What went wrong this time, for people"),
  instance: z.string().optional().describe("The id of a fault in the server's log"),
  errors: z.array(z.object({
    field: z.string().describe("Path of the refused value: fps, masks[3].x"),
    value: z.unknown().describe("What was given"),
    allowed: z.string().describe("What is allowed: 1 to 120"),
    message: z.string().describe("Cannot set fps: got 0, wanted 1 to 120"),
  })).optional(),
}).describe("Problem details, RFC 9457").openapi("Problem");
