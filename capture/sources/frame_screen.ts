/**
 * A source whose pictures come from elsewhere, whole: pushed by a sender, written by a child process, put together
 * from slices. What was put last is what it shows. Nothing has to be asked, so between two pictures it costs nothing.
 */
import type { Rect, RowRange, Size } from "../geometry.ts";
import type { Source, SourceNews } from "../source.ts";
import type { PushedFrame } from "../worker_protocol.ts";

/** What makes the pictures, where that is somebody in this process; each is called by the source. */
export interface FrameMaker {
  /** The source is opened: pictures may be put from now on. */
  start?(): void;
  /** The source is closed: nothing is put any more. May be called twice. */
  stop?(): void;
  /** True: nobody watches, so what costs may rest. */
  rest?(resting: boolean): void;
  /** Resolves once a picture has been put that is not older than this call, or none can be had soon. */
  fresh?(): Promise<void>;
}

/** Rectangles of damage kept until they are asked for; with more, everything is compared. */
const MAX_DAMAGE_RECTS = 256;

/** What frame sources are windows to: it keeps the picture when one is closed and opened again. */
export class FrameScreen {
  readonly #label: string;
  readonly #maker: FrameMaker;
  #shown: PushedFrame;
  /** Put and not yet looked at: a newer one takes its place. */
  #waiting: PushedFrame | undefined;
  /** Where what waits differs from what was shown. */
  #damage: readonly Rect[] | "unknown" = [];
  #silence: string | undefined;
  #source: FrameSource | undefined;

  /**
   * @param label name for people
   * @param size of the black picture that is shown until the first frame is put
   */
  constructor(label: string, size: Size, maker: FrameMaker = {}) {
    this.#label = label;
    this.#maker = maker;
    this.#shown = { ...size, bgrx: new Uint8Array(size.width * size.height * 4) };
  }

  /** Opens the source; the one before, if there is one, must be closed. */
  readonly open = (): Source => {
    this.#source = new FrameSource(this.#label, this.#shown, this.#maker, () => this.#take());
    this.#maker.start?.();
    return this.#source;
  };

  /**
   * From the next poll on, the picture counts as old, or not any more.
   * @param reason for people; `undefined`: what makes the pictures was heard again
   */
  setSilence(reason: string | undefined): void {
    if (reason === this.#silence) return;
    this.#silence = reason;
    this.#source?.interrupt();
  }

  /**
   * Shows a frame from the next poll on; the source owns its bytes from here. Only the maker that put a frame may
   * go on drawing on it, and puts it again after each time.
   * @param damage rectangles outside which it is the one put before; left out: it may differ anywhere
   * @throws {RangeError} when there are not `width * height * 4` bytes
   */
  put(frame: PushedFrame, damage: readonly Rect[] | "unknown" = "unknown"): void {
    const wanted = frame.width * frame.height * 4;
    if (frame.bgrx.length !== wanted) {
      throw new RangeError(`Cannot put: got ${frame.bgrx.length} bytes, wanted ${wanted}`);
    }
    const before = this.#waiting ?? this.#shown;
    const resized = before.width !== frame.width || before.height !== frame.height;
    this.#damage = resized || damage === "unknown" || this.#damage === "unknown" ||
        this.#damage.length + damage.length > MAX_DAMAGE_RECTS
      ? "unknown"
      : [...this.#damage, ...damage];
    this.#waiting = frame;
    this.#source?.interrupt();
  }

  #take(): Newest {
    this.#shown = this.#waiting ?? this.#shown;
    this.#waiting = undefined;
    const damage = this.#damage;
    this.#damage = [];
    return { frame: this.#shown, damage, silence: this.#silence };
  }
}

/** What the screen shows, where it has changed, and why it may be old. */
interface Newest {
  readonly frame: PushedFrame;
  readonly damage: readonly Rect[] | "unknown";
  readonly silence: string | undefined;
}

class FrameSource implements Source {
  readonly label: string;
  readonly tells = true;
  silence: string | undefined;
  readonly #maker: FrameMaker;
  readonly #newest: () => Newest;
  #frame: PushedFrame;
  #polled = false;
  /** News came while nobody waited for it. */
  #told = false;
  #endWait: (() => void) | undefined;

  constructor(label: string, frame: PushedFrame, maker: FrameMaker, newest: () => Newest) {
    this.label = label;
    this.#frame = frame;
    this.#maker = maker;
    this.#newest = newest;
  }

  get size(): Size {
    const { width, height } = this.#frame;
    return { width, height };
  }

  wait(maxMs: number): Promise<void> {
    if (this.#told || maxMs <= 0) {
      this.#told = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#endWait?.(), Math.min(maxMs, MAX_TIMEOUT_MS));
      this.#endWait = () => {
        clearTimeout(timer);
        this.#endWait = undefined;
        resolve();
      };
    });
  }

  interrupt(): void {
    if (this.#endWait) this.#endWait();
    else this.#told = true;
  }

  rest(resting: boolean): void {
    this.#maker.rest?.(resting);
  }

  async fresh(): Promise<void> {
    await this.#maker.fresh?.();
  }

  poll(): SourceNews {
    const { width, height } = this.#frame;
    const { frame, damage, silence } = this.#newest();
    this.#frame = frame;
    this.silence = silence;
    const first = !this.#polled;
    this.#polled = true;
    const resized = frame.width !== width || frame.height !== height;
    return { damage: first || resized ? "unknown" : damage, resized };
  }

  grab(frame: Uint8Array, { top, bottom }: RowRange): void {
    const { width, height, bgrx } = this.#frame;
    const stride = width * 4;
    if (frame.length !== stride * height) {
      throw new RangeError(
        `Cannot grab: got a frame of ${frame.length} bytes, wanted ${stride * height}`,
      );
    }
    if (!(top >= 0 && top <= bottom && bottom <= height)) {
      throw new RangeError(`Cannot grab: got rows ${top} to ${bottom}, wanted 0 to ${height}`);
    }
    frame.set(bgrx.subarray(top * stride, bottom * stride), top * stride);
  }

  close(): void {
    this.#maker.stop?.();
    this.#endWait?.();
  }
}

/** Timers take no more: longer ones would run out at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
