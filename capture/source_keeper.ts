/**
 * Keeps a source open: notices that it went away, opens it again with growing pauses, and remembers what
 * a newcomer has to know of it (its size, the pointer).
 */
import type { RowRange, Size } from "./geometry.ts";
import type { Opened } from "./open_source.ts";
import { type CursorChange, type CursorShape, type Source, SourceLost } from "./source.ts";
import type { SourceNews } from "./source.ts";
import { type Target, TargetUnknown } from "./targets.ts";
import type { Point } from "./view.ts";
import type { TargetsAnswer } from "./worker_protocol.ts";

const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 5000;

export class SourceKeeper {
  readonly label: string;
  /** Size of the source's picture, as of the last poll; it stays when the source is lost. */
  size: Size;
  /** Why the source is away; `undefined` while it is there. */
  lostReason: string | undefined;
  readonly #reopen: Opened["reopen"];
  /** What it captures; `undefined` where there is no choice. */
  #target: Target | undefined;
  /** Nobody watches. */
  #resting = false;
  #source: Source | undefined;
  #reopened = false;
  #retryAt = 0;
  #retryMs = 0;
  #origin: Point = { x: 0, y: 0 };
  #cursor: CursorChange | undefined;
  #shape: CursorShape | undefined;

  /** @throws {SourceLost} when the picture is larger than the protocol allows */
  constructor(opened: Opened) {
    this.#source = opened.source;
    this.#reopen = opened.reopen;
    this.#target = opened.source.target;
    this.label = opened.source.label;
    this.size = opened.source.size;
    checkSize(this.size);
  }

  /** Why viewers may not take the picture for live: the source is lost, or silent; `undefined` while all is well. */
  get awayReason(): string | undefined {
    return this.lostReason ?? this.#source?.silence;
  }

  /** True when the source tells by itself that something happened, so that it need not be asked: see `wait`. */
  get tells(): boolean {
    return this.#source?.tells === true;
  }

  /**
   * ms until the source has to be asked whatever it tells: Infinity when it tells all by itself, 0 when it tells
   * nothing, the rest of the pause before it is opened again when it is away.
   * @param now ms, steady
   */
  delay(now: number): number {
    if (!this.#source) return Math.max(0, this.#retryAt - now);
    return this.tells ? Infinity : 0;
  }

  /** Resolves when the source has news, is interrupted, or after `maxMs`. For a source that `tells`. */
  async wait(maxMs: number): Promise<void> {
    await this.#source?.wait?.(maxMs);
  }

  /** Ends a `wait` that is under way. */
  interrupt(): void {
    this.#source?.interrupt?.();
  }

  /** Where on the display the picture lies, as of the last poll. */
  get origin(): Point {
    return this.#source?.origin ?? this.#origin;
  }

  /**
   * What there is to capture, and what is captured; `undefined` where there is no choice. Nothing is listed while the
   * source is away.
   * @param now ms, steady
   */
  targets(now: number): TargetsAnswer | undefined {
    const target = this.#target;
    if (!target) return undefined;
    const there = this.#guard(now, () => this.#source?.targets?.());
    return { monitors: there?.monitors ?? [], windows: there?.windows ?? [], target };
  }

  /**
   * Captures something else; also what the source is opened with again, should it be lost.
   * @param now ms, steady
   * @throws {TargetUnknown} when there is no such thing, or never a choice
   */
  select(target: Target, now: number): void {
    if (!this.#target) throw new TargetUnknown("this source shows one thing only");
    this.#guard(now, () => this.#source?.select?.(target));
    this.#target = target;
    this.#retryAt = now;
  }

  /** True: nobody watches, so what costs may rest. */
  rest(resting: boolean): void {
    if (resting === this.#resting) return;
    this.#resting = resting;
    this.#source?.rest?.(resting);
  }

  /** Resolves once the picture is not older than this call, or none can be had soon. */
  async fresh(): Promise<void> {
    await this.#source?.fresh?.();
  }

  /** The pointer with its shape, if the source ever told of one. */
  get cursor(): CursorChange | undefined {
    return this.#cursor && { ...this.#cursor, shape: this.#shape };
  }

  /**
   * What happened at the source since the last call; `undefined` while it is away. A source that is back is
   * reported as resized, since everything has to be looked at anew.
   * @param now ms, steady
   * @param thorough ask also for what the source is not told of by itself
   */
  poll(now: number, thorough = true): SourceNews | undefined {
    return this.#guard(now, () => {
      const source = this.#open(now);
      if (!source) return undefined;
      const news = source.poll(thorough);
      // Only now: one that opens and fails at once must not be tried at the first pause for ever.
      this.#retryMs = 0;
      checkSize(source.size);
      this.size = source.size;
      this.#origin = source.origin ?? this.#origin;
      if (news.cursor) this.#noteCursor(news.cursor);
      const resized = news.resized || this.#reopened;
      this.#reopened = false;
      return { ...news, resized };
    });
  }

  /** Copies rows of the picture into `frame`; false when the source went away over it. */
  grab(frame: Uint8Array, rows: RowRange, now: number): boolean {
    return this.#guard(now, () => {
      this.#source?.grab(frame, rows);
      return this.#source !== undefined;
    }) ?? false;
  }

  close(): void {
    this.#source?.close();
    this.#source = undefined;
  }

  #open(now: number): Source | undefined {
    if (this.#source || now < this.#retryAt) return this.#source;
    this.#source = this.#reopen(this.#target);
    if (this.#resting) this.#source.rest?.(true);
    this.#reopened = true;
    this.lostReason = undefined;
    return this.#source;
  }

  #noteCursor(cursor: CursorChange): void {
    this.#cursor = { visible: cursor.visible, x: cursor.x, y: cursor.y };
    this.#shape = cursor.shape ?? this.#shape;
  }

  #guard<T>(now: number, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof SourceLost)) throw error;
      this.close();
      this.lostReason = error.message;
      this.#retryMs = Math.min(MAX_RETRY_MS, Math.max(FIRST_RETRY_MS, this.#retryMs * 2));
      this.#retryAt = now + this.#retryMs;
      return undefined;
    }
  }
}

/** docs/PROTOCOL.md, "Conventions": no decoder takes more. */
const MAX_SIDE = 16384;
const MAX_PIXELS = 2 ** 26;

function checkSize({ width, height }: Size): void {
  if (width <= MAX_SIDE && height <= MAX_SIDE && width * height <= MAX_PIXELS) return;
  throw new SourceLost(
    `Cannot capture ${width}×${height} pixels: wanted at most ${MAX_SIDE} a side and 2^26 in all`,
  );
}
