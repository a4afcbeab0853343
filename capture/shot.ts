/** What senders of pushed sources report, beyond HTTP. */
import type { ShotPlace } from "./shot_order.ts";
import type { PushedFrame } from "./worker_protocol.ts";

/** A picture that was pushed. */
export interface Shot {
  /** When it was captured, ms since the Unix epoch. */
  readonly time: number;
  readonly frame: PushedFrame;
  /** Of the pixels. */
  readonly digest: string;
  /** Of the file that they came in. */
  readonly fileDigest: string;
  /** How soon its sender promises to report again, ms; left out: it promises nothing. */
  readonly promisedMs?: number;
}

/** A report of a sender whose screen stands still. */
export interface StillShown {
  /** When it looked, ms since the Unix epoch. */
  readonly time: number;
  /** Capture time of the picture that it saw again. */
  readonly pictureTime: number;
  readonly promisedMs?: number;
}

/** Hears of every picture that was accepted. */
export interface ShotListener {
  /**
   * @param frame `undefined` where its pixels were not sent, or not decoded, again. Its bytes are only there until
   * the call returns.
   */
  (source: string, time: number, place: ShotPlace, frame: PushedFrame | undefined): void;
}
