/**
 * What the routes need from the rest of the program. `main.ts` fills it in; tests fill in their own.
 */
import type { Acknowledged } from "../capture/link_window.ts";
import type { LinkInfo } from "../capture/viewer_link.ts";
import type {
  HealthAnswer,
  PictureAnswer,
  PictureHead,
  SourceState,
  StageTime,
  StatsAnswer,
} from "../capture/worker_protocol.ts";
import type { Config, LiveSettings } from "../config.ts";
import type { DeliveryDelay } from "./delivery_delay.ts";

export type CaptureStats = StatsAnswer;
export type CaptureHealth = HealthAnswer;
export type Picture = PictureAnswer;
export type { PictureHead };
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
  /** @param looked the caller has just asked for a `look`: nothing is looked at again; default false */
  picture(looked?: boolean): Promise<Picture>;
  /** What `picture` would give, without its pixels. */
  look(): Promise<PictureHead>;
}

/** A source and its capture; `HeldSource` is one. */
export interface ControlledSource {
  readonly id: string;
  readonly kind: "captured" | "pushed" | "wall";
  /** How many watch it. */
  readonly viewers: number;
  /** When its sender was heard last, if it broke its promise to report; ms since the Unix epoch. */
  readonly silentSince: number | undefined;
  readonly engine: CaptureControl & { readonly ring: { stats(): RingStats } };
}

/** All sources; `SourceSet` is one. */
export interface ControlledSources {
  /** The first captured one: what a request is about that names none. */
  readonly default: ControlledSource;
  get(id: string | undefined): ControlledSource | undefined;
  /** The captured ones first. */
  list(): readonly ControlledSource[];
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
  /** Id of the source that it watches. */
  readonly source: string;
  readonly transport: "stream" | "events" | "mjpeg" | "slices";
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
  /** For how long it has lacked an update that there is, ms; 0: it has the newest; `null`: unknown. */
  readonly lagMs: number | null;
  /** What its acknowledgements tell; `null` of one that sends none. */
  readonly link: LinkInfo | null;
}

/** What a viewer says that it shows. */
export interface Acknowledgement {
  /** Of the newest update painted; 0: the hello has arrived. */
  readonly seq: number;
  /** For how long it had been painted when that was said, ms. */
  readonly delayMs: number;
  /** Checks in which its canvas was not what it should be, since it said so last. */
  readonly mismatches?: number;
}

/** What became of an acknowledgement. */
export interface AcknowledgementAnswer {
  readonly result: Acknowledged;
  /** Seq of the newest update handed over. */
  readonly newest: number;
  /** How long the viewer should wait before the next one, ms. */
  readonly intervalMs: number;
}

/** Sums over all streams since the start, those that have ended included. */
export interface ViewerTotals {
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
  /** Checks, as far as viewers told of them, in which a canvas was not what it should be. */
  readonly mismatches: number;
  readonly refused: number;
  /** How old updates are when they are handed to connections. */
  readonly delay: Pick<DeliveryDelay, "counts">;
  totals(): ViewerTotals;
  /** Ends one stream with a `bye`; false when there is no such viewer. */
  disconnect(id: string): boolean;
  /** `undefined` when there is no such viewer, or none whose transport takes acknowledgements. */
  acknowledge(id: string, ack: Acknowledgement): AcknowledgementAnswer | undefined;
}

/** What the history says of itself. */
export interface HistoryMeasures {
  readonly state: "recording" | "stopped" | "off";
  /** Why it does not record, or `ok`. */
  readonly detail: string;
  readonly usedBytes: number;
  readonly tiles: number;
}

/** Knows the history's measures; `read` asks for all, `state` answers at once. */
export interface HistoryMeasuring {
  readonly state: Pick<HistoryMeasures, "state" | "detail">;
  read(): Promise<HistoryMeasures>;
}

export interface Deps {
  readonly config: Config;
  readonly sources: ControlledSources;
  readonly viewers: Viewers;
  /** Left out: there is none. */
  readonly history?: HistoryMeasuring;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
}
