/** Time that passes when a test says so. */

/** 2026-01-01, where the wall clock starts. */
export const WALL_START = 1_767_225_600_000;

export class ManualClock {
  /** ms since the test began. */
  now = 0;

  readonly steady = (): number => this.now;
  readonly wall = (): number => WALL_START + Math.floor(this.now);

  advance(ms: number): void {
    this.now += ms;
  }
}
