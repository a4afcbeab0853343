/**
 * Joins that are asked for at the same time, asked once.
 *
 * Answers come from the capture Worker, and each carries a copy of the picture. When thousands of viewers come
 * back after a restart, or fall behind together, those copies take longer than the pictures take to encode, and
 * leave holes in the heap that stay. Who wants the same as somebody who still waits gets the same answer,
 * the same bytes object included.
 */
import type { Joining } from "./viewer_cursor.ts";
import type { JoinPoint, JoinWish } from "./worker_protocol.ts";

export class SharedJoins implements Joining {
  readonly #capture: Joining;
  /** Bridges that are being waited for, by what they start from. At most one for each seq that a viewer has. */
  readonly #asked = new Map<number | null, { oldest: number; answer: Promise<JoinPoint> }>();

  constructor(capture: Joining) {
    this.#capture = capture;
  }

  /**
   * As `Joining.join()`. Only bridges are shared: a join point without one is small, and must lie behind what its
   * viewer has. Nobody gets a picture older than the settings that the capture had confirmed when they asked:
   * answers come in order.
   */
  join(wish: JoinWish): Promise<JoinPoint> {
    if (!wish.bridge) return this.#capture.join(wish);
    const asked = this.#asked.get(wish.since);
    // The ring may have dropped what an older wish could still use.
    if (asked?.oldest === wish.oldest) return asked.answer;
    const mine = { oldest: wish.oldest, answer: this.#capture.join(wish) };
    this.#asked.set(wish.since, mine);
    const forget = () => {
      if (this.#asked.get(wish.since) === mine) this.#asked.delete(wish.since);
    };
    mine.answer.then(forget, forget);
    return mine.answer;
  }
}
