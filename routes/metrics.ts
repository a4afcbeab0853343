/**
 * `GET /metrics`: the same measurements for Prometheus. Everything is read at the moment of the scrape; nothing
 * is counted here.
 */
import { Counter, Gauge, Registry } from "prom-client";
import type { CaptureHealth, CaptureStats, Deps, RingStats, StageTime, Viewers } from "./deps.ts";
import type { Route } from "./route.ts";

/** What a scrape reads. */
export interface Measured {
  readonly stats: CaptureStats;
  readonly health: CaptureHealth;
  readonly ring: RingStats;
  readonly viewers: Pick<Viewers, "count" | "max" | "opened" | "refused">;
}

/** Name, help, value. Names follow Prometheus' rules: base units, counters end in `_total`. */
type Metric = readonly [name: string, help: string, value: number];

/** The routes of this file. Role `view`: the numbers tell no more than watching does. */
export function metricsRoutes({ capture, viewers, ring }: Deps): Route[] {
  return [{
    method: "get",
    path: "/metrics",
    role: "view",
    description: {
      summary: "Read measurements in Prometheus' text format",
      responses: { 200: { description: "Metrics", content: { "text/plain": { schema: {} } } } },
    },
    async handler(c) {
      const [stats, health] = await Promise.all([capture.stats(), capture.health()]);
      const text = await metricsText({ stats, health, ring: ring(), viewers });
      return c.body(text, 200, { "content-type": Registry.PROMETHEUS_CONTENT_TYPE });
    },
  }];
}

/** The text of one scrape. A registry of its own each time: no state, and scrapes cannot mix. */
export async function metricsText(measured: Measured): Promise<string> {
  const registry = new Registry();
  const registers = [registry];
  for (const [name, help, value] of gauges(measured)) {
    new Gauge({ name, help, registers }).set(value);
  }
  for (const [name, help, value] of counters(measured)) {
    new Counter({ name, help, registers }).inc(value);
  }
  const stages = new Gauge({
    name: "patchcast_stage_seconds",
    help: "Time of one stage of the newest ticks",
    labelNames: ["stage", "quantile"],
    registers,
  });
  const { captureMs, diffMs, encodeMs } = measured.stats;
  for (const [stage, { p50, p95 }] of Object.entries({ captureMs, diffMs, encodeMs })) {
    const label = stage.replace("Ms", "");
    const quantiles: StageTime = { p50, p95 };
    stages.set({ stage: label, quantile: "0.5" }, quantiles.p50 / 1000);
    stages.set({ stage: label, quantile: "0.95" }, quantiles.p95 / 1000);
  }
  return await registry.metrics();
}

function gauges({ stats, health, ring, viewers }: Measured): Metric[] {
  return [
    ["patchcast_healthy", "1 while frames are fresh", Number(health.healthy)],
    ["patchcast_source_live", "1 while the source delivers", Number(stats.state === "live")],
    ["patchcast_sleeping", "1 while nobody watches", Number(stats.sleeping)],
    ["patchcast_frame_width_pixels", "Width of the frame", stats.width],
    ["patchcast_frame_height_pixels", "Height of the frame", stats.height],
    ["patchcast_fps_setting", "Ticks per second as set", stats.fps],
    ["patchcast_ticks_per_second", "Ticks over the last two seconds", stats.ticksPerSecond],
    ["patchcast_updates_per_second", "Updates over the last two seconds", stats.updatesPerSecond],
    ["patchcast_deferred_tiles", "Tiles with a difference still to be sent", stats.deferredTiles],
    ["patchcast_ring_bytes", "Bytes of updates kept", ring.bytes],
    ["patchcast_ring_max_bytes", "Limit of the bytes kept", ring.maxBytes],
    ["patchcast_ring_entries", "Updates kept", ring.entries],
    ["patchcast_ring_span_seconds", "Age of the oldest update kept", ring.spanMs / 1000],
    ["patchcast_viewers", "Open streams", viewers.count],
    ["patchcast_viewers_max", "Limit of open streams", viewers.max],
  ];
}

function counters({ stats, viewers }: Measured): Metric[] {
  return [
    ["patchcast_ticks_total", "Ticks", stats.ticks],
    ["patchcast_ticks_skipped_total", "Ticks without any change", stats.ticksSkipped],
    ["patchcast_ticks_missed_total", "Ticks that could not run in time", stats.ticksMissed],
    ["patchcast_updates_total", "Updates", stats.updates],
    ["patchcast_keyframes_total", "Keyframes", stats.keyframes],
    ["patchcast_catch_ups_total", "Catch-ups", stats.catchUps],
    ["patchcast_epochs_total", "Epochs", stats.epochs],
    ["patchcast_patches_total", "Patches", stats.patches],
    ["patchcast_copies_total", "Copies", stats.copies],
    ["patchcast_recalls_total", "Recalls", stats.recalls],
    ["patchcast_changed_pixels_total", "Pixels in changed rectangles", stats.changedPixels],
    ["patchcast_raw_bytes_total", "Changes as raw 32-bit pixels", stats.rawEquivalentBytes],
    ["patchcast_message_bytes_total", "Updates before zstd", stats.messageBytes],
    ["patchcast_stream_bytes_total", "Updates after zstd", stats.streamBytes],
    ["patchcast_streams_opened_total", "Streams opened", viewers.opened],
    ["patchcast_streams_refused_total", "Streams turned away at the limit", viewers.refused],
  ];
}
