/**
 * What there is to scrape, metric by metric. Names follow Prometheus' rules: base units (seconds, bytes), counters
 * end in `_total`, one metric has one meaning and its labels can be summed over.
 */
import type { CaptureHealth, CaptureStats, HistoryMeasures, RingStats, Viewers } from "../deps.ts";
import type { HistogramFamily } from "./histograms.ts";

/** What a scrape reads. */
export interface Measured {
  readonly stats: CaptureStats;
  readonly health: CaptureHealth;
  readonly ring: RingStats;
  readonly viewers: Pick<
    Viewers,
    "count" | "max" | "opened" | "refused" | "mismatches" | "totals" | "delay"
  >;
  /** Left out: there is none. */
  readonly history?: Pick<HistoryMeasures, "state" | "usedBytes" | "tiles">;
}

/** Name, help, value. */
export type Metric = readonly [name: string, help: string, value: number];

/** What goes up and down. */
export function gauges({ stats, health, ring, viewers, history }: Measured): Metric[] {
  return [
    ["patchcast_healthy", "1 while frames are fresh, as /healthz has it", Number(health.healthy)],
    ["patchcast_source_live", "1 while the source delivers", Number(stats.state === "live")],
    ["patchcast_sleeping", "1 while nobody watches", Number(stats.sleeping)],
    ["patchcast_frame_width_pixels", "Width of the frame", stats.width],
    ["patchcast_frame_height_pixels", "Height of the frame", stats.height],
    ["patchcast_fps_setting", "Ticks per second that are allowed", stats.fps],
    ["patchcast_ticks_per_second", "Ticks over the last two seconds", stats.ticksPerSecond],
    ["patchcast_updates_per_second", "Updates over the last two seconds", stats.updatesPerSecond],
    ["patchcast_deferred_tiles", "Tiles with a difference still to be sent", stats.deferredTiles],
    ["patchcast_lossy_tiles", "Tiles shown with losses, still to be repaired", stats.lossyTiles],
    ["patchcast_ring_bytes", "Bytes of updates kept for viewers that resume", ring.bytes],
    ["patchcast_ring_max_bytes", "Limit of the bytes kept", ring.maxBytes],
    ["patchcast_ring_entries", "Updates kept for viewers that resume", ring.entries],
    ["patchcast_ring_span_seconds", "Age of the oldest update kept", ring.spanMs / 1000],
    ["patchcast_viewers", "Open streams", viewers.count],
    ["patchcast_viewers_max", "Limit of open streams", viewers.max],
    [
      "patchcast_history_recording",
      "1 while the history is written; 0: off, or the disk refuses",
      Number(history?.state === "recording"),
    ],
    [
      "patchcast_history_bytes",
      "What the history takes, free pages left out",
      history?.usedBytes ?? 0,
    ],
    ["patchcast_history_tiles", "Different tiles in the history", history?.tiles ?? 0],
  ];
}

/** What only grows until the next start. */
export function counters({ stats, viewers }: Measured): Metric[] {
  const { bytes, messages, catchUps } = viewers.totals();
  return [
    ["patchcast_ticks_total", "Times that the source was asked what happened", stats.ticks],
    ["patchcast_ticks_skipped_total", "Ticks without any change", stats.ticksSkipped],
    ["patchcast_ticks_missed_total", "Ticks that could not run in time", stats.ticksMissed],
    ["patchcast_updates_total", "Updates captured and encoded", stats.updates],
    ["patchcast_keyframes_total", "Updates that depend on nothing before", stats.keyframes],
    [
      "patchcast_catch_ups_total",
      "Catch-ups asked of the capture, for viewers behind or coming back",
      stats.catchUps,
    ],
    ["patchcast_epochs_total", "Points at which viewers could join", stats.epochs],
    ["patchcast_patches_total", "Rectangles of new pixels", stats.patches],
    ["patchcast_copies_total", "Rectangles moved from elsewhere on the canvas", stats.copies],
    ["patchcast_recalls_total", "Rectangles drawn from what viewers had saved", stats.recalls],
    ["patchcast_changed_pixels_total", "Pixels in changed rectangles", stats.changedPixels],
    ["patchcast_raw_bytes_total", "Changes as raw 32-bit pixels", stats.rawEquivalentBytes],
    ["patchcast_message_bytes_total", "Updates before zstd", stats.messageBytes],
    [
      "patchcast_stream_bytes_total",
      "Updates after zstd: what one viewer in sync is sent",
      stats.streamBytes,
    ],
    ["patchcast_streams_opened_total", "Streams opened", viewers.opened],
    [
      "patchcast_canvas_mismatches_total",
      "Checks, as far as pages told of them, in which a canvas was not what it should be",
      viewers.mismatches,
    ],
    ["patchcast_streams_refused_total", "Streams turned away at the limit", viewers.refused],
    ["patchcast_sent_bytes_total", "Bytes handed to all connections", bytes],
    ["patchcast_sent_messages_total", "Messages handed to all connections", messages],
    [
      "patchcast_viewer_catch_ups_total",
      "Times that a viewer was behind and got one catch-up instead of the backlog",
      catchUps,
    ],
  ];
}

/** How long things took. */
export function histograms({ stats, viewers }: Measured): HistogramFamily[] {
  return [{
    name: "patchcast_delivery_delay_seconds",
    help: "From the capture of an update to its hand-over to a connection, once for each viewer",
    series: [{ labels: {}, counts: viewers.delay.counts() }],
  }, {
    name: "patchcast_stage_duration_seconds",
    help: "Time that a stage of a tick took, where it had something to do",
    series: Object.entries(stats.stages).map(([stage, counts]) => ({ labels: { stage }, counts })),
  }];
}
