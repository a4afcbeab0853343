/**
 * What goes on in the history Worker between messages: when to record, to write, to let go of old time, and
 * what to do when the disk refuses. Free of timers and of the Worker, so that tests can run it.
 */
import { HistoryWriteFailed } from "./database.ts";
import { SourceRecorder } from "./source_recorder.ts";
import type { PictureView } from "./picture_refs.ts";
import type { HistoryStore } from "./store.ts";
import type { ArchiveState } from "./worker_protocol.ts";

export interface KeeperOptions {
  /** Least time between two recorded pictures of a source, ms. */
  readonly intervalMs: number;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
  /** ms, never jumps. */
  readonly steady: () => number;
}

export interface KeeperEvents {
  state(state: ArchiveState): void;
  /** A source's stream could not be understood. */
  broken(source: string, reason: string): void;
}

/** Looks for time to let go this often, ms ... */
const EXPIRE_EVERY_MS = 10_000;
/** ... and then works this long at once, with as long a pause behind it, until nothing is left to do. */
const EXPIRE_STEP_MS = 5;
/** The disk is tried again after this, doubled each time up to the second, ms. */
const RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;

export class Keeper {
  readonly #store: HistoryStore;
  readonly #options: KeeperOptions;
  readonly #events: KeeperEvents;
  readonly #recorders = new Map<string, SourceRecorder>();
  #expireAt: number;
  #stopped: { detail: string; retryAt: number; pauseMs: number } | undefined;

  constructor(store: HistoryStore, options: KeeperOptions, events: KeeperEvents) {
    this.#store = store;
    this.#options = options;
    this.#events = events;
    this.#expireAt = options.steady();
  }

  /** A new stream of a source begins. */
  begin(source: string): void {
    const { intervalMs, steady } = this.#options;
    const recorder = this.#recorders.get(source);
    if (recorder) recorder.restart();
    else {
      this.#recorders.set(source, new SourceRecorder(source, this.#store, { intervalMs, steady }));
    }
  }

  /** Takes bytes of a source's message stream. */
  push(source: string, parts: readonly Uint8Array[]): void {
    const recorder = this.#recorders.get(source);
    if (!recorder) return;
    try {
      recorder.push(parts, this.#stopped === undefined);
    } catch (error) {
      if (error instanceof HistoryWriteFailed) return this.#stop(error);
      this.#events.broken(source, error instanceof Error ? error.message : String(error));
    }
  }

  /**
   * A screenshot from elsewhere. One that comes after newer ones is put between them.
   * @param picture left out: the last one still stands
   */
  shot(source: string, time: number, picture: PictureView | undefined): void {
    if (this.#stopped) return;
    this.#trying(() => {
      if (picture) this.#store.insert(source, time, picture);
      else if (time > this.#store.newest(source)) this.#store.stands(source, time);
    });
  }

  /** No more screenshots come. */
  endShots(source: string, reason: string): void {
    if (this.#stopped) return;
    this.#trying(() => this.#store.pause(source, this.#store.newest(source), reason));
  }

  /** A source's stream has ended. */
  end(source: string, reason: string): void {
    const recorder = this.#recorders.get(source);
    this.#recorders.delete(source);
    if (!this.#stopped) this.#trying(() => recorder?.end(reason));
  }

  /**
   * Reads from the archive. What waits is written before; where the disk refuses that, it is lost and recording
   * stops, but the rest can still be read.
   */
  read<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof HistoryWriteFailed)) throw error;
      this.#stop(error);
      return work();
    }
  }

  /** ms until `step` has something to do. */
  delay(): number {
    const now = this.#options.steady();
    if (this.#stopped) return Math.max(0, this.#stopped.retryAt - now);
    let delay = Math.min(this.#store.writeDelay(), this.#expireAt - now);
    for (const recorder of this.#recorders.values()) delay = Math.min(delay, recorder.delay());
    return Math.max(0, delay);
  }

  /** Does what is due. */
  step(): void {
    const now = this.#options.steady();
    if (this.#stopped) {
      if (now >= this.#stopped.retryAt) this.#retry();
      return;
    }
    this.#trying(() => {
      for (const recorder of this.#recorders.values()) recorder.step();
      this.#store.writeDue();
      if (now < this.#expireAt) return;
      const more = this.#store.expire(EXPIRE_STEP_MS);
      this.#expireAt = this.#options.steady() + (more ? EXPIRE_STEP_MS : EXPIRE_EVERY_MS);
    });
  }

  #trying(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof HistoryWriteFailed)) throw error;
      this.#stop(error);
    }
  }

  #stop(error: HistoryWriteFailed): void {
    const pauseMs = Math.min(MAX_RETRY_MS, (this.#stopped?.pauseMs ?? RETRY_MS / 2) * 2);
    const retryAt = this.#options.steady() + pauseMs;
    this.#stopped = { detail: error.message, retryAt, pauseMs };
    this.#events.state({ state: "stopped", detail: error.message });
  }

  /** Old time goes first: it may be what makes room. */
  #retry(): void {
    const { detail } = this.#stopped!;
    this.#trying(() => {
      while (this.#store.expire(EXPIRE_STEP_MS));
      const now = this.#options.now();
      for (const recorder of this.#recorders.values()) recorder.recordAnew(now, detail);
      this.#store.write();
      this.#stopped = undefined;
      this.#events.state({ state: "recording", detail: "ok" });
    });
  }
}
