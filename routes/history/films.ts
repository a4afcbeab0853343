/** The films that run: how many there may be, and how they end with the server. */
import type { Player } from "./player.ts";

/** Each asks the archive up to 60 times a second. */
export const MAX_FILMS = 32;

/** One film and what wakes it. */
export class Film {
  #wake: (() => void) | undefined;
  #stopped = false;
  player: Player | undefined;

  /** Waits for so long, or until `stop`. */
  readonly sleep = (ms: number): Promise<void> => {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  };

  stop(reason: string): void {
    this.#stopped = true;
    this.player?.stop(reason);
    this.#wake?.();
  }
}

export class Films {
  readonly #films = new Set<Film>();

  get isFull(): boolean {
    return this.#films.size >= MAX_FILMS;
  }

  get count(): number {
    return this.#films.size;
  }

  add(): Film {
    const film = new Film();
    this.#films.add(film);
    return film;
  }

  remove(film: Film): void {
    this.#films.delete(film);
  }

  /** Ends all films with a bye. */
  stopAll(reason: string): void {
    for (const film of this.#films) film.stop(reason);
  }
}
