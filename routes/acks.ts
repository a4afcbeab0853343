/**
 * `POST /api/viewers/{id}/ack`: what a viewer shows by now, so that it is sent no more than its link carries
 * (capture/link_window.ts). `/events` has no such thing: its viewers are bounded by back-pressure.
 */
import { z } from "zod";
import type { ViewerCursor } from "../capture/viewer_cursor.ts";
import { refusal, refusals } from "../config/refusal.ts";
import { readJson } from "./body.ts";
import type { Acknowledgement, AcknowledgementAnswer, Viewers } from "./deps.ts";
import { invalidValues, Problem, problemSchema } from "./problem.ts";
import { json, type Route } from "./route.ts";

/** The shortest pause between two acknowledgements that is asked for. */
const MIN_INTERVAL_MS = 100;
/** The longest. */
const MAX_INTERVAL_MS = 2000;
/** A viewer that was held back this lately is asked for the shortest. */
const PRESSED_MS = 5000;
const MAX_DELAY_MS = 60_000;
const MAX_MISMATCHES = 1000;

const ackSchema = z.strictObject({
  seq: z.int().min(0).describe(
    "Seq of the newest update that is painted; 0, once: the hello has arrived",
  ),
  delayMs: z.number().min(0).max(MAX_DELAY_MS).default(0).describe(
    "For how long it had been painted when this was sent",
  ),
  mismatches: z.int().min(0).max(MAX_MISMATCHES).default(0).describe(
    "Checks in which the canvas was not what it should be, since the last acknowledgement",
  ),
});

const RANGES: Readonly<Record<string, string>> = {
  seq: "a whole number, 0 to 2^53 - 1",
  delayMs: `0 to ${MAX_DELAY_MS}`,
  mismatches: `a whole number, 0 to ${MAX_MISMATCHES}`,
};

const answerSchema = z.object({
  intervalMs: z.int().describe("How long to wait before the next one, if less than 32 KiB come"),
});

/** The routes of this file. */
export function acksRoutes(viewers: Pick<Viewers, "acknowledge">): Route[] {
  return [{
    method: "post",
    path: "/api/viewers/{id}/ack",
    role: "view",
    description: {
      summary: "Tell what a stream's viewer shows",
      description:
        "The id is in the stream's hello. Who acknowledges is sent no more than the link carries, and " +
        "so sees the newest picture on a slow one. An acknowledgement older than the last one does nothing.",
      tags: ["watch"],
      request: {
        params: z.object({ id: z.string().describe("`viewer` of the hello") }),
        body: { content: { "application/json": { schema: ackSchema } }, required: true },
      },
      responses: {
        200: json("Taken", answerSchema),
        400: json("A value is not allowed, or no such update was sent", problemSchema),
        404: json("There is no such stream", problemSchema),
      },
    },
    async handler(c) {
      const body = await readJson(c.req.raw);
      if (typeof body !== "object" || body === null || Array.isArray(body)) {
        throw new Problem("malformed", 'The body must be a JSON object: {"seq": 42}');
      }
      const parsed = ackSchema.safeParse(body);
      if (!parsed.success) {
        throw invalidValues(refusals(parsed.error, body, (path, known) => {
          return known ? RANGES[String(path[0])] : "no such field";
        }));
      }
      const answer = viewers.acknowledge(c.req.param("id") ?? "", parsed.data);
      if (!answer) throw new Problem("not-found", "No stream has this id");
      if (answer.result === "ahead") {
        const allowed = `0 to ${answer.newest}, the newest update sent`;
        throw invalidValues([refusal("seq", parsed.data.seq, allowed)]);
      }
      return c.json({ intervalMs: answer.intervalMs });
    },
  }];
}

/**
 * Tells a stream's cursor what its viewer shows.
 * @param usualMs the pause before the next acknowledgement where nothing presses
 */
export function acknowledge(
  cursor: Pick<ViewerCursor, "acknowledge" | "heldBackWithin" | "seq">,
  { seq, delayMs }: Pick<Acknowledgement, "seq" | "delayMs">,
  usualMs: number,
): AcknowledgementAnswer {
  const result = cursor.acknowledge(seq, delayMs);
  const pressed = cursor.heldBackWithin(PRESSED_MS);
  const wanted = pressed ? MIN_INTERVAL_MS : Math.round(usualMs);
  const intervalMs = Math.min(MAX_INTERVAL_MS, Math.max(MIN_INTERVAL_MS, wanted));
  return { result, newest: cursor.seq ?? 0, intervalMs };
}
