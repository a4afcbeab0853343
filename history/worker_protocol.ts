/** What the history Worker and its owner (archive.ts) tell each other by `postMessage`. */
import type { PictureView } from "./picture_refs.ts";
import type { SeekAnswer } from "./seek.ts";
import type { HistoryStore } from "./store.ts";
import type { StoreOptions } from "./store_options.ts";

export interface ArchiveOptions extends Pick<StoreOptions, "dir" | "maxAgeMs" | "maxBytes"> {
  /** Pictures recorded a second while a screen changes, at most; 1 to 60. */
  readonly fps: number;
}

/** What may be asked of the store from outside its Worker. */
export interface Answerable extends
  Pick<
    HistoryStore,
    "sources" | "span" | "at" | "between" | "changes" | "activity" | "packs" | "stats" | "forget"
  > {
  /** See seek.ts. */
  seek(source: string, time: number, have: number | undefined): SeekAnswer | undefined;
}

export type ToHistoryWorker =
  | { readonly type: "open"; readonly options: ArchiveOptions }
  /** A new stream of a source begins. */
  | { readonly type: "begin"; readonly source: string }
  /** Message bytes of the stream; answered by one `taken`. */
  | {
    readonly type: "batch";
    readonly source: string;
    /** Which of its streams, comes back with `taken`. */
    readonly stream: number;
    readonly parts: readonly Uint8Array[];
  }
  /** A screenshot from elsewhere; left out: the last one still stands. Answered by one `shotTaken`. */
  | {
    readonly type: "shot";
    readonly source: string;
    readonly time: number;
    readonly picture: PictureView | undefined;
  }
  /** No more screenshots of a source come. */
  | { readonly type: "endShots"; readonly source: string; readonly reason: string }
  /** The stream has ended. */
  | { readonly type: "end"; readonly source: string; readonly reason: string }
  | {
    readonly type: "ask";
    readonly id: number;
    readonly what: keyof Answerable;
    readonly args: readonly unknown[];
  }
  /** Writes what waits and closes the file; answered by `closed`. */
  | { readonly type: "close" };

export type FromHistoryWorker =
  | { readonly type: "opened" }
  | { readonly type: "refused"; readonly reason: string }
  | { readonly type: "taken"; readonly source: string; readonly stream: number }
  | { readonly type: "shotTaken" }
  /** A source's stream could not be understood: it has to begin anew. */
  | { readonly type: "broken"; readonly source: string; readonly reason: string }
  | { readonly type: "answer"; readonly id: number; readonly answer: unknown }
  | { readonly type: "fault"; readonly id: number; readonly reason: string }
  | { readonly type: "state"; readonly state: ArchiveState }
  | { readonly type: "closed" };

/** `stopped`: the disk refuses, and writing is tried again; or the Worker has died. Live goes on. */
export interface ArchiveState {
  readonly state: "recording" | "stopped";
  /** For people; `ok` while recording. */
  readonly detail: string;
}
