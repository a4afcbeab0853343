/** What the events Worker and the feed tell each other. */

/** One Server-Sent Event. */
export interface EventItem {
  /** Left out: a plain `message`, which is an update. */
  readonly event?: "hello" | "state" | "cursor" | "heartbeat" | "check" | "bye";
  /** Seq, on updates. */
  readonly id?: number;
  /** JSON. */
  readonly data?: string;
}

export type ToEventsWorker =
  /** A new stream begins. */
  | { readonly type: "reset" }
  /** Message bytes of the stream; answered by one `items`. */
  | { readonly type: "batch"; readonly parts: readonly Uint8Array[] }
  /** Answered by one `keyframe`, as soon as there is a picture. */
  | { readonly type: "keyframe"; readonly id: number };

export type FromEventsWorker =
  | {
    readonly type: "items";
    readonly items: readonly EventItem[];
    /**
     * The picture began anew in this batch, with a keyframe or as a black one (a resize, which a change of masks is,
     * too; a catch-up across one is a keyframe).
     */
    readonly anew: boolean;
  }
  /** In order: the source's state and the pointer, where they are known, and the whole picture. */
  | { readonly type: "keyframe"; readonly id: number; readonly items: readonly EventItem[] }
  | { readonly type: "fault"; readonly reason: string };
