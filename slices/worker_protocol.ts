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

export type ToSlicesWorker =
  /** The stream of a source begins, or begins anew; `version`: of the picture before. */
  | { readonly type: "begin"; readonly source: string; readonly version: number }
  /** Message bytes of the stream; answered by one `taken`. */
  | { readonly type: "batch"; readonly source: string; readonly parts: readonly Uint8Array[] }
  /** Answered by one `packet`. */
  | {
    readonly type: "packet";
    readonly id: number;
    readonly source: string;
    readonly since: number;
    readonly format: SliceFormat;
  }
  /** Nobody wants packets of the source any more. */
  | { readonly type: "end"; readonly source: string };

export type FromSlicesWorker =
  /** `version`: of the newest picture; `undefined` while there is none. */
  | { readonly type: "taken"; readonly source: string; readonly version: number | undefined }
  /** `undefined`: there is no picture now. */
  | { readonly type: "packet"; readonly id: number; readonly packet: MadePacket | undefined }
  /** The stream of a source could not be understood: it has to begin anew. */
  | { readonly type: "broken"; readonly source: string; readonly reason: string };
