/**
 * What the capture Worker and its owner (engine.ts) tell each other by `postMessage`.
 */
import type { LiveSettings } from "../config.ts";
import type { Rect, Size } from "./geometry.ts";
import type { HistogramCounts } from "./histogram.ts";
import type { Target, Targets } from "./targets.ts";

/** Which source to open: see open_source.ts. */
export type SourceSpec =
  | { readonly kind: "auto"; readonly display: string | undefined }
  | { readonly kind: "demo" }
  | { readonly kind: "x11"; readonly display: string | undefined; readonly target: Target }
  | { readonly kind: "native"; readonly target: Target }
  | ChildSpec
  | SlicesSpec
  | WallSpec
  | PushedSpec
  | ModuleSpec;

/** How a child process writes its pictures. */
export type FrameFormat =
  /** Looked at, and found out: one of the next. */
  | { readonly kind: "sniff" }
  | { readonly kind: "y4m" | "mjpeg" | "png" | "pnm" }
  /** Pixels without any header, row after row. */
  | {
    readonly kind: "raw";
    readonly pixels: "bgrx" | "rgbx" | "bgr24" | "rgb24" | "grey";
    readonly width: number;
    readonly height: number;
  };

/** A child process that writes pictures to its stdout. */
export type ChildSpec =
  | { readonly kind: "camera"; readonly device: string }
  /** A file or an address that ffmpeg can read. */
  | { readonly kind: "video"; readonly input: string }
  | {
    readonly kind: "exec";
    /** For the shell. */
    readonly command: string;
    readonly format: FrameFormat;
    /** A command that ends well after whole pictures is run again this long after it was begun, ms. */
    readonly everyMs: number;
  };

/** Listens for one sender of slices: see capture/sources/slices/. */
export interface SlicesSpec {
  readonly kind: "slices";
  readonly host: string;
  readonly port: number;
  /** What has to precede each picture, 16 bytes as 32 hexadecimal digits; `undefined`: anything or nothing. */
  readonly identity: string | undefined;
}

/** All other sources side by side: its owner feeds it their streams. */
export interface WallSpec {
  readonly kind: "wall";
  /** Ids of those that it shows at first, in their order; at most `MAX_CELLS`. */
  readonly sources: readonly string[];
}

/** Pictures that the owner of the Worker hands over: see the command `frame`. */
export interface PushedSpec {
  readonly kind: "pushed";
  /** Name for people. */
  readonly label: string;
  /** Of the black picture until the first frame comes. */
  readonly size: Size;
}

/** A whole picture for a pushed source. */
export interface PushedFrame extends Size {
  /** B, G, R and an unused byte, rows without padding: `width * height * 4`. */
  readonly bgrx: Uint8Array<ArrayBuffer>;
}

/** A source from elsewhere, for benches and tests: code can ask for it, flags and requests cannot. */
export interface ModuleSpec {
  readonly kind: "module";
  /** `file:` URL of a module that exports `openSource(options): Source`. */
  readonly url: string;
  /** What `openSource` gets; must survive `postMessage`. */
  readonly options: unknown;
}

/** Some bytes of the shared stream: what one tick had to say. */
export interface Chunk {
  /** Counts chunks, from 0. */
  readonly index: number;
  /** Seq after this chunk; the one before if it has no update. */
  readonly seq: number;
  readonly epoch: number;
  /** The chunk opens an epoch, and with it a zstd frame: a viewer can join here. */
  readonly startsEpoch: boolean;
  /** The size that the canvas gets in this chunk; `undefined` where it keeps the one it has. */
  readonly resizes: Size | undefined;
  /** ms since the Unix epoch. */
  readonly time: number;
  /** The next piece of the epoch's zstd frame. */
  readonly stream: Uint8Array<ArrayBuffer>;
  /** The same without compression: whole messages. */
  readonly messages: Uint8Array<ArrayBuffer>;
}

/** What a viewer that wants into the shared stream has. */
export interface JoinWish {
  /** Seq of its picture; `null` for none. */
  readonly since: number | null;
  /** False: it brings itself to the join point's seq from the ring. */
  readonly bridge: boolean;
  /** Index of the oldest chunk that it can still be sent. */
  readonly oldest: number;
}

/** How a viewer gets into the shared stream. */
export interface JoinPoint {
  /** The first chunk to send after `bytes`; it starts an epoch. */
  readonly index: number;
  /** Seq after `bytes`; `null` where the picture comes with the chunk at `index`. */
  readonly seq: number | null;
  /** Size of the picture after `bytes`. */
  readonly width: number;
  readonly height: number;
  /** A whole zstd frame that brings the viewer there; `undefined` where it was not asked for. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  readonly keyframe: boolean;
}

/** Commands that get an answer, and what it is. */
export interface Asked {
  /** `change` the live settings; refused with a `SettingRefused` where they do not fit the source. */
  settings: { readonly command: { patch: Partial<LiveSettings> }; readonly answer: LiveSettings };
  join: { readonly command: JoinWish; readonly answer: JoinPoint };
  keyframe: { readonly command: object; readonly answer: { seq: number } };
  /** `looked`: somebody has just had it looked, and wants the pixels. */
  picture: { readonly command: { looked: boolean }; readonly answer: PictureAnswer };
  look: { readonly command: object; readonly answer: PictureHead };
  stats: { readonly command: object; readonly answer: StatsAnswer };
  health: { readonly command: object; readonly answer: HealthAnswer };
  /** `null` where there is no choice. */
  targets: { readonly command: object; readonly answer: TargetsAnswer | null };
  /** Refused with a `SettingRefused` where there is no such target. */
  select: {
    readonly command: { target: Target; region: Rect | null };
    readonly answer: LiveSettings;
  };
  stop: { readonly command: object; readonly answer: null };
}

/** What a source can capture, and what it does. */
export interface TargetsAnswer extends Targets {
  readonly target: Target;
}

/** Milliseconds at the 50th and 95th percentile of the newest samples; 0 when there are none. */
export interface StageTime {
  readonly p50: number;
  readonly p95: number;
}

/** What a tick consists of, for measurements. */
export type Stage = "capture" | "diff" | "motion" | "encode";

/** Real measurements of the capture Worker, since its start unless said otherwise. */
export interface StatsAnswer {
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
  /** Ticks a second that are allowed now: the setting, or less while nobody needs as many. */
  readonly paceFps: number;
  /** Ticks and updates per second over the last two seconds. */
  readonly ticksPerSecond: number;
  readonly updatesPerSecond: number;
  readonly captureMs: StageTime;
  readonly diffMs: StageTime;
  /** The search for what moved and what was seen before; not part of `diffMs`. */
  readonly motionMs: StageTime;
  readonly encodeMs: StageTime;
  /** All times of the stages, ms, by range. */
  readonly stages: Readonly<Record<Stage, HistogramCounts>>;
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

/** `live`: frames come. `lost`: the source is away and retried, or silent. `paused`: by the setting. */
export type SourceState = "live" | "lost" | "paused";

export interface HealthAnswer {
  readonly healthy: boolean;
  readonly state: SourceState;
  /** For people: why it is not healthy, or `ok`. */
  readonly detail: string;
  /** Age of the newest look at the source (grab, or damage saying that nothing changed). */
  readonly lastLookAgeMs: number | null;
  /** No viewer, so the loop sleeps; health is then judged by asking the source at once. */
  readonly sleeping: boolean;
}

/** Which frame there is. */
export interface PictureHead {
  readonly width: number;
  readonly height: number;
  /** The same size and seq: the same picture. */
  readonly seq: number;
  /** When it was captured, ms since the Unix epoch. */
  readonly time: number;
}

/** A whole frame: what an in-sync viewer's canvas shows at `seq`. */
export interface PictureAnswer extends PictureHead {
  /** R, G, B, 255 bytes, `width * height * 4`. */
  readonly rgba: Uint8Array<ArrayBuffer>;
}

export type Command =
  | {
    type: "start";
    source: SourceSpec;
    /** A source that is not there is waited for. */
    patient: boolean;
    settings: LiveSettings;
    seq: number;
    epoch: number;
  }
  /** How many there are, and the highest rate that one of them needs, per second; Infinity: what there is. */
  | { type: "viewers"; count: number; neededFps: number }
  | { type: "frame"; frame: PushedFrame }
  /** Of the wall: which sources it shows from now on, in their order. */
  | { type: "wall"; sources: readonly string[] }
  /** Of the wall: bytes of a source's message stream. A stream that begins anew has another number; see `fed`. */
  | { type: "feed"; source: string; feed: number; parts: readonly Uint8Array[] }
  /** Of a pushed source: why its picture may be old; `undefined`: its sender was heard again. */
  | { type: "silence"; reason: string | undefined }
  | {
    [K in keyof Asked]: { type: "ask"; id: number; what: K } & Asked[K]["command"];
  }[keyof Asked];

export type Report =
  | { type: "started"; label: string; width: number; height: number; note: string | undefined }
  | { type: "failed"; reason: string }
  | { type: "chunk"; chunk: Chunk }
  /** The Worker is done with what it was fed; with a fault, the stream has to begin anew. */
  | { type: "fed"; feed: number; fault: string | undefined }
  | { type: "answer"; id: number; answer: unknown }
  | { type: "refused"; id: number; refusal: Refusal }
  | { type: "fault"; id: number; reason: string };

/** A setting that the source cannot follow. */
export interface Refusal {
  readonly field: string;
  readonly value: unknown;
  /** The allowed range, in words. */
  readonly allowed: string;
}
