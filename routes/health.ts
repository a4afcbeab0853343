/**
 * `GET /healthz`: 200 only while frames are fresh. Anybody may ask, so it tells no more than that, and asking
 * often costs no more than asking once.
 */
import { z } from "zod";
import type { CaptureControl, CaptureHealth, HistoryMeasuring } from "./deps.ts";
import { json, type Route } from "./route.ts";

/** How long the capture Worker may take to answer before it counts as stuck, ms. */
const ANSWER_WITHIN_MS = 2000;

const healthSchema = z.object({
  ok: z.boolean(),
  state: z.enum(["live", "paused", "stale", "lost", "stuck"]).describe(
    "live, paused: healthy; stale: the screen changed and nobody looked; lost: the source is away; " +
      "stuck: the capture does not answer",
  ),
  silent: z.int().describe(
    "Pushed sources whose senders promised to report and did not; they do not count as unhealthy, since the server " +
      "is well: see GET /api/sources",
  ),
  detail: z.string().describe("For people; nothing of the screen, and no names"),
  history: z.enum(["recording", "stopped", "off"]).describe(
    "stopped: the disk refuses; the live view goes on, so this does not count as unhealthy",
  ),
});

const SEVERITY: readonly string[] = ["stale", "lost", "stuck"];

type HealthAnswer = Omit<z.infer<typeof healthSchema>, "history" | "silent">;

/** What the routes of this file may be told. */
export interface HealthOptions {
  readonly history?: Pick<HistoryMeasuring, "state">;
  /** How many pushed sources are silent; default none. */
  readonly silent?: () => number;
  /** For tests. */
  readonly answerWithinMs?: number;
}

/**
 * The routes of this file.
 * @param captures the captured sources; one that is unhealthy makes the server so
 */
export function healthRoutes(
  captures: () => readonly Pick<CaptureControl, "health">[],
  { history, silent = () => 0, answerWithinMs = ANSWER_WITHIN_MS }: HealthOptions = {},
): Route[] {
  let asking: Promise<HealthAnswer> | undefined;
  const ask = () => asking ??= askAll(captures(), answerWithinMs).finally(() => asking = undefined);
  return [{
    method: "get",
    path: "/healthz",
    role: "none",
    head: true,
    description: {
      summary: "Is the picture fresh?",
      description:
        "No token needed. A screen that does not change is healthy, and so is a paused one; a " +
        "source that does not answer, or whose changes wait too long to be captured, is not.",
      responses: { 200: json("Fresh", healthSchema), 503: json("Not fresh", healthSchema) },
    },
    async handler(c) {
      const health = await ask();
      const recording = history?.state.state ?? "off";
      return c.json({ ...health, silent: silent(), history: recording }, health.ok ? 200 : 503);
    },
  }];
}

/** The worst of them. */
async function askAll(
  captures: readonly Pick<CaptureControl, "health">[],
  answerWithinMs: number,
): Promise<HealthAnswer> {
  const answers = await Promise.all(captures.map((one) => askOnce(one, answerWithinMs)));
  const ill = answers.filter(({ ok }) => !ok);
  const worst = ill.sort((a, b) => SEVERITY.indexOf(b.state) - SEVERITY.indexOf(a.state))[0];
  if (!worst) return answers.find(({ state }) => state === "live") ?? answers[0];
  if (answers.length === 1) return worst;
  return { ...worst, detail: `${worst.detail} (${ill.length} of ${answers.length} sources)` };
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
  if (state === "lost") return { ok: false, state, detail: "The source is away" };
  return { ok: false, state: "stale", detail: "The screen has changed since the newest picture" };
}
