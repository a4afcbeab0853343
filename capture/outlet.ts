/**
 * What leaves the loop: messages into the shared stream, epochs that end, viewers that get in, and the signs of life
 * in between.
 */
import { Checks } from "./checks.ts";
import { Emitter } from "./emitter.ts";
import { Entrance } from "./entrance.ts";
import type { Size } from "./geometry.ts";
import type { Kernels } from "./kernels/kernels.ts";
import type { Clocks } from "./loop.ts";
import { heartbeatMessage } from "./messages.ts";
import type { Pipeline, Update } from "./pipeline.ts";
import type { Chunk } from "./worker_protocol.ts";

export interface OutletOptions {
  readonly kernels: Kernels;
  readonly pipeline: Pipeline;
  readonly clocks: Clocks;
  /** Takes each chunk of the shared stream. */
  readonly publish: (chunk: Chunk) => void;
  /** Messages that a newcomer needs besides the picture. */
  readonly introduction: () => Uint8Array[];
}

export class Outlet {
  readonly entrance: Entrance;
  /** When the last keyframe for everybody was made, and the last chunk published; ms, steady. */
  lastKeyframe = -Infinity;
  lastEmission = -Infinity;
  readonly #kernels: Kernels;
  readonly #pipeline: Pipeline;
  readonly #clocks: Clocks;
  readonly #emitter: Emitter;
  readonly #checks = new Checks();
  /** The chunk that is being collected begins its epoch with a keyframe. */
  #keyframePending = false;

  constructor({ kernels, pipeline, clocks, publish, introduction }: OutletOptions) {
    this.#kernels = kernels;
    this.#pipeline = pipeline;
    this.#clocks = clocks;
    this.#emitter = new Emitter(() => pipeline.beginEpoch(clocks.wall()), publish);
    this.entrance = new Entrance(pipeline, this.#emitter, clocks, introduction);
  }

  /** Totals so far. */
  get totals(): Pick<Emitter, "epochs" | "messageBytes" | "streamBytes"> {
    return this.#emitter;
  }

  /** A message between updates. */
  add(message: Uint8Array): void {
    this.#emitter.add(message);
  }

  /** Gets ready for an update, which must be encoded after this. A keyframe begins an epoch of its own. */
  async open(keyframe: boolean): Promise<void> {
    if (keyframe && !this.#emitter.isFresh) await this.endEpoch();
    this.#emitter.openEpoch();
  }

  /** @param now ms, steady */
  update(update: Update, now: number): void {
    this.#emitter.add(update.message);
    this.#checks.updated();
    if (!update.keyframe) return;
    this.lastKeyframe = now;
    this.#keyframePending = true;
  }

  /**
   * The frame starts anew; the epoch must have ended. A resize even to the same size: nobody may resume across it,
   * since what lies before it may be masked now.
   */
  resize(size: Size): void {
    this.#emitter.addResize(size);
    this.#checks.blackened();
  }

  /** Somebody who should soon be told whether the picture is right. */
  viewerCame(): void {
    this.#checks.viewerCame(this.#clocks.steady());
  }

  /**
   * Adds what tells viewers that the stream lives and is right: a check when one is due, a heartbeat with it or
   * where `heartbeat` wants one.
   * @param now ms, steady
   */
  addSigns(now: number, heartbeat: boolean): void {
    const check = this.#checks.isDue(now);
    // Who skips checks still gets a sign of life.
    if ((check || heartbeat) && !this.#emitter.hasPending) {
      this.#emitter.add(heartbeatMessage(this.#clocks.wall()));
    }
    if (check) this.#emitter.add(this.#checks.make(this.#kernels, this.#pipeline.space, now));
  }

  /** Ends the epoch, so that decoders can forget and viewers can join. */
  async endEpoch(): Promise<void> {
    await this.flush();
    this.#emitter.endEpoch();
    this.#pipeline.endEpoch();
    this.entrance.epochEnded();
  }

  /** Publishes what was added. */
  async flush(): Promise<void> {
    const { nextIndex } = this.#emitter;
    const { seq, epoch } = this.#pipeline;
    await this.#emitter.flush({ seq, epoch, time: this.#clocks.wall() });
    if (this.#emitter.nextIndex === nextIndex) return;
    this.lastEmission = this.#clocks.steady();
    if (this.#keyframePending) this.entrance.keyframePublished(nextIndex);
    this.#keyframePending = false;
  }
}
