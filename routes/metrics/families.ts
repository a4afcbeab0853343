/**
 * What there is to scrape, metric by metric. Names follow Prometheus' rules: base units (seconds, bytes), counters
 * end in `_total`, one metric has one meaning and its labels can be summed over. What belongs to one source has its
 * id as the label `source`; the captured one comes first.
 */
import type { CaptureHealth, CaptureStats, HistoryMeasures, RingStats, Viewers } from "../deps.ts";
import type { HistogramFamily } from "./histograms.ts";

/** What a scrape reads of one source. */
export interface MeasuredSource {
  readonly id: string;
  readonly stats: CaptureStats;
  readonly ring: RingStats;
  readonly viewers: number;
  /** Its sender broke its promise to report. */
  readonly silent: boolean;
}

/** What a scrape reads. */
export interface Measured {
  readonly sources: readonly MeasuredSource[];
  /** Of the captured source. */
  readonly health: CaptureHealth;
  readonly viewers: Pick<
    Viewers,
    "count" | "max" | "opened" | "refused" | "mismatches" | "totals" | "delay"
  >;
  /** Left out: there is none. */
  readonly history?: Pick<HistoryMeasures, "state" | "usedBytes" | "tiles">;
}

/** One metric: a number, or one for each source. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly series: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}

/** What goes up and down. */
export function gauges({ sources, health, viewers, history }: Measured): Metric[] {
  const each = (name: string, help: string, read: (source: MeasuredSource) => number) =>
    eachSource(sources, name, help, read);
  return [
    single("patchcast_healthy", "1 while frames are fresh, as /healthz has it", +health.healthy),
    each(
      "patchcast_source_live",
      "1 while the source delivers",
      ({ stats }) => +(stats.state === "live"),
    ),
    each(
      "patchcast_source_silent",
      "1 while a sender that promised to report does not",
      ({ silent }) => +silent,
    ),
    each("patchcast_source_viewers", "Open streams of the source", (one) => one.viewers),
    each("patchcast_sleeping", "1 while nobody watches", ({ stats }) => +stats.sleeping),
    each("patchcast_frame_width_pixels", "Width of the frame", ({ stats }) => stats.width),
    each("patchcast_frame_height_pixels", "Height of the frame", ({ stats }) => stats.height),
    each("patchcast_fps_setting", "Ticks per second that are allowed", ({ stats }) => stats.fps),
    each(
      "patchcast_fps_pace",
      "Ticks per second that are allowed now: the setting, or less while nobody watches who takes as many",
      ({ stats }) => stats.paceFps,
    ),
    each(
      "patchcast_ticks_per_second",
      "Ticks over the last two seconds",
      ({ stats }) => stats.ticksPerSecond,
    ),
    each(
      "patchcast_updates_per_second",
      "Updates over the last two seconds",
      ({ stats }) => stats.updatesPerSecond,
    ),
    each(
      "patchcast_deferred_tiles",
      "Tiles with a difference still to be sent",
      ({ stats }) => stats.deferredTiles,
    ),
    each(
      "patchcast_lossy_tiles",
      "Tiles shown with losses, still to be repaired",
      ({ stats }) => stats.lossyTiles,
    ),
    each(
      "patchcast_ring_bytes",
      "Bytes of updates kept for viewers that resume",
      ({ ring }) => ring.bytes,
    ),
    each("patchcast_ring_max_bytes", "Limit of the bytes kept", ({ ring }) => ring.maxBytes),
    each(
      "patchcast_ring_entries",
      "Updates kept for viewers that resume",
      ({ ring }) => ring.entries,
    ),
    each(
      "patchcast_ring_span_seconds",
      "Age of the oldest update kept",
      ({ ring }) => ring.spanMs / 1000,
    ),
    single("patchcast_viewers", "Open streams", viewers.count),
    single("patchcast_viewers_max", "Limit of open streams", viewers.max),
    single(
      "patchcast_history_recording",
      "1 while the history is written; 0: off, or the disk refuses",
      +(history?.state === "recording"),
    ),
    single(
      "patchcast_history_bytes",
      "What the history takes, free pages left out",
      history?.usedBytes ?? 0,
    ),
    single("patchcast_history_tiles", "Different tiles in the history", history?.tiles ?? 0),
  ];
}

/** What only grows until the next start. */
export function counters({ sources, viewers }: Measured): Metric[] {
  const { bytes, messages, catchUps } = viewers.totals();
  const each = (name: string, help: string, read: (stats: CaptureStats) => number) =>
    eachSource(sources, name, help, ({ stats }) => read(stats));
  return [
    each("patchcast_ticks_total", "Times that the source was asked what happened", (s) => s.ticks),
    each("patchcast_ticks_skipped_total", "Ticks without any change", (s) => s.ticksSkipped),
    each("patchcast_ticks_missed_total", "Ticks that could not run in time", (s) => s.ticksMissed),
    each("patchcast_updates_total", "Updates captured and encoded", (s) => s.updates),
    each("patchcast_keyframes_total", "Updates that depend on nothing before", (s) => s.keyframes),
    each(
      "patchcast_catch_ups_total",
      "Catch-ups asked of the capture, for viewers behind or coming back",
      (s) => s.catchUps,
    ),
    each("patchcast_epochs_total", "Points at which viewers could join", (s) => s.epochs),
    each("patchcast_patches_total", "Rectangles of new pixels", (s) => s.patches),
    each(
      "patchcast_copies_total",
      "Rectangles moved from elsewhere on the canvas",
      (s) => s.copies,
    ),
    each(
      "patchcast_recalls_total",
      "Rectangles drawn from what viewers had saved",
      (s) => s.recalls,
    ),
    each("patchcast_changed_pixels_total", "Pixels in changed rectangles", (s) => s.changedPixels),
    each("patchcast_raw_bytes_total", "Changes as raw 32-bit pixels", (s) => s.rawEquivalentBytes),
    each("patchcast_message_bytes_total", "Updates before zstd", (s) => s.messageBytes),
    each(
      "patchcast_stream_bytes_total",
      "Updates after zstd: what one viewer in sync is sent",
      (s) => s.streamBytes,
    ),
    single("patchcast_streams_opened_total", "Streams opened", viewers.opened),
    single(
      "patchcast_canvas_mismatches_total",
      "Checks, as far as pages told of them, in which a canvas was not what it should be",
      viewers.mismatches,
    ),
    single("patchcast_streams_refused_total", "Streams turned away at the limit", viewers.refused),
    single("patchcast_sent_bytes_total", "Bytes handed to all connections", bytes),
    single("patchcast_sent_messages_total", "Messages handed to all connections", messages),
    single(
      "patchcast_viewer_catch_ups_total",
      "Times that a viewer was behind and got one catch-up instead of the backlog",
      catchUps,
    ),
  ];
}

/** How long things took. */
export function histograms({ sources, viewers }: Measured): HistogramFamily[] {
  return [{
    name: "patchcast_delivery_delay_seconds",
    help: "From the capture of an update to its hand-over to a connection, once for each viewer",
    series: [{ labels: {}, counts: viewers.delay.counts() }],
  }, {
    name: "patchcast_stage_duration_seconds",
    help: "Time that a stage of a tick took, where it had something to do",
    series: sources.flatMap(({ id, stats }) =>
      Object.entries(stats.stages).map(([stage, counts]) => ({
        labels: { source: id, stage },
        counts,
      }))
    ),
  }];
}

function single(name: string, help: string, value: number): Metric {
  return { name, help, series: [{ labels: {}, value }] };
}

function eachSource(
  sources: readonly MeasuredSource[],
  name: string,
  help: string,
  read: (source: MeasuredSource) => number,
): Metric {
  const series = sources.map((one) => ({ labels: { source: one.id }, value: read(one) }));
  return { name, help, series };
}
