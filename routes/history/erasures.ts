/**
 * Versions of what is known of a source: one ends when something is forgotten or a late picture is put in. A client that says which version its
 * picture belongs to is not sent the difference to a picture that is no longer there, and what a cache holds
 * under an old version is not asked for again.
 */
export class Erasures {
  readonly #run: string;
  readonly #counts = new Map<string, number>();

  /** @param startedAt makes the versions of one run differ from those of another; ms since the Unix epoch */
  constructor(startedAt: number) {
    this.#run = startedAt.toString(36);
  }

  /** The current version of a source: letters, digits and a hyphen. */
  version(source: string): string {
    return `${this.#run}-${this.#counts.get(source) ?? 0}`;
  }

  /** The past of the source has changed. Sources that are only asked about take no memory. */
  note(source: string): void {
    this.#counts.set(source, (this.#counts.get(source) ?? 0) + 1);
  }
}
