/**
 * What the routes need from the rest of the program. `main.ts` fills it in; tests fill in their own.
 */
import type {
  HealthAnswer,
  PictureAnswer,
  SourceState,
  StageTime,
  StatsAnswer,
} from "../capture/worker_protocol.ts";
import type { Config, LiveSettings } from "../config.ts";

export type CaptureStats = StatsAnswer;
export type CaptureHealth = HealthAnswer;
export type Picture = PictureAnswer;
export type { SourceState, StageTime };

/** The control side of the capture Worker. All rejections are faults, not bad input. */
export interface CaptureControl {
  settings(): LiveSettings;
  /** Takes effect at the next tick; resolves with all settings once it has. */
  change(patch: Partial<LiveSettings>): Promise<LiveSettings>;
  /** Sends every viewer a keyframe in a new epoch. */
  keyframe(): Promise<{ readonly seq: number }>;
  stats(): Promise<CaptureStats>;
  health(): Promise<CaptureHealth>;
  picture(): Promise<Picture>;
}

export interface RingStats {
  readonly entries: number;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly spanMs: number;
  readonly maxMs: number;
}

/** One connected stream, as `GET /api/viewers` shows it. */
export interface ViewerInfo {
  readonly id: string;
  readonly transport: "stream" | "events";
  /** `host:port` of the peer, or `unknown`. */
  readonly remote: string;
  readonly userAgent: string;
  /** ms since the Unix epoch. */
  readonly since: number;
  /** Seq of the last update handed to the connection. */
  readonly seq: number;
  readonly bytes: number;
  readonly messages: number;
  readonly catchUps: number;
}

/** Who watches. */
export interface Viewers {
  list(): ViewerInfo[];
  readonly count: number;
  readonly max: number;
  /** Streams opened since the start, and those turned away because of `max`. */
  readonly opened: number;
  readonly refused: number;
  /** Ends one stream with a `bye`; false when there is no such viewer. */
  disconnect(id: string): boolean;
}

export interface Deps {
  readonly config: Config;
  readonly capture: CaptureControl;
  readonly viewers: Viewers;
  readonly ring: () => RingStats;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
}
