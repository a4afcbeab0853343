/**
 * The `native` source: screenshots by the operating system, of Windows, macOS and desktops without X11.
 *
 * Nothing tells when the screen changes, and a grab takes 20 to 60 ms. So they run on threads of the library's, one
 * at a time, begun so early that one is done when the loop's pace allows the next tick. A picture that equals the
 * one before is no news. On a screen that stands still the grabs become fewer, and without viewers there
 * are none. The pointer is not in them.
 */
import type { RowRange, Size } from "../../geometry.ts";
import { type Source, SourceLost, type SourceNews } from "../../source.ts";
import type { Target, Targets } from "../../targets.ts";
import { Garbage } from "./garbage.ts";
import { Grabber } from "./grabber.ts";
import { loadNativeLibrary, type NativeLibrary } from "./library.ts";
import { copyRows, type Picture, samePicture } from "./picture.ts";

/** After this long without a change the pauses between grabs begin to grow, ms. */
const STILL_MS = 2000;
/** By how much of the time that passes from then on. */
const PAUSE_GROWTH = 1 / 20;
/** The longest pause, by which the first change on a still screen may be seen later, ms. */
const MAX_PAUSE_MS = 250;
/** A grab that takes longer makes the picture count as old: somebody may be asked for permission, ms. */
const STALL_MS = 5000;
/** `fresh` waits no longer, ms. */
const FRESH_MS = 2000;

/** What the source has from outside. */
export interface NativeParts {
  readonly library: NativeLibrary;
  readonly garbage: Garbage;
  /** ms, never jumps. */
  readonly now: () => number;
  /** Calls `done` after `ms`, unless the function that it returns is called before. */
  readonly after: (ms: number, done: () => void) => () => void;
}

/**
 * Opens the screen, or a part of it; blocks for as long as a grab takes.
 * @param parts default: the library, which this loads, and the clock
 * @throws {SourceLost} when it cannot be captured, with the reason
 */
export function openNativeSource(target: Target, parts: NativeParts = realParts()): Source {
  return new NativeSource(target, parts);
}

function realParts(): NativeParts {
  return {
    library: loadNativeLibrary(),
    garbage: new Garbage(),
    now: () => performance.now(),
    after(ms, done) {
      const timer = setTimeout(done, ms);
      return () => clearTimeout(timer);
    },
  };
}

class NativeSource implements Source {
  readonly label = "native";
  readonly tells = true;
  readonly #parts: NativeParts;
  readonly #grabber: Grabber;
  /** As of the last poll. */
  #picture: Picture;
  /** Grabbed since, and another. */
  #waiting: Picture | undefined;
  #lost: SourceLost | undefined;
  /** The next poll says that all may have changed, or that all is another. */
  #unseen = true;
  #selected = false;
  #resting = false;
  #closed = false;
  #grab: Grab | undefined;
  /** What the newest grab took, ms. */
  #grabMs = 0;
  #cancelTimer: (() => void) | undefined;
  #endWait: (() => void) | undefined;
  /** Something happened while nobody waited. */
  #told = false;
  /** When the newest picture came that was another, ms. */
  #changedAt: number;
  #polledAt = -Infinity;
  /** How long after a poll the loop listens again: what its pace leaves between two ticks, ms. */
  #paceMs = 0;
  #listened = true;

  constructor(target: Target, parts: NativeParts) {
    this.#parts = parts;
    this.#grabber = new Grabber(parts.library, parts.garbage, target);
    this.#picture = this.#grabber.now();
    this.#changedAt = parts.now();
  }

  get size(): Size {
    const { width, height } = this.#picture;
    return { width, height };
  }

  get origin(): { readonly x: number; readonly y: number } {
    return this.#picture.origin;
  }

  get target(): Target {
    return this.#grabber.target;
  }

  get silence(): string | undefined {
    const stalled = this.#grab && this.#parts.now() - this.#grab.begun >= STALL_MS;
    return stalled ? "The operating system does not answer" : undefined;
  }

  targets(): Targets {
    return this.#grabber.targets();
  }

  select(target: Target): void {
    this.#grabber.select(target);
    // What is under way shows what was selected before.
    this.#grab = undefined;
    try {
      this.#waiting = this.#grabber.now();
    } catch (error) {
      if (!(error instanceof SourceLost)) throw error;
      this.#lost = error;
    }
    this.#selected = true;
    this.#changedAt = this.#parts.now();
    this.interrupt();
  }

  rest(resting: boolean): void {
    this.#resting = resting;
    if (resting) this.#cancelTimer?.();
  }

  async fresh(): Promise<void> {
    let cancel = () => {};
    const late = new Promise<void>((resolve) => cancel = this.#parts.after(FRESH_MS, resolve));
    // What is under way may have seen an older screen.
    const newer = Promise.resolve(this.#grab?.done).then(() => this.#begin());
    await Promise.race([newer, late]);
    cancel();
  }

  wait(maxMs: number): Promise<void> {
    if (!this.#listened) this.#paceMs = this.#parts.now() - this.#polledAt;
    this.#listened = true;
    if (this.#told || maxMs <= 0) {
      this.#told = false;
      return Promise.resolve();
    }
    if (!this.#cancelTimer && !this.#resting) this.#begin();
    return new Promise((resolve) => {
      const cancel = maxMs <= MAX_TIMEOUT_MS
        ? this.#parts.after(maxMs, () => this.#endWait?.())
        : () => {};
      this.#endWait = () => {
        cancel();
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
    if (this.#lost) throw this.#lost;
    const { width, height, origin } = this.#picture;
    const newer = this.#waiting;
    this.#picture = newer ?? this.#picture;
    this.#waiting = undefined;
    this.#polledAt = this.#parts.now();
    this.#listened = false;
    this.#told = false;
    if (newer && !this.#resting) this.#beginIn(this.#paceMs - this.#grabMs);
    const resized = this.#selected || this.size.width !== width || this.size.height !== height;
    const damage = newer || resized || this.#unseen ? "unknown" : [];
    this.#selected = this.#unseen = false;
    const moved = this.origin.x !== origin.x || this.origin.y !== origin.y;
    return { damage, resized, moved };
  }

  grab(frame: Uint8Array, rows: RowRange): void {
    copyRows(this.#picture, frame, rows);
  }

  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
    this.#endWait?.();
  }

  #beginIn(ms: number): void {
    this.#cancelTimer?.();
    const cancel = this.#parts.after(Math.max(0, ms), () => {
      this.#cancelTimer = undefined;
      this.#begin();
    });
    this.#cancelTimer = () => {
      cancel();
      this.#cancelTimer = undefined;
    };
  }

  /** Begins a grab, unless one is under way; @returns when that is done */
  #begin(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#grab ??= this.#newGrab();
    return this.#grab.done;
  }

  #newGrab(): Grab {
    const begun = this.#parts.now();
    const isWanted = () => this.#grab === grab && !this.#closed;
    const done = this.#grabber.later().then(
      (picture) => isWanted() && this.#take(picture, begun),
      (error) => isWanted() && this.#fail(error),
    );
    const grab: Grab = { begun, done: done.then(() => {}) };
    return grab;
  }

  #take(picture: Picture, begun: number): void {
    this.#grab = undefined;
    const now = this.#parts.now();
    this.#grabMs = now - begun;
    if (!samePicture(picture, this.#waiting ?? this.#picture)) {
      this.#waiting = picture;
      this.#changedAt = now;
      this.interrupt();
    } else if (this.#endWait && !this.#resting) {
      const still = now - this.#changedAt - STILL_MS;
      const pauseMs = Math.min(MAX_PAUSE_MS, still * PAUSE_GROWTH);
      this.#beginIn(Math.max(begun + this.#paceMs - now, pauseMs));
    }
  }

  #fail(error: unknown): void {
    this.#grab = undefined;
    this.#lost = error instanceof SourceLost ? error : new SourceLost(String(error));
    this.interrupt();
  }
}

/** A grab that is under way. */
interface Grab {
  /** ms. */
  readonly begun: number;
  /** Never rejects. */
  readonly done: Promise<void>;
}

/** Timers take no more: longer ones would run out at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
