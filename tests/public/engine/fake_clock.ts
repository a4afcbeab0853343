/** A clock that goes only when it is told to. */
export class FakeClock {
  #now: number;
  /** How far the wall clock is ahead of the steady one. */
  #wallAhead = 0;
  #nextHandle = 1;
  #timers = new Map<number, { at: number; run: () => void }>();

  constructor(now = 1_000_000) {
    this.#now = now;
  }

  now = (): number => this.#now;
  wall = (): number => this.#now + this.#wallAhead;

  later = (run: () => void, delayMs: number): () => void => {
    const handle = this.#nextHandle++;
    this.#timers.set(handle, { at: this.#now + delayMs, run });
    return () => void this.#timers.delete(handle);
  };

  get pending(): number {
    return this.#timers.size;
  }

  /** Somebody sets the wall clock. */
  setWall(aheadMs: number): void {
    this.#wallAhead += aheadMs;
  }

  /**
   * The machine sleeps, and wakes up before anything runs.
   * @param steady whether the steady clock runs on, which depends on the system
   */
  sleep(ms: number, steady: boolean): void {
    if (steady) this.#now += ms;
    else this.#wallAhead += ms;
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
      this.#now = Math.max(this.#now, at);
      run();
    }
    this.#now = end;
  }
}
