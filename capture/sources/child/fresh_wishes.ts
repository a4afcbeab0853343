/** Who waits for a picture that is not older than their asking. */
import type { Clock } from "./clock.ts";

/** Nobody waits longer, ms. */
const PATIENCE_MS = 3000;
/** As many may wait; the next one is told at once that none can be had. */
const MAX_WISHES = 64;

interface Wish {
  readonly since: number;
  readonly end: () => void;
}

export class FreshWishes {
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #wishes = new Set<Wish>();

  /** @param changed somebody has begun or ceased to wait */
  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** Somebody waits. */
  get any(): boolean {
    return this.#wishes.size > 0;
  }

  /**
   * Resolves with the first picture that was read at `since` or later, or when patience ends.
   * @param since ms, steady
   */
  ask(since: number): Promise<void> {
    if (this.#wishes.size >= MAX_WISHES) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#clock.after(PATIENCE_MS, () => wish.end());
      const wish = {
        since,
        end: () => {
          cancel();
          this.#wishes.delete(wish);
          resolve();
          this.#changed();
        },
      };
      this.#wishes.add(wish);
      this.#changed();
    });
  }

  /** A picture is shown whose first byte was read at `readAt`. */
  shown(readAt: number): void {
    for (const wish of [...this.#wishes]) if (wish.since <= readAt) wish.end();
  }

  /** There will be none. */
  giveUp(): void {
    for (const wish of [...this.#wishes]) wish.end();
  }
}
