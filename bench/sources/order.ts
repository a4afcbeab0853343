/** What the processes of the bench are told, and what they tell at their end. */
import type { Size } from "../../capture/geometry.ts";
import type { FilmOptions } from "./film.ts";

/** For whoever receives pictures. */
export interface Order {
  readonly film: FilmOptions;
  /** What is shown: the film's size or less. */
  readonly shown: Size;
  /** Length of the span that counts, s. */
  readonly seconds: number;
}

/** For a viewer of the server's. */
export interface ViewerOrder extends Order {
  readonly url: string;
  readonly token: string;
}

/** What was seen in the span. */
export interface Seen {
  /** Length of the span as it turned out, s. */
  readonly seconds: number;
  /** Pictures that were shown, whole. */
  readonly shown: number;
  /** Pictures that were sent in the span, as far as those that were shown tell, but not shown. */
  readonly lost: number;
  /** Bytes that came, as they were on their way. */
  readonly bytes: number;
  /** Pictures that were compared with the film, and those among them that are in it. */
  readonly checked: number;
  readonly exact: number;
}

/** What a receiver prints: first that the span begins, then what it saw. */
export type Word = { readonly event: "begin" } | { readonly event: "seen"; readonly seen: Seen };

/** Passes before the span begins: code gets compiled, ms. */
export const WARM_UP_MS = 2000;
/** Every so many pictures one is compared: comparing each would take longer than drawing it. */
export const CHECK_EVERY = 16;
