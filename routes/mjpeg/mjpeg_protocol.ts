/** What the main thread and an MJPEG Worker tell each other. */

/** How pictures are made: those who want the same share them. */
export interface FilmKind {
  /** 1 to 100. */
  readonly quality: number;
  /** The pointer is drawn into them. */
  readonly pointer: boolean;
}

/** One picture as a JPEG file. */
export interface JpegFrame {
  /** Grows with each picture of its kind that differs from the one before; above 0. */
  readonly version: number;
  /** Of the newest update in it. */
  readonly seq: number;
  /** Of capture, ms since the Unix epoch. */
  readonly time: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export type ToMjpegWorker =
  /** Bytes of the stream; answered with `news`. */
  | { readonly type: "batch"; readonly parts: readonly Uint8Array[] }
  /** Answered with `frame`, as soon as there is a picture. */
  | { readonly type: "encode"; readonly kind: FilmKind }
  /** Nobody wants such pictures any more. */
  | { readonly type: "forget"; readonly kind: FilmKind };

export type FromMjpegWorker =
  /** What there is to be seen now; both only grow, and are 0 before the first picture. */
  | {
    readonly type: "news";
    /** Version of pictures without the pointer. */
    readonly plain: number;
    /** Version of pictures with it. */
    readonly pointed: number;
  }
  | { readonly type: "frame"; readonly kind: FilmKind; readonly frame: JpegFrame }
  | { readonly type: "fault"; readonly reason: string };

/** A name for each kind. */
export function kindName({ quality, pointer }: FilmKind): string {
  return `${quality}${pointer ? " with pointer" : ""}`;
}
