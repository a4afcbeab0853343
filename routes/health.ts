/**
 * `GET /healthz`: 200 only while frames are fresh. Anybody may ask, so it tells no more than that, and asking
 * often costs no more than asking once.
 */
import { z } from "zod";
import type { CaptureControl, CaptureHealth } from "./deps.ts";
import { json, type Route } from "./route.ts";

/** How long the capture Worker may take to answer before it counts as stuck, ms. */
const ANSWER_WITHIN_MS = 2000;

const healthSchema = z.object({
  ok: z.boolean(),
  state: z.enum(["live", "lost", "paused", "stuck"]),
  detail: z.string(),
});

type HealthAnswer = z.infer<typeof healthSchema>;

/** The routes of this file. `answerWithinMs` is for tests. */
export function healthRoutes(
  capture: Pick<CaptureControl, "health">,
  answerWithinMs = ANSWER_WITHIN_MS,
): Route[] {
  let asking: Promise<HealthAnswer> | undefined;
  const ask = () => asking ??= askOnce(capture, answerWithinMs).finally(() => asking = undefined);
  return [{
    method: "get",
    path: "/healthz",
    role: "none",
    head: true,
    description: {
      summary: "Is the picture fresh?",
      description:
        "No token needed. A screen that does not change is healthy; a source that does not " +
        "answer is not.",
      responses: { 200: json("Fresh", healthSchema), 503: json("Not fresh", healthSchema) },
    },
    async handler(c) {
      const health = await ask();
      return c.json(health, health.ok ? 200 : 503);
    },
  }];
}

async function askOnce(
  capture: Pick<CaptureControl, "health">,
  answerWithinMs: number,
): Promise<HealthAnswer> {
  const { promise: stuck, resolve } = Promise.withResolvers<HealthAnswer>();
  const timer = setTimeout(() => {
    resolve({ ok: false, state: "stuck", detail: "The capture does not answer" });
  }, answerWithinMs);
  try {
    return await Promise.race([capture.health().then(answerOf), stuck]);
  } catch {
    return { ok: false, state: "stuck", detail: "The capture has failed" };
  } finally {
    clearTimeout(timer);
  }
}

/** The source's own words stay inside: they may name displays, hosts and windows. */
function answerOf({ healthy, state }: CaptureHealth): HealthAnswer {
  if (healthy) return { ok: true, state, detail: "ok" };
  const detail = state === "lost" ? "The source is away" : "The newest picture is too old";
  return { ok: false, state, detail };
}
