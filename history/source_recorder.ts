/**
 * One source's stream on its way into the archive: decodes it as any viewer does, and records the picture at
 * most so many times a second, looking only at the cells that were drawn on.
 *
 * It owns no timer: `delay` says when `step` has something to do.
 */
import { Decoder } from "../public/decoder/decoder.js";
import type { Rect } from "../capture/geometry.ts";
import { Grid } from "./grid.ts";
import type { HistoryStore } from "./store.ts";

export interface RecorderOptions {
  /** Least time between two recorded pictures, ms. */
  readonly intervalMs: number;
  /** ms, never jumps. */
  readonly steady: () => number;
}

export class SourceRecorder {
  readonly source: string;
  readonly #store: Pick<HistoryStore, "record" | "pause" | "newest">;
  readonly #options: RecorderOptions;
  readonly #decoder: Decoder;
  /** Cells drawn on since the last recorded picture; `undefined` when it could be all of them. */
  #drawn: Set<number> | undefined;
  #grid = new Grid({ width: 1, height: 1 });
  /** The capture time of what waits to be recorded, ms since the Unix epoch. */
  #waiting: number | undefined;
  #recordedAt = -Infinity;
  /** The source gives no pictures: lost or paused. */
  #away = false;
  /** Why, as long as the archive does not know. */
  #leaving: string | undefined;
  #recording = true;

  constructor(
    source: string,
    store: Pick<HistoryStore, "record" | "pause" | "newest">,
    options: RecorderOptions,
  ) {
    this.source = source;
    this.#store = store;
    this.#options = options;
    this.#decoder = new Decoder({
      update: ({ time, rects }) => {
        for (const rect of rects) this.#note(rect);
        // Of a source that is away, what comes was repeated, or is black.
        if (!this.#away) this.#waiting = time;
      },
      resize: (size) => {
        this.#grid = new Grid(size);
        this.#drawn = undefined;
      },
      state: ({ state, text }) => {
        this.#away = state !== "live";
        const reason = state === "lost" ? `the source was lost: ${text}` : "capture was paused";
        this.#leaving = this.#away ? reason : undefined;
      },
      // Nothing has changed until now.
      heartbeat: ({ time }) => {
        if (!this.#away && this.#decoder.seq !== null) this.#waiting ??= time;
      },
      bye: ({ text }) => {
        this.#away = true;
        this.#leaving = text;
      },
    });
  }

  /**
   * Takes bytes of the message stream.
   * @param record false: only decodes them, while the disk refuses
   * @throws {ProtocolError} when they break the protocol; `restart` then
   * @throws {HistoryWriteFailed} when the disk refuses; what was decoded stays to be recorded
   */
  push(parts: readonly Uint8Array[], record: boolean): void {
    this.#recording = record;
    for (const part of parts) this.#decoder.push(part);
    // Not from within the decoder, which would take an error of the disk for one of the stream.
    const leaving = this.#leaving;
    this.#leaving = undefined;
    if (leaving !== undefined) this.end(leaving);
    else if (record) this.step();
  }

  /** A new stream begins; the picture that it brings is looked at as a whole. */
  restart(): void {
    this.#decoder.reset();
    this.#drawn = undefined;
    this.#waiting = undefined;
    this.#away = false;
  }

  /** ms until `step` has something to do; Infinity when it waits for the stream. */
  delay(): number {
    if (this.#waiting === undefined) return Infinity;
    const { intervalMs, steady } = this.#options;
    return Math.max(0, this.#recordedAt + intervalMs - steady());
  }

  /**
   * Records the picture, when it is time to.
   * @throws {HistoryWriteFailed} when the disk refuses; it stays to be recorded
   */
  step(): void {
    if (this.delay() > 0) return;
    this.#record();
  }

  /**
   * No more pictures come.
   * @throws {HistoryWriteFailed} when the disk refuses
   */
  end(reason: string): void {
    this.#away = true;
    if (!this.#recording) return;
    if (this.#waiting !== undefined) this.#record();
    this.#store.pause(this.source, this.#store.newest(this.source), reason);
  }

  /**
   * Records the newest picture as a whole, though it may not be new: after the disk has refused.
   * @throws {HistoryWriteFailed} when it still does
   */
  recordAnew(time: number, reason: string): void {
    this.#store.pause(this.source, time, reason);
    if (this.#away || this.#decoder.seq === null) return;
    this.#drawn = undefined;
    this.#waiting = Math.max(time, this.#waiting ?? 0);
    this.#record();
  }

  #record(): void {
    const { picture } = this.#decoder;
    if (!picture || this.#waiting === undefined) return;
    // The wall clock may have been set back: time in the archive only goes forward.
    const time = Math.max(this.#waiting, this.#store.newest(this.source) + 1);
    this.#recordedAt = this.#options.steady();
    this.#store.record(this.source, time, picture, this.#drawn);
    this.#drawn = new Set();
    this.#waiting = undefined;
  }

  #note(rect: Rect): void {
    if (!this.#drawn) return;
    for (const cell of this.#grid.cellsIn(rect)) this.#drawn.add(cell);
  }
}
