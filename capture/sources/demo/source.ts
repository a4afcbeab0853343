/**
 * The demo as a source: a synthetic desktop that shows what the product does where there is no display.
 */
import type { Rect, RowRange, Size } from "../../geometry.ts";
import type { CursorChange, Source, SourceNews } from "../../source.ts";
import { Desktop } from "./desktop.ts";
import { arrowShape, pointerAt } from "./pointer.ts";
import { Scene } from "./scene.ts";
import { FRAME_RATE } from "./timeline.ts";

export interface DemoOptions {
  /** Pixels, 1 to 4096. Default 1280. */
  readonly width?: number;
  /** Pixels, 1 to 4096. Default 720. */
  readonly height?: number;
  /** Another seed, another desktop; a whole number from 0 to 2^32 - 1. Default 1. */
  readonly seed?: number;
  /**
   * Milliseconds from any start; the frame at 30 frames a second is counted from its zero, and is frame 0
   * before that. Default `performance.now`.
   */
  readonly clock?: () => number;
}

const MAX_SIDE = 4096;

/**
 * Opens the demo. What it shows depends on size, seed and the clock alone; the unused fourth byte of a
 * pixel is 0xff. Throws `RangeError` for an option out of its range.
 */
export function openDemoSource(
  { width = 1280, height = 720, seed = 1, clock = () => performance.now() }: DemoOptions = {},
): Source {
  wanted("width", width, 1, MAX_SIDE);
  wanted("height", height, 1, MAX_SIDE);
  wanted("seed", seed, 0, 0xffffffff);
  return new DemoSource(new Desktop(new Scene({ width, height }, seed)), clock);
}

function wanted(field: string, value: number, from: number, to: number): void {
  if (!Number.isInteger(value) || value < from || value > to) {
    throw new RangeError(
      `Cannot set ${field}: got ${value}, wanted a whole number ${from} to ${to}`,
    );
  }
}

class DemoSource implements Source {
  readonly label = "demo";
  readonly size: Size;
  readonly #clock: () => number;
  #desktop: Desktop | undefined;
  /** The frame that the desktop shows; undefined before the first. */
  #frame: number | undefined;
  #polled = false;
  #pointer = { x: 0, y: 0 };

  constructor(desktop: Desktop, clock: () => number) {
    this.size = desktop.scene.size;
    this.#desktop = desktop;
    this.#clock = clock;
  }

  poll(): SourceNews {
    const desktop = this.#open("poll");
    const first = !this.#polled;
    this.#polled = true;
    const damage = this.#advance(desktop);
    const cursor = this.#cursor(desktop, first);
    const everything = [{ x: 0, y: 0, w: this.size.width, h: this.size.height }];
    return { damage: first ? everything : damage, resized: false, ...(cursor && { cursor }) };
  }

  grab(frame: Uint8Array, { top, bottom }: RowRange): void {
    const desktop = this.#open("grab");
    const { width, height } = this.size;
    const stride = width * 4;
    if (frame.length !== stride * height) {
      throw new RangeError(
        `Cannot grab: got a frame of ${frame.length} bytes, wanted ${stride * height}`,
      );
    }
    if (!(top >= 0 && top <= bottom && bottom <= height)) {
      throw new RangeError(`Cannot grab: got rows ${top} to ${bottom}, wanted 0 to ${height}`);
    }
    if (this.#frame === undefined) this.#advance(desktop);
    const bytes = new Uint8Array(desktop.pixels.buffer, top * stride, (bottom - top) * stride);
    frame.set(bytes, top * stride);
  }

  close(): void {
    this.#desktop = undefined;
  }

  #open(action: string): Desktop {
    if (this.#desktop === undefined) throw new Error(`Cannot ${action}: the demo is closed`);
    return this.#desktop;
  }

  #advance(desktop: Desktop): Rect[] {
    const frame = Math.max(0, Math.floor(this.#clock() * FRAME_RATE / 1000));
    if (frame === this.#frame) return [];
    this.#frame = frame;
    return desktop.show(frame);
  }

  #cursor(desktop: Desktop, first: boolean): CursorChange | undefined {
    const pointer = pointerAt(this.#frame ?? 0, desktop.scene.layout);
    if (first) {
      this.#pointer = pointer;
      return { visible: true, ...pointer, shape: arrowShape() };
    }
    if (pointer.x === this.#pointer.x && pointer.y === this.#pointer.y) return undefined;
    this.#pointer = pointer;
    return { visible: true, ...pointer };
  }
}
