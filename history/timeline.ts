/** Reading the archive: which picture stood when, what changed where, and where something is missing. */
import type { Rect, Size } from "../capture/geometry.ts";
import { FORGOTTEN } from "./erasure.ts";
import { type CellChange, Grid, gridChanges } from "./grid.ts";
import { gridAt, type Segment, type Segments } from "./segments.ts";
import type { TileRef } from "./tile_ref.ts";

/** The picture of an instant. */
export interface PictureAt extends Size {
  /** When it came to be as it is, ms since the Unix epoch. */
  readonly time: number;
  readonly grid: readonly TileRef[];
  /** When the pictures before and after it came to be; `undefined` at the archive's ends. */
  readonly previous: number | undefined;
  readonly next: number | undefined;
  /** The instant asked for lies in a gap: this is the last picture before it. */
  readonly gap: Gap | undefined;
}

/** A stretch of time, `start <= t < end`, of which there are no pictures. */
export interface Gap {
  readonly start: number;
  /** `undefined`: it lasts. */
  readonly end: number | undefined;
  readonly reason: string;
}

/** What differs between two instants. */
export interface Difference extends Size {
  /** The picture at the second one. */
  readonly time: number;
  /** The size differs: `changes` are all cells of the second picture. */
  readonly resized: boolean;
  readonly changes: readonly CellChange[];
}

/** A size that pictures had from `start` on, until the next one. */
export interface SizeSince extends Size {
  readonly start: number;
}

/** From when to when there are pictures. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly gaps: readonly Gap[];
  /** In order; each differs from the one before. */
  readonly sizes: readonly SizeSince[];
}

/** A segment without an ending and without a successor at its end: the process ended without a word. */
export const UNKNOWN_ENDING = "stopped unexpectedly";

export class Timeline {
  readonly #segments: Segments;

  constructor(segments: Segments) {
    this.#segments = segments;
  }

  /**
   * The picture at `time`; `undefined` before the first one.
   * @param isOpen whether the newest segment is still being written
   */
  at(source: number, time: number, isOpen: boolean): PictureAt | undefined {
    const segment = this.#segments.at(source, time);
    if (!segment) return undefined;
    const pictures = this.#segments.read(segment);
    const { width, height, start, moments } = pictures;
    const place = lastAt(moments, time);
    const previous = place > 0
      ? moments[place - 1].time
      : place === 0
      ? start
      : this.#lastTime(source, start);
    const after = this.#segments.after(source, time);
    return {
      width,
      height,
      time: place < 0 ? start : moments[place].time,
      grid: gridAt(pictures, time),
      previous,
      next: moments[place + 1]?.time ?? after?.start,
      gap: gapBehind(segment, after, isOpen, time),
    };
  }

  /** What takes the picture of `from` to that of `to`, either way round; `undefined` where one is missing. */
  between(source: number, from: number, to: number): Difference | undefined {
    const before = this.at(source, from, false);
    const after = this.at(source, to, false);
    if (!before || !after) return undefined;
    const { width, height, time } = after;
    const resized = width !== before.width || height !== before.height;
    const changes = gridChanges(resized ? [] : before.grid, after.grid);
    return { width, height, time, resized, changes };
  }

  /**
   * When the content of the cells under a rectangle changed, `from <= t < to`, in order: told from references
   * alone. A picture of another size counts as a change.
   * @param limit times at most
   */
  changes(source: number, rect: Rect, from: number, to: number, limit: number): number[] {
    const times: number[] = [];
    let shown = this.at(source, from - 1, false);
    let refs = shown?.grid;
    for (const segment of this.#segments.between(source, from, to)) {
      const pictures = this.#segments.read(segment);
      const { start, grid, moments, width, height } = pictures;
      const cells = new Set(new Grid(segment).cellsIn(rect));
      const sameSize = shown?.width === width && shown.height === height;
      const differs = cells.size > 0 && (!refs || !sameSize) ||
        [...cells].some((cell) => refs?.[cell] !== grid[cell]);
      if (differs && start >= from && start < to) times.push(start);
      for (const { time, changes } of moments) {
        if (time < from || time >= to) continue;
        if (changes.some(({ cell }) => cells.has(cell))) times.push(time);
        if (times.length >= limit) break;
      }
      if (times.length >= limit) return times.slice(0, limit);
      refs = gridAt(pictures, to - 1);
      shown = {
        ...segment,
        time: start,
        grid: refs,
        previous: undefined,
        next: undefined,
        gap: undefined,
      };
    }
    return times;
  }

  /** @param isOpen see `at` */
  span(source: number, isOpen: boolean): Span | undefined {
    const segments = this.#segments.between(source, -Infinity, Infinity);
    if (segments.length === 0) return undefined;
    const gaps: Gap[] = [];
    const sizes: SizeSince[] = [];
    segments.forEach((segment, i) => {
      const { start, width, height } = segment;
      const last = sizes.at(-1);
      if (last?.width !== width || last.height !== height) sizes.push({ start, width, height });
      const gap = gapBehind(segment, segments[i + 1], isOpen, Infinity);
      if (gap) gaps.push(gap);
    });
    return { start: segments[0].start, end: segments.at(-1)!.end, gaps, sizes };
  }

  /** When the newest picture that came before `time` came to be. */
  #lastTime(source: number, time: number): number | undefined {
    const segment = this.#segments.at(source, time - 1);
    return segment && (this.#segments.read(segment).moments.at(-1)?.time ?? segment.start);
  }
}

/** The gap behind a segment, if there is one that has begun at `time`. */
function gapBehind(
  { end, ending }: Segment,
  after: Segment | undefined,
  isOpen: boolean,
  time: number,
): Gap | undefined {
  if (after ? after.start === end : isOpen) return undefined;
  // At `end` itself the picture was still seen, unless that instant was forgotten.
  if (ending === FORGOTTEN ? time < end : time <= end) return undefined;
  return { start: end, end: after?.start, reason: ending ?? UNKNOWN_ENDING };
}

/** Index of the last moment that is not after `time`; -1 where there is none. */
function lastAt(moments: readonly { readonly time: number }[], time: number): number {
  let low = 0;
  let high = moments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (moments[middle].time <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
