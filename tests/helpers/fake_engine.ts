/** An engine that only notes what it is told. */
import type { Rect, Size } from "../../capture/geometry.ts";
import type { SourceEngine } from "../../capture/held_source.ts";
import { SettingRefused } from "../../capture/setting_refused.ts";
import type { Target } from "../../capture/targets.ts";
import type {
  HealthAnswer,
  PushedFrame,
  Refusal,
  TargetsAnswer,
} from "../../capture/worker_protocol.ts";

export class FakeEngine implements SourceEngine {
  readonly label: string;
  readonly #size: Size;
  readonly shown: PushedFrame[] = [];
  viewers = 0;
  neededFps = Infinity;
  readonly silences: (string | undefined)[] = [];
  stopped = false;
  /** What there is to capture; `null`: no choice. */
  choice: TargetsAnswer | null = null;
  /** Why nothing can be selected. */
  refusal: Refusal | undefined;
  region: Rect | null = null;
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

  settings(): { fps: number; region: Rect | null } {
    return { fps: 60, region: this.region };
  }

  stats(): Promise<{ updatesPerSecond: number }> {
    return Promise.resolve({ updatesPerSecond: 0 });
  }

  targets(): Promise<TargetsAnswer | null> {
    return Promise.resolve(this.choice);
  }

  select(target: Target, region: Rect | null): Promise<void> {
    if (this.refusal) return Promise.reject(new SettingRefused(this.refusal));
    if (this.choice) this.choice = { ...this.choice, target };
    this.region = region;
    return Promise.resolve();
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
