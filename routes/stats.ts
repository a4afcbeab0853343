/**
 * `GET /api/stats`: what the program measures of itself, as JSON.
 */
import { z } from "zod";
import { liveSettingsSchema } from "../config.ts";
import type { CaptureStats, Deps, RingStats } from "./deps.ts";
import { json, type Route } from "./route.ts";
import { noSuchSource, sourceOf, sourceQuery } from "./source_of.ts";

const count = z.number().min(0);
const stageTime = z.object({
  p50: z.number().describe("ms, median of the newest samples; 0: none yet"),
  p95: z.number().describe("ms, 95th percentile of the newest samples"),
});

const captureStatsSchema = z.object({
  source: z.string().describe("Name of the source for people"),
  state: z.enum(["live", "lost", "paused"]),
  width: z.int(),
  height: z.int(),
  seq: z.int().describe("Seq of the newest update"),
  epoch: z.int(),
  fps: z.number().describe("The setting"),
  paceFps: z.number().describe(
    "Ticks per second that are allowed now: the setting, or less while nobody watches who takes as many",
  ),
  ticksPerSecond: count.describe("Over the last two seconds"),
  updatesPerSecond: count.describe("Over the last two seconds"),
  captureMs: stageTime,
  diffMs: stageTime,
  motionMs: stageTime.describe("The search for what moved and what was seen before"),
  encodeMs: stageTime,
  ticks: count,
  ticksSkipped: count.describe("Ticks at which nothing had changed, so no pixel was read"),
  ticksMissed: count.describe("Ticks that could not run because the one before took too long"),
  updates: count,
  keyframes: count,
  catchUps: count,
  epochs: count,
  patches: count,
  copies: count,
  recalls: count,
  changedPixels: count,
  rawEquivalentBytes: count.describe("The changed rectangles as raw 32-bit pixels"),
  messageBytes: count.describe("The updates before zstd"),
  streamBytes: count.describe("The updates after zstd"),
  lossyTiles: count.describe("Tiles shown with losses, still to be repaired"),
  deferredTiles: count.describe(
    "Tiles whose difference is below the threshold and still to be sent",
  ),
  sleeping: z.boolean().describe("Nobody watches, so the loop rests"),
}) satisfies z.ZodType<Omit<CaptureStats, "stages">>;

const ringSchema = z.object({
  entries: count,
  bytes: count,
  maxBytes: count,
  spanMs: count.describe("Age of the oldest update kept"),
  maxMs: count,
}) satisfies z.ZodType<RingStats>;

const statsSchema = captureStatsSchema.extend({
  id: z.string().describe("Id of the source"),
  now: z.number().describe("The server's clock, ms since the Unix epoch"),
  settings: liveSettingsSchema,
  ring: ringSchema,
  sourceViewers: count.describe("Open streams of this source; viewers has those of all sources"),
  viewers: z.object({
    count: count,
    max: count,
    opened: count.describe("Streams opened since the start"),
    refused: count.describe("Streams turned away because of the limit"),
    mismatches: count.describe("Checks, as far as pages told, that found a canvas wrong"),
  }),
  history: z.object({
    state: z.enum(["recording", "stopped", "off"]),
    detail: z.string().describe("Why it does not record, or ok"),
  }),
});

/** The routes of this file. */
export function statsRoutes({ sources, viewers, history, now }: Deps): Route[] {
  return [{
    method: "get",
    path: "/api/stats",
    role: "view",
    description: {
      summary: "Read measurements",
      description:
        "Of one source, and of the whole server: the clock, viewers and history. Counters run since " +
        "the start of the capture.",
      request: { query: z.object({ source: sourceQuery }) },
      responses: { 200: json("Measurements", statsSchema), 404: noSuchSource },
    },
    async handler(c) {
      const source = sourceOf(c, sources);
      const { id, engine } = source;
      // The histograms are for /metrics: here they would be most of the answer.
      const { stages: _, ...stats } = await engine.stats();
      const { count, max, opened, refused, mismatches } = viewers;
      return c.json({
        id,
        ...stats,
        now: now(),
        settings: engine.settings(),
        ring: engine.ring.stats(),
        sourceViewers: source.viewers,
        viewers: { count, max, opened, refused, mismatches },
        history: history?.state ?? { state: "off", detail: "there is no history" },
      });
    },
  }];
}
