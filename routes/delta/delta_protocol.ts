/** What the delta Worker and its owner tell each other. */
import type { Leg } from "./rebuild_plan.ts";

/** A job begins; what is decoded for it follows as parts. */
export interface DeltaBegin {
  readonly type: "begin";
  readonly id: number;
  /** Seqs of the pictures to compare. */
  readonly from: number;
  readonly to: number;
}

/** The next piece of the way; a whole leg, or what follows of one. */
export interface DeltaPart extends Leg {
  readonly type: "part";
  readonly id: number;
}

/** All parts were sent: answer. */
export interface DeltaEnd {
  readonly type: "end";
  readonly id: number;
}

export type ToDeltaWorker = DeltaBegin | DeltaPart | DeltaEnd;

export type FromDeltaWorker =
  | { readonly type: "done"; readonly id: number; readonly png: Uint8Array<ArrayBuffer> }
  | { readonly type: "fault"; readonly id: number; readonly reason: string };
