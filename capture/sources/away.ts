/** Stands in for a source that is not there yet: the keeper finds it lost, and opens the real one when it can. */
import type { Size } from "../geometry.ts";
import { type Source, SourceLost, type SourceNews } from "../source.ts";
import type { Target } from "../targets.ts";

/** What is shown, black, until the size of the real one is known. */
export const UNKNOWN_SIZE: Size = { width: 640, height: 480 };

export class AwaySource implements Source {
  readonly label: string;
  readonly size = UNKNOWN_SIZE;
  readonly target?: Target;
  readonly #reason: string;

  /**
   * @param label name of the real one for people
   * @param reason why it is not there
   * @param target what the real one is to capture, where it has a choice
   */
  constructor(label: string, reason: string, target?: Target) {
    this.label = label;
    this.#reason = reason;
    if (target) this.target = target;
  }

  poll(): SourceNews {
    throw new SourceLost(this.#reason);
  }

  grab(): void {
    throw new SourceLost(this.#reason);
  }

  close(): void {}
}
