/**
 * What moved: scrolls, dragged windows and panels, found from pixels alone, as copies.
 *
 * 1. Gate: little has changed, or nothing worth the search: no copies.
 * 2. Features of the changed places of both pictures are matched, and vote for displacements
 *    (kernels/assembly/motion.ts).
 * 3. The displacement with the most votes is compared, pixel by pixel, around the places that voted for it.
 *    The rectangles of equal pixels become copies, the one that saves most first (motion_area.ts).
 * 4. Votes of what is now explained are dropped, and the next displacement has its turn.
 *
 * Votes only propose. Every pixel of a copy was compared.
 */
import type { Copy } from "../encode.ts";
import { boundsOf, type Rect } from "../geometry.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Workspace } from "../workspace.ts";
import { type Box, CELL, cellsAround } from "./cells.ts";
import { grow, trim } from "./edges.ts";
import { searchArea } from "./search_area.ts";

/** At most this many copies in one update. */
export const MAX_COPIES = 64;

/** Less change than this costs less to send than to search, pixels. */
const MIN_CHANGED_PIXELS = 1024;
/** A displacement that fewer features agree on is chance, or too little to care. */
const MIN_VOTES = 3;
/** Pixels to search from which half, a quarter, an eighth of the features are taken. */
const SPARSER_FROM = [1 << 15, 1 << 17, 1 << 19];
/** Displacements tried in one update. */
const MAX_DISPLACEMENTS = 24;
/** Copies with one displacement: what moved in more pieces than this is not a window or a scroll. */
const MAX_PIECES = 12;
/**
 * Work (see motion_area.ts) that a copy must save, since its header and the cut that it makes cost bytes:
 * that of 24 busy pixels.
 */
const MIN_WORK = 300;
/**
 * What moves reaches beyond the features that tell of it: blank margins, and repeating content, which has no
 * vote of its own. The more votes, the further it is worth looking, pixels.
 */
const MARGIN_PER_VOTE = 24;
/** Cells compared in one update, as a multiple of the picture's: bounds the time. */
const COMPARE_BUDGET = 3;
/** i32 fields that a kernel writes at most. */
const RESULT_FIELDS = 8;

/** Bytes of kernel memory that a MotionFinder for pictures of this size needs. */
export function motionBytes(kernels: Kernels, width: number, height: number): number {
  return RESULT_FIELDS * 4 + kernels.motionIndexBytes(width) +
    kernels.motionAreaBytes(width, height);
}

export class MotionFinder {
  readonly #kernels: Kernels;
  readonly #space: Workspace;
  readonly #result: number;
  readonly #index: number;
  readonly #area: number;

  /** @param memory address of `motionBytes` bytes that nobody else writes to during `find` */
  constructor(kernels: Kernels, space: Workspace, memory: number) {
    this.#kernels = kernels;
    this.#space = space;
    this.#result = memory;
    this.#index = memory + RESULT_FIELDS * 4;
    this.#area = this.#index + kernels.motionIndexBytes(space.width);
  }

  /**
   * Copies within the reference, as it is before the update, that make it more like the frame. Each pixel
   * of their targets then equals the frame's. Targets are disjoint; at most `MAX_COPIES`; none when nothing
   * moved or it does not pay.
   *
   * @param dirty disjoint rectangles around what differs between frame and reference
   */
  find(dirty: readonly Rect[]): Copy[] {
    if (pixelsIn(dirty) < MIN_CHANGED_PIXELS || !this.#match(dirty)) return [];
    const { width, height } = this.#space;
    const bounds = boundsOf(dirty);
    const copies: Copy[] = [];
    this.#kernels.motionAreaBegin(this.#area, width, height);
    let budget = COMPARE_BUDGET * Math.ceil(width / CELL) * Math.ceil(height / CELL);
    for (let tried = 0; tried < MAX_DISPLACEMENTS && copies.length < MAX_COPIES; tried++) {
      if (!this.#kernels.motionVote(MIN_VOTES, this.#result)) break;
      const [dx, dy, left, top, right, bottom, votes] = this.#readResult();
      const voters = { left, top, right, bottom };
      const cells = cellsAround(voters, votes * MARGIN_PER_VOTE, bounds, this.#space);
      budget -= (cells.right - cells.left) * (cells.bottom - cells.top);
      if (budget < 0) break;
      this.#takePieces(dx, dy, cells, dirty, bounds, copies);
      this.#kernels.motionDropVector(dx, dy);
    }
    return copies;
  }

  /** Whether any feature of the changed places occurs elsewhere among them. */
  #match(dirty: readonly Rect[]): boolean {
    const { frame, reference, width, height } = this.#space;
    const area = searchArea(dirty, this.#space);
    const sparseness = sparsenessFor(pixelsIn(area));
    this.#kernels.motionBegin(this.#index, frame, reference, width, height, sparseness);
    for (const { x, y, w, h } of area) this.#kernels.motionIndex(x, y, w, h);
    let matches = 0;
    for (const { x, y, w, h } of area) matches = this.#kernels.motionMatch(x, y, w, h);
    return matches > 0;
  }

  /** Adds the rectangles that moved by one displacement. */
  #takePieces(
    dx: number,
    dy: number,
    cells: Box,
    dirty: readonly Rect[],
    bounds: Rect,
    copies: Copy[],
  ): void {
    const { frame, reference } = this.#space;
    const { left, top, right, bottom } = cells;
    const kernels = this.#kernels;
    let rest = kernels.motionCompare(frame, reference, dx, dy, left, top, right, bottom);
    for (let piece = 0; piece < MAX_PIECES && rest >= MIN_WORK; piece++) {
      if (copies.length === MAX_COPIES) return;
      const work = kernels.motionBestRect(left, top, right, bottom, this.#result);
      if (work < MIN_WORK) return;
      rest -= work;
      const [x0, y0, x1, y1] = this.#readResult();
      const core = { x: x0 * CELL, y: y0 * CELL, w: (x1 - x0) * CELL, h: (y1 - y0) * CELL };
      const moved = { kernels, space: this.#space, dx, dy };
      const { x, y, w, h } = trim(moved, grow(moved, core, bounds, copies), dirty);
      copies.push({ sx: x - dx, sy: y - dy, dx: x, dy: y, w, h });
      kernels.motionTake(x, y, w, h);
      kernels.motionDropArea(x, y, w, h);
    }
  }

  #readResult(): Int32Array {
    return new Int32Array(this.#kernels.memory.buffer, this.#result, RESULT_FIELDS);
  }
}

/** Where much has to be searched a thinner sample of features will do: 0 to 3. */
function sparsenessFor(searched: number): number {
  return SPARSER_FROM.filter((pixels) => searched >= pixels).length;
}

function pixelsIn(rects: readonly Rect[]): number {
  return rects.reduce((sum, { w, h }) => sum + w * h, 0);
}
