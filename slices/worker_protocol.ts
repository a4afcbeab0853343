/** What the slices Worker and its owner (feeds.ts) tell each other by `postMessage`. */

/** How OpenCV sees the PNGs with `IMREAD_UNCHANGED`: four channels, alpha 255, or three. */
export type SliceFormat = "bgra" | "bgr";

/** A packet, which is shared by all who need the same. */
export interface MadePacket {
  /** What somebody has who has drawn it. */
  readonly version: number;
  /** Of the stream. */
  readonly seq: number;
  /** It replaces the whole picture. */
  readonly whole: boolean;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Streams are numbered, from each `begin` to its end, and a number is never used again: what is said of one is nothing
 * to another of the same source.
 */
export type ToSlicesWorker =
  /** The stream of a source begins, or begins anew; `version`: of the picture before. */
  | { readonly type: "begin"; readonly stream: number; readonly version: number }
  /** Message bytes of the stream; answered by one `taken`. */
  | { readonly type: "batch"; readonly stream: number; readonly parts: readonly Uint8Array[] }
  /** Answered by one `packet`. */
  | {
    readonly type: "packet";
    readonly id: number;
    readonly stream: number;
    readonly since: number;
    readonly format: SliceFormat;
  }
  /** Nobody wants packets of the stream any more. */
  | { readonly type: "end"; readonly stream: number };

export type FromSlicesWorker =
  /** `version`: of the newest picture; `undefined` while there is none. */
  | { readonly type: "taken"; readonly stream: number; readonly version: number | undefined }
  /** `undefined`: there is no picture now. */
  | { readonly type: "packet"; readonly id: number; readonly packet: MadePacket | undefined }
  /** The stream could not be understood and has ended: another has to begin. */
  | { readonly type: "broken"; readonly stream: number; readonly reason: string };
