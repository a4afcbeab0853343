/**
 * What viewers are told of the source besides its pixels: whether it is there, and where the pointer is.
 */
import { cursorMessage, stateMessage } from "./messages.ts";
import type { CursorChange } from "./source.ts";
import type { SourceKeeper } from "./source_keeper.ts";
import type { View } from "./view.ts";
import type { SourceState } from "./worker_protocol.ts";

export interface NoticesOptions {
  readonly source: SourceKeeper;
  /** How the source's picture becomes the frame, now. */
  readonly view: () => View;
  /** Adds a message to the shared stream. */
  readonly add: (message: Uint8Array) => void;
}

export class SourceNotices {
  readonly #options: NoticesOptions;
  #state: SourceState = "live";
  #text = "";

  constructor(options: NoticesOptions) {
    this.#options = options;
  }

  /** As viewers know it. */
  get state(): SourceState {
    return this.#state;
  }

  /** Tells viewers when the source went away, fell silent, came back, or was paused, and when the reason is another. */
  noteState(paused: boolean): void {
    const away = this.#options.source.awayReason;
    const state = away !== undefined ? "lost" : paused ? "paused" : "live";
    const text = away ?? (state === "paused" ? "paused by an administrator" : "");
    if (state === this.#state && text === this.#text) return;
    this.#state = state;
    this.#text = text;
    this.#options.add(stateMessage(state, this.#text));
  }

  /** Tells viewers of the pointer. */
  noteCursor(cursor: CursorChange): void {
    this.#options.add(this.#cursor(cursor));
  }

  /** What a newcomer has to know besides the picture. */
  introduction(): Uint8Array[] {
    const messages = [stateMessage(this.#state, this.#text)];
    const { cursor } = this.#options.source;
    if (cursor) messages.push(this.#cursor(cursor));
    return messages;
  }

  #cursor(cursor: CursorChange): Uint8Array<ArrayBuffer> {
    return cursorMessage({
      ...cursor,
      ...this.#options.view().pointToFrame(cursor.x, cursor.y),
    });
  }
}
