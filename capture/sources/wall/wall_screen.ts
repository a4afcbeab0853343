/**
 * The wall: all sources side by side, as a source. Its owner hands over their streams; what has changed is drawn at
 * most so many times a second, all sources together, however often each of them changes.
 */
import { loadKernels } from "../../kernels/kernels.ts";
import type { Rect } from "../../geometry.ts";
import type { Source } from "../../source.ts";
import type { PushedFrame } from "../../worker_protocol.ts";
import { FrameScreen } from "../frame_screen.ts";
import { WallCell } from "./cell.ts";
import { type Grid, gridOf, WALL_FPS, WALL_LABEL } from "./grid.ts";
import { type Pixels, Shrinker } from "./shrinker.ts";

/** A picture of the wall that has to be new waits this long for sources that have shown nothing yet, ms. */
const FRESH_MS = 2000;

/** Time from outside. */
export interface WallTime {
  /** ms, never jumps. */
  readonly steady: () => number;
  /** Calls `action` after `ms`; returns what cancels it. */
  readonly after: (ms: number, action: () => void) => () => void;
}

const realTime: WallTime = {
  steady: () => performance.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};

export class WallScreen {
  readonly #time: WallTime;
  readonly #shrinker: Shrinker;
  readonly #screen: FrameScreen;
  #cells = new Map<string, WallCell>();
  #canvas: Pixels & { readonly frame: PushedFrame };
  #drawnAt = -Infinity;
  /** Cancels the drawing that waits for its time. */
  #cancel: (() => void) | undefined;
  /** Who waits until all cells show something. */
  readonly #waiting = new Set<() => void>();

  private constructor(shrinker: Shrinker, sources: readonly string[], time: WallTime) {
    this.#time = time;
    this.#shrinker = shrinker;
    const grid = gridOf(sources.length);
    this.#screen = new FrameScreen(WALL_LABEL, grid, {
      stop: () => this.#cancel?.(),
      fresh: () => this.#fresh(),
    });
    this.#canvas = newCanvas(grid);
    this.#layOut(sources, grid);
  }

  /** @param sources ids of those that are shown, in their order; at most `MAX_CELLS` */
  static async load(sources: readonly string[], time: WallTime = realTime): Promise<WallScreen> {
    return new WallScreen(new Shrinker(await loadKernels()), sources, time);
  }

  /** Opens the source; the one before, if there is one, must be closed. */
  readonly open = (): Source => this.#screen.open();

  /**
   * Shows these sources from now on. Those that were there keep their pictures.
   * @param sources ids in their order; at most `MAX_CELLS`
   * @throws {RangeError} when there are more
   */
  show(sources: readonly string[]): void {
    const grid = gridOf(sources.length);
    this.#canvas = newCanvas(grid);
    this.#layOut(sources, grid);
    this.#draw();
    if (this.#isComplete) this.#release();
    // Those that have gone leave black behind, also where nothing else is drawn.
    this.#screen.put(this.#canvas.frame);
  }

  /**
   * Takes bytes of a source's message stream; of one that is not shown, it does nothing.
   * @param feed number of the stream; with another one than before a new stream begins
   * @throws {ProtocolError} when they break the protocol: what comes next must be a new stream
   */
  feed(source: string, feed: number, parts: readonly Uint8Array[]): void {
    const cell = this.#cells.get(source);
    if (!cell) return;
    try {
      cell.push(feed, parts);
    } finally {
      if (cell.isChanged) this.#drawInTime();
      if (this.#isComplete) this.#release();
    }
  }

  #layOut(sources: readonly string[], { cells }: Grid): void {
    const before = this.#cells;
    this.#cells = new Map(sources.map((id, i) => {
      const cell = before.get(id) ?? new WallCell(cells[i]);
      cell.moveTo(cells[i]);
      return [id, cell];
    }));
  }

  #drawInTime(): void {
    if (this.#cancel) return;
    const wait = this.#drawnAt + 1000 / WALL_FPS - this.#time.steady();
    if (wait <= 0) return this.#draw();
    this.#cancel = this.#time.after(wait, () => this.#draw());
  }

  #draw(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#drawnAt = this.#time.steady();
    const damage: Rect[] = [];
    for (const cell of this.#cells.values()) {
      damage.push(...cell.draw(this.#canvas, this.#shrinker));
    }
    if (damage.length > 0) this.#screen.put(this.#canvas.frame, damage);
  }

  get #isComplete(): boolean {
    return [...this.#cells.values()].every(({ shows }) => shows);
  }

  /** What the wall shows is as new as can be had: drawn at once, with all sources that show anything soon. */
  async #fresh(): Promise<void> {
    if (!this.#isComplete) {
      await new Promise<void>((resolve) => {
        const go = () => {
          this.#waiting.delete(go);
          cancel();
          resolve();
        };
        const cancel = this.#time.after(FRESH_MS, go);
        this.#waiting.add(go);
      });
    }
    this.#draw();
  }

  #release(): void {
    for (const go of this.#waiting) go();
  }
}

function newCanvas({ width, height }: Grid): Pixels & { readonly frame: PushedFrame } {
  const bgrx = new Uint8Array(width * height * 4);
  return { width, height, pixels: new Uint32Array(bgrx.buffer), frame: { width, height, bgrx } };
}
