/** A clock that goes only when it is told to. */
export class FakeClock {
  #now: number;
  #nextHandle = 1;
  #timers = new Map<number, { at: number; run: () => void }>();

  constructor(now = 1_000_000) {
    this.#now = now;
  }

  now = (): number => this.#now;

  later = (run: () => void, delayMs: number): () => void => {
    const handle = this.#nextHandle++;
    this.#timers.set(handle, { at: this.#now + delayMs, run });
    return () => void this.#timers.delete(handle);
  };

  get pending(): number {
    return this.#timers.size;
  }

  /** Runs what is due in the next `ms`, in its order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end)
        .sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      const [handle, { at, run }] = due;
      this.#timers.delete(handle);
      this.#now = at;
      run();
    }
    this.#now = end;
  }
}
