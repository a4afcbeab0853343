/** What the loop says of itself to those who ask: its measurements, and whether it is well. */
import type { Size } from "./geometry.ts";
import type { LoopStats } from "./loop_stats.ts";
import type { Outlet } from "./outlet.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Schedule } from "./schedule.ts";
import type { SourceKeeper } from "./source_keeper.ts";
import type { HealthAnswer, SourceState, StatsAnswer } from "./worker_protocol.ts";

/** The parts of the loop that are asked. */
export interface Reported {
  readonly source: SourceKeeper;
  readonly pipeline: Pipeline;
  readonly outlet: Outlet;
  readonly schedule: Schedule;
  readonly stats: LoopStats;
  readonly state: SourceState;
  /** The frame's size. */
  readonly size: Size;
  /** The setting. */
  readonly fps: number;
}

/** @param now ms, steady */
export function statsOf(reported: Reported, now: number): StatsAnswer {
  const { source, pipeline, outlet, schedule, stats, state, size, fps } = reported;
  return {
    source: source.label,
    state,
    ...size,
    seq: pipeline.seq,
    epoch: pipeline.epoch,
    fps,
    paceFps: schedule.fps,
    ...stats.summary(now),
    ticksMissed: schedule.missed,
    catchUps: outlet.entrance.catchUps,
    epochs: outlet.totals.epochs,
    messageBytes: outlet.totals.messageBytes,
    streamBytes: outlet.totals.streamBytes,
    deferredTiles: pipeline.deferredTiles,
    lossyTiles: pipeline.lossyTiles,
    sleeping: schedule.sleeping,
  };
}

/**
 * Healthy if the source is there and every step came when it was due: after the source told of something, or at
 * its time. How long ago the last look was says nothing, since a source that tells is not asked.
 * @param now ms, steady
 */
export function healthOf({ source, schedule, state }: Reported, now: number): HealthAnswer {
  const { sleeping } = schedule;
  const allowed = Math.max(2000, 3 * 1000 / schedule.fps);
  const age = schedule.lookAge(now);
  const away = source.awayReason;
  const detail = away !== undefined
    ? `source lost: ${away}`
    : !sleeping && schedule.lateness(now) > allowed
    ? `a look at the source has been due for more than ${allowed} ms`
    : "ok";
  return {
    healthy: detail === "ok",
    state,
    detail,
    lastLookAgeMs: Number.isFinite(age) ? age : null,
    sleeping,
  };
}
