/** Timers that run out when a test says so. */
export class ManualTimers {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly action: () => void }>();

  /** Calls `action` after `ms`; returns what cancels it. */
  readonly after = (ms: number, action: () => void): () => void => {
    const timer = { at: this.#now + ms, action };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** How many wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets `ms` pass; what is due by then is called, the earliest first. */
  pass(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#now = due.at;
      this.#timers.delete(due);
      due.action();
    }
    this.#now = until;
  }
}
