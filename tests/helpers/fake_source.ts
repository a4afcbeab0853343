/** A source whose screen, damage and misfortunes a test decides. */
import type { Rect, RowRange, Size } from "../../capture/geometry.ts";
import {
  type CursorChange,
  type Source,
  SourceLost,
  type SourceNews,
} from "../../capture/source.ts";
import { type Target, type Targets, TargetUnknown, WHOLE_DISPLAY } from "../../capture/targets.ts";
import type { Frame } from "./frames.ts";

/** What the source is a window to: it outlives the source when that is lost. */
export class FakeScreen {
  frame: Frame;
  /** Why the screen cannot be captured now. */
  fault: string | undefined;
  /** Fails at the next grab, not at the poll before. */
  grabFault: string | undefined;
  /** The source tells of news by itself, like that of an X server with DAMAGE. */
  tells = false;
  /** Why the picture may be old though the source is there. */
  silence: string | undefined;
  /** What there is to capture, and what is; `undefined`: there is no choice. */
  targets: Targets | undefined;
  target: Target = WHOLE_DISPLAY;
  /** Where on the display the picture lies. */
  origin = { x: 0, y: 0 };
  /** Whether the source was told that nobody watches. */
  resting = false;
  /** What `fresh()` does before it resolves. */
  refresh = () => {};
  opened = 0;
  closed = 0;
  polls = 0;
  thoroughPolls = 0;
  readonly grabs: RowRange[] = [];
  #damage: Rect[] | "unknown" = "unknown";
  #cursor: CursorChange | undefined;

  constructor(frame: Frame) {
    this.frame = frame;
  }

  /** Shows another frame; `damage` is what the source will say about it, true or not. */
  show(frame: Frame, damage: readonly Rect[] | "unknown" = "unknown"): void {
    this.frame = frame;
    this.#damage = this.#damage === "unknown" || damage === "unknown"
      ? "unknown"
      : [...this.#damage, ...damage];
  }

  moveCursor(cursor: CursorChange): void {
    this.#cursor = { ...this.#cursor, ...cursor };
  }

  /** @throws {SourceLost} when the screen has a fault */
  readonly open = (target = this.target): Source => {
    this.check();
    this.target = target;
    this.opened++;
    this.#damage = "unknown";
    return new FakeSource(this);
  };

  check(): void {
    if (this.fault !== undefined) throw new SourceLost(this.fault);
  }

  /** The source has something to tell. */
  get hasNews(): boolean {
    return this.#damage.length > 0 || this.#cursor !== undefined || this.fault !== undefined;
  }

  takeDamage(): readonly Rect[] | "unknown" {
    const damage = this.#damage;
    this.#damage = [];
    return damage;
  }

  takeCursor(): CursorChange | undefined {
    const cursor = this.#cursor;
    this.#cursor = undefined;
    return cursor;
  }
}

class FakeSource implements Source {
  readonly label = "fake";
  size: Size;
  origin: { readonly x: number; readonly y: number };
  #target: Target;
  readonly #screen: FakeScreen;
  #closed = false;

  constructor(screen: FakeScreen) {
    this.#screen = screen;
    this.size = { width: screen.frame.width, height: screen.frame.height };
    this.origin = screen.origin;
    this.#target = screen.target;
  }

  get target(): Target | undefined {
    return this.#screen.targets && this.#target;
  }

  targets(): Targets {
    return this.#screen.targets!;
  }

  select(target: Target): void {
    const { monitors } = this.#screen.targets!;
    if (target.kind === "monitor" && !monitors.some(({ name }) => name === target.name)) {
      throw new TargetUnknown(`one of ${monitors.map(({ name }) => name).join(", ")}`);
    }
    this.#screen.target = target;
    this.#target = target;
  }

  rest(resting: boolean): void {
    this.#screen.resting = resting;
  }

  fresh(): Promise<void> {
    this.#screen.refresh();
    return Promise.resolve();
  }

  get tells(): boolean {
    return this.#screen.tells;
  }

  get silence(): string | undefined {
    return this.#screen.silence;
  }

  /** Time stands still in here: whoever moves the clock knows when there is news. */
  async wait(): Promise<void> {}

  poll(thorough = true): SourceNews {
    const screen = this.#screen;
    screen.check();
    screen.polls++;
    if (thorough) screen.thoroughPolls++;
    const { width, height } = screen.frame;
    const resized = width !== this.size.width || height !== this.size.height;
    this.size = { width, height };
    const damage = resized ? "unknown" : screen.takeDamage();
    if (resized) screen.takeDamage();
    const moved = screen.origin !== this.origin;
    this.origin = screen.origin;
    const cursor = screen.takeCursor();
    return { damage, resized, moved, ...cursor && { cursor } };
  }

  grab(into: Uint8Array, rows: RowRange): void {
    const { frame: { width, bgrx }, grabFault } = this.#screen;
    if (grabFault !== undefined) throw new SourceLost(grabFault);
    if (into.length !== bgrx.length) {
      throw new RangeError(`Cannot grab: got room for ${into.length} bytes, wanted ${bgrx.length}`);
    }
    this.#screen.grabs.push(rows);
    into.set(bgrx.subarray(rows.top * width * 4, rows.bottom * width * 4), rows.top * width * 4);
  }

  close(): void {
    if (!this.#closed) this.#screen.closed++;
    this.#closed = true;
  }
}
