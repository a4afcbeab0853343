/**
 * A source whose pictures come from elsewhere: what was pushed last is what it shows. Nothing has to be asked, so
 * between two pushes it costs nothing.
 */
import type { RowRange, Size } from "../geometry.ts";
import type { Source, SourceNews } from "../source.ts";
import type { PushedFrame } from "../worker_protocol.ts";

/** What pushed sources are windows to: it keeps the picture when one is closed and opened again. */
export class PushedScreen {
  readonly #label: string;
  #shown: PushedFrame;
  /** Put and not yet looked at: a newer one takes its place. */
  #waiting: PushedFrame | undefined;
  #silence: string | undefined;
  #source: PushedSource | undefined;

  /**
   * @param label name for people
   * @param size of the black picture that is shown until the first frame is put
   */
  constructor(label: string, size: Size) {
    this.#label = label;
    this.#shown = { ...size, bgrx: new Uint8Array(size.width * size.height * 4) };
  }

  /** Opens the source; the one before, if there is one, must be closed. */
  readonly open = (): Source => {
    this.#source = new PushedSource(this.#label, this.#shown, () => {
      const frame = this.#waiting;
      this.#waiting = undefined;
      this.#shown = frame ?? this.#shown;
      return { frame: this.#shown, silence: this.#silence };
    });
    return this.#source;
  };

  /**
   * From the next poll on, the picture counts as old, or not any more.
   * @param reason for people; `undefined`: the sender was heard again
   */
  setSilence(reason: string | undefined): void {
    this.#silence = reason;
    this.#source?.interrupt();
  }

  /**
   * Shows a frame from the next poll on; the source owns its bytes from here.
   * @throws {RangeError} when there are not `width * height * 4` of them
   */
  put(frame: PushedFrame): void {
    const wanted = frame.width * frame.height * 4;
    if (frame.bgrx.length !== wanted) {
      throw new RangeError(`Cannot put: got ${frame.bgrx.length} bytes, wanted ${wanted}`);
    }
    this.#waiting = frame;
    this.#source?.interrupt();
  }
}

/** What the screen shows, and why that may be old. */
interface Newest {
  readonly frame: PushedFrame;
  readonly silence: string | undefined;
}

class PushedSource implements Source {
  readonly label: string;
  readonly tells = true;
  silence: string | undefined;
  readonly #newest: () => Newest;
  #frame: PushedFrame;
  #polled = false;
  /** News came while nobody waited for it. */
  #told = false;
  #endWait: (() => void) | undefined;

  constructor(label: string, frame: PushedFrame, newest: () => Newest) {
    this.label = label;
    this.#frame = frame;
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

  poll(): SourceNews {
    const before = this.#frame;
    const { frame, silence } = this.#newest();
    this.#frame = frame;
    this.silence = silence;
    const first = !this.#polled;
    this.#polled = true;
    // The pixels of two screenshots have nothing to tell what is the same in them: comparing does.
    const damage = first || this.#frame !== before ? "unknown" : [];
    const resized = this.#frame.width !== before.width || this.#frame.height !== before.height;
    return { damage, resized };
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
    this.#endWait?.();
  }
}

/** Timers take no more: longer ones would run out at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
