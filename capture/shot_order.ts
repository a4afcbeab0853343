/**
 * What a pushed picture is, beside those that came before: new, the same again, or late.
 */

/** `newest`: to be shown. `duplicate`: what is shown already. `late`: older than what is shown. */
export type ShotPlace = "newest" | "duplicate" | "late";

/** Judges the pictures of one source; remembers the newest of them by its digests. */
export class ShotOrder {
  /** When the newest picture was there last. */
  #time = -Infinity;
  /** When it was captured, as its sender knows it: in its newest copy. */
  #pictureTime = -Infinity;
  #digest: string | undefined;
  #fileDigest: string | undefined;

  /** When the newest picture was seen last by its sender, ms since the Unix epoch; -Infinity before the first. */
  get newestTime(): number {
    return this.#time;
  }

  /**
   * True when a file is, byte for byte, the one that was accepted last, and not older: then it need not be decoded.
   * The picture that is shown is thereby of `time`.
   */
  repeats(time: number, fileDigest: string): boolean {
    if (fileDigest !== this.#fileDigest || time < this.#time) return false;
    this.#time = this.#pictureTime = time;
    return true;
  }

  /**
   * True when the picture that was captured at `pictureTime` is the one that was accepted last, and not of later than
   * `time`: it was still there then.
   */
  confirms(time: number, pictureTime: number): boolean {
    if (pictureTime !== this.#pictureTime || time < this.#time) return false;
    this.#time = time;
    return true;
  }

  /**
   * Judges a picture and, unless it is late, remembers it.
   *
   * Two pictures of the same time are taken in the order in which they came: some senders know only seconds.
   * @param time of capture, ms since the Unix epoch
   * @param digest of the pixels and their size
   */
  judge(time: number, digest: string, fileDigest: string): ShotPlace {
    if (time < this.#time) return "late";
    const same = digest === this.#digest;
    this.#time = this.#pictureTime = time;
    this.#digest = digest;
    this.#fileDigest = fileDigest;
    return same ? "duplicate" : "newest";
  }
}
