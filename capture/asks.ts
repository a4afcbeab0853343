/** Who waits for the capture loop to do something that it would not do by itself. */

export class Asks {
  readonly #asked: () => void;
  #keyframe: ((answer: { seq: number }) => void)[] = [];
  #look: (() => void)[] = [];

  /** @param asked called whenever somebody begins to wait: the loop may be resting */
  constructor(asked: () => void = () => {}) {
    this.#asked = asked;
  }

  get wantsLook(): boolean {
    return this.#look.length > 0;
  }

  get wantsKeyframe(): boolean {
    return this.#keyframe.length > 0;
  }

  /** Resolves with the seq of the next keyframe. */
  keyframe(): Promise<{ seq: number }> {
    return new Promise((resolve) => {
      this.#keyframe.push(resolve);
      this.#asked();
    });
  }

  /** Resolves after the next look at the source that begins after the call. */
  look(): Promise<void> {
    return new Promise((resolve) => {
      this.#look.push(resolve);
      this.#asked();
    });
  }

  keyframeSent(seq: number): void {
    for (const resolve of this.#keyframe.splice(0)) resolve({ seq });
  }

  /** A look begins; what it returns tells those who have waited for it that it is done. */
  looks(): () => void {
    const waiting = this.#look.splice(0);
    return () => {
      for (const resolve of waiting) resolve();
    };
  }
}
