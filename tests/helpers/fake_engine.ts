/** An engine that only notes what it is told. */
import type { Size } from "../../capture/geometry.ts";
import type { SourceEngine } from "../../capture/held_source.ts";
import type { HealthAnswer, PushedFrame } from "../../capture/worker_protocol.ts";

export class FakeEngine implements SourceEngine {
  readonly label: string;
  readonly #size: Size;
  readonly shown: PushedFrame[] = [];
  viewers = 0;
  neededFps = Infinity;
  readonly silences: (string | undefined)[] = [];
  stopped = false;
  /** Reports the engine's death. */
  die: (error: Error) => void = () => {};

  constructor(label: string, size: Size) {
    this.label = label;
    this.#size = size;
  }

  hello(): Size {
    return this.#size;
  }

  setViewers(count: number, neededFps: number): void {
    this.viewers = count;
    this.neededFps = neededFps;
  }

  setSilence(reason: string | undefined): void {
    this.silences.push(reason);
  }

  show(frame: PushedFrame): void {
    this.shown.push(frame);
  }

  health(): Promise<HealthAnswer> {
    return Promise.resolve({
      healthy: true,
      state: "live",
      detail: "ok",
      lastLookAgeMs: 5,
      sleeping: this.viewers === 0,
    });
  }

  stop(): Promise<void> {
    this.stopped = true;
    return Promise.resolve();
  }
}
