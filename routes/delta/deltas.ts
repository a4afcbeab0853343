/** The deltas of all sources: which pictures of theirs can be rebuilt, and what makes them. */
import { DeltaMaker } from "./delta_maker.ts";
import { type Held, heldSince, planRebuild } from "./rebuild_plan.ts";
import { type DeltaSource, StartPoints } from "./start_points.ts";

/** A picture that was asked for is not held: too old, of before a change of size or masks, or yet to come. */
export class NotHeld extends Error {
  override name = "NotHeld";
  /** What is held; `undefined`: nothing. */
  readonly held: Held | undefined;
  /** The seqs that are not. */
  readonly seqs: readonly number[];

  constructor(held: Held | undefined, seqs: readonly number[]) {
    super(`Cannot rebuild the pictures at ${seqs.join(" and ")}`);
    this.held = held;
    this.seqs = seqs;
  }
}

export class Deltas {
  readonly #now: () => number;
  readonly #maker: Pick<DeltaMaker, "make" | "close">;
  readonly #points = new Map<
    string,
    { readonly source: DeltaSource; readonly points: StartPoints }
  >();
  /** Deltas under way, by source and seqs: who asks for the same gets the same. */
  readonly #under = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

  /** @param now ms, never jumps */
  constructor(
    now: () => number = () => performance.now(),
    maker: Pick<DeltaMaker, "make" | "close"> = new DeltaMaker(),
  ) {
    this.#now = now;
    this.#maker = maker;
  }

  /**
   * Pictures of this source may be compared later: from now on, and for ten minutes, they can be, as long as the ring has
   * them. Call it when a picture's seq is told to somebody, too.
   */
  keep(id: string, source: DeltaSource): Promise<void> {
    return this.#pointsOf(id, source).keep();
  }

  /**
   * The delta between the pictures at two seqs, in any order: a PNG that `restore` takes.
   * @throws {NotHeld} or {DeltaMakerBusy}
   */
  async make(
    id: string,
    source: DeltaSource,
    from: number,
    to: number,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const points = this.#pointsOf(id, source);
    await points.keep();
    const known = points.list();
    const held = heldSince(known, source);
    const missing = [from, to].filter((seq) => !held || seq < held.oldest || seq > held.newest);
    if (missing.length > 0) throw new NotHeld(held, [...new Set(missing)]);
    const key = `${id} ${from} ${to}`;
    const under = this.#under.get(key);
    if (under) return await under;
    const legs = planRebuild(Math.min(from, to), Math.max(from, to), known, source);
    const making = this.#maker.make(from, to, legs).finally(() => this.#under.delete(key));
    this.#under.set(key, making);
    return await making;
  }

  /** The source is no more. */
  close(id: string): void {
    this.#points.get(id)?.points.stop();
    this.#points.delete(id);
  }

  closeAll(): void {
    for (const id of [...this.#points.keys()]) this.close(id);
    this.#maker.close();
  }

  #pointsOf(id: string, source: DeltaSource): StartPoints {
    const known = this.#points.get(id);
    if (known?.source === source) return known.points;
    // Another source under the same name, or the first one.
    this.close(id);
    const points = new StartPoints(source, this.#now);
    this.#points.set(id, { source, points });
    return points;
  }
}
