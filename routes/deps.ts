/**
 * What the routes need from the rest of the program. `main.ts` fills it in; tests fill in their own.
 */
import type { Config, LiveSettings } from "../config.ts";

/** Milliseconds at the 50th and 95th percentile of the newest samples; 0 when there are none. */
export interface StageTime {
  readonly p50: number;
  readonly p95: number;
}

/** Real measurements of the capture Worker, since its start unless said otherwise. */
export interface CaptureStats {
  /** Name of the source for people, `x11 :99`. */
  readonly source: string;
  readonly state: SourceState;
  readonly width: number;
  readonly height: number;
  /** Seq of the newest update. */
  readonly seq: number;
  readonly epoch: number;
  /** The setting. */
  readonly fps: number;
  /** Ticks and updates per second over the last two seconds. */
  readonly ticksPerSecond: number;
  readonly updatesPerSecond: number;
  readonly captureMs: StageTime;
  readonly diffMs: StageTime;
  readonly encodeMs: StageTime;
  readonly ticks: number;
  /** Ticks at which damage said that nothing changed, so no pixel was read. */
  readonly ticksSkipped: number;
  /** Ticks that could not run because the one before took too long. */
  readonly ticksMissed: number;
  readonly updates: number;
  readonly keyframes: number;
  readonly catchUps: number;
  readonly epochs: number;
  readonly patches: number;
  readonly copies: number;
  /** Rectangles drawn from what viewers had saved before. */
  readonly recalls: number;
  readonly changedPixels: number;
  /** What the updates would have been as raw 32-bit pixels of the changed rectangles. */
  readonly rawEquivalentBytes: number;
  /** What they were, before and after zstd. */
  readonly messageBytes: number;
  readonly streamBytes: number;
  /** Tiles whose difference is below the threshold and still to be sent. */
  readonly deferredTiles: number;
  /** Tiles that viewers show with losses, still to be repaired (`quality` `auto`). */
  readonly lossyTiles: number;
  readonly sleeping: boolean;
}

/** `live`: frames come. `lost`: the source is away and retried. `paused`: by the setting. */
export type SourceState = "live" | "lost" | "paused";

export interface CaptureHealth {
  readonly healthy: boolean;
  readonly state: SourceState;
  /** For people: why it is not healthy, or `ok`. */
  readonly detail: string;
  /** Age of the newest look at the source (grab, or damage saying that nothing changed). */
  readonly lastLookAgeMs: number | null;
  /** No viewer, so the loop sleeps; health is then judged by asking the source at once. */
  readonly sleeping: boolean;
}

/** A whole frame: what an in-sync viewer's canvas shows at `seq`. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly seq: number;
  /** When it was captured, ms since the Unix epoch. */
  readonly time: number;
  /** R, G, B, 255 bytes, `width * height * 4`. */
  readonly rgba: Uint8Array<ArrayBuffer>;
}

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
