/**
 * The sources that this server captures itself. One whose Worker has died is begun anew, with growing pauses; the
 * others go on meanwhile.
 */
import { HeldSource, type SourceEngine } from "./held_source.ts";

/** The first pause before a source is begun anew, ms; each further one is twice as long. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** One that has lived for this long begins with the first pause again, ms. */
const LIVED_MS = 60_000;

/** A source that is captured, and how it is begun anew. */
export interface CapturedSource<E extends SourceEngine> {
  readonly id: string;
  readonly engine: E;
  /** Starts another engine in the place of one that has died, of which it keeps what was changed live. */
  readonly restart?: (dead: E) => Promise<E>;
}

export interface CapturedOptions<E extends SourceEngine> {
  /** At least one; what is watched where no id is given comes first. */
  readonly sources: readonly CapturedSource<E>[];
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
  /** Calls `action` after `ms`; returns what cancels it. Default: a timer. */
  readonly after?: (ms: number, action: () => void) => () => void;
  /** Hears why a source's engine has died; its viewers have been told. */
  readonly onDied?: (id: string, reason: string) => void;
  /** Hears that a source has another engine, with a ring of its own. */
  readonly onRestarted?: (source: HeldSource<E>) => void;
}

interface Place<E extends SourceEngine> {
  readonly captured: CapturedSource<E>;
  held: HeldSource<E>;
  startedAt: number;
  pauseMs: number;
  dead: boolean;
}

export class CapturedSources<E extends SourceEngine> {
  readonly #options: CapturedOptions<E>;
  readonly #places = new Map<string, Place<E>>();
  readonly #cancels = new Set<() => void>();
  #stopped = false;

  constructor(options: CapturedOptions<E>) {
    if (options.sources.length === 0) throw new RangeError("Cannot capture: got no source");
    this.#options = options;
    for (const captured of options.sources) {
      const { id, engine } = captured;
      if (this.#places.has(id)) throw new TypeError(`Cannot capture two sources as ${id}`);
      const held = new HeldSource(id, "captured", engine);
      const startedAt = options.now();
      this.#places.set(id, { captured, held, startedAt, pauseMs: 0, dead: false });
    }
  }

  /** What is watched where no id is given. */
  get default(): HeldSource<E> {
    return this.list()[0];
  }

  get(id: string): HeldSource<E> | undefined {
    return this.#places.get(id)?.held;
  }

  list(): HeldSource<E>[] {
    return [...this.#places.values()].map(({ held }) => held);
  }

  /** The engine of a source has died: tells its viewers, who may come back, and begins it anew after a pause. */
  died(id: string, error: Error): void {
    const place = this.#places.get(id);
    if (!place || place.dead || this.#stopped) return;
    place.dead = true;
    place.held.close(error.message, "fault");
    this.#options.onDied?.(id, error.message);
    const lived = this.#options.now() - place.startedAt >= LIVED_MS;
    place.pauseMs = lived || place.pauseMs === 0
      ? FIRST_PAUSE_MS
      : Math.min(LONGEST_PAUSE_MS, place.pauseMs * 2);
    this.#later(place);
  }

  /** Begins nothing anew any more. */
  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }

  #later(place: Place<E>): void {
    const { after = afterTimer } = this.#options;
    const cancel = after(place.pauseMs, () => {
      this.#cancels.delete(cancel);
      this.#restart(place);
    });
    this.#cancels.add(cancel);
  }

  async #restart(place: Place<E>): Promise<void> {
    const { captured } = place;
    if (!captured.restart) return;
    let engine: E;
    try {
      engine = await captured.restart(place.held.engine);
    } catch {
      // Whatever it was this time: it is tried again, ever more slowly.
      place.pauseMs = Math.min(LONGEST_PAUSE_MS, place.pauseMs * 2);
      if (!this.#stopped) this.#later(place);
      return;
    }
    if (this.#stopped) return void engine.stop().catch(() => {});
    place.held = new HeldSource(captured.id, "captured", engine);
    place.startedAt = this.#options.now();
    place.dead = false;
    this.#options.onRestarted?.(place.held);
  }
}

function afterTimer(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
}
