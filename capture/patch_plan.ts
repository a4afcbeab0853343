/**
 * Which encoding each part of the changed rectangles gets.
 *
 * A rectangle is cut along the 64×64 grid, each cell is judged by its content, and neighbours of the
 * same kind are joined again: a window with text and a photograph becomes a few patches, each with
 * the encoding that suits it.
 *
 * - the whole rectangle has one colour: solid;
 * - photographs that keep changing, where losses are allowed: lossy;
 * - other photographs: planar, which is fast and leaves the rest to zstd. A cell counts as one when a good part
 *   of its pixels have colours of their own and most differ from their left neighbour;
 * - everything else: context, by far the smallest.
 *
 * The context coder's time grows with the busy pixels (those that differ from their left neighbour). An update
 * with more of them than `MAX_BUSY_PIXELS` would delay the next one; its remaining cells are indexed
 * instead, which is several times larger and ten times faster. Keyframes are exempt: they are rare and
 * somebody waits for their bytes.
 */
import type { Rect } from "./geometry.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { TILE } from "./workspace.ts";

/** Encodings of docs/PROTOCOL.md, "Patch payloads". */
export const ENCODING = { solid: 0, indexed: 1, planar: 2, context: 3, lossy: 4 } as const;

export interface PlannedPatch {
  readonly encoding: number;
  readonly rect: Rect;
}

/** A picture in kernel memory. */
export interface Raster {
  /** Address of BGRX pixels. */
  readonly address: number;
  readonly width: number;
}

/** A cell with more distinct colours than this share of its pixels is a photograph if it is busy, too. */
const PHOTO_COLOUR_SHARE = 1 / 4;
const PHOTO_BUSY_SHARE = 1 / 2;
/** Smaller changes are nobody's video. */
const MIN_PHOTO_PIXELS = 1024;
/** About 15 ms of the context coder. */
const MAX_BUSY_PIXELS = 300_000;
/** `surveyColours` counts a cell's colours up to here. */
const SURVEY_LIMIT = 1025;

/**
 * Losses are decided for parts of this side: moving pictures have many colours, none of which is the
 * background that text and flat areas have.
 */
const PART = 32;
const MIN_PART_COLOURS = 24;
const MAX_BACKGROUND_SHARE = 1 / 4;

interface Cell extends PlannedPatch {
  readonly busy: number;
}

export interface PlanOptions {
  /** Keep within `MAX_BUSY_PIXELS`. */
  readonly hurry: boolean;
  /** Whether a cell (within one tile) may be sent with losses, if it is a photograph all over. */
  readonly mayLose: (cell: Rect) => boolean;
}

/**
 * Cuts `rects` into patches in drawing order; together they cover exactly the same pixels.
 */
export function planPatches(
  kernels: Kernels,
  raster: Raster,
  rects: readonly Rect[],
  { hurry, mayLose }: PlanOptions,
): PlannedPatch[] {
  const patches: PlannedPatch[] = [];
  let busy = 0;
  for (const rect of rects) {
    if (isSolid(kernels, raster, rect)) {
      patches.push({ encoding: ENCODING.solid, rect });
      continue;
    }
    const cells = cellsOf(kernels, raster, rect, mayLose);
    const forContext = cells.filter((cell) => cell.encoding === ENCODING.context);
    busy += forContext.reduce((sum, cell) => sum + cell.busy, 0);
    const kinds = hurry && busy > MAX_BUSY_PIXELS
      ? cells.map((cell) => cell.encoding === ENCODING.context ? indexed(cell) : cell)
      : cells;
    const [{ encoding }] = kinds;
    if (kinds.every((cell) => cell.encoding === encoding)) patches.push({ encoding, rect });
    else patches.push(...joinDown(joinAcross(kinds)));
  }
  return patches;
}

function indexed({ rect, busy }: Cell): Cell {
  return { encoding: ENCODING.indexed, rect, busy };
}

function isSolid(kernels: Kernels, { address, width }: Raster, { x, y, w, h }: Rect): boolean {
  return kernels.isSolid(address, width, x, y, w, h) !== 0;
}

/** The rectangle cut along the grid, in reading order. */
function cellsOf(
  kernels: Kernels,
  raster: Raster,
  rect: Rect,
  mayLose: PlanOptions["mayLose"],
): Cell[] {
  const cells: Cell[] = [];
  for (let y = rect.y; y < rect.y + rect.h; y = nextGridLine(y)) {
    const h = Math.min(nextGridLine(y), rect.y + rect.h) - y;
    for (let x = rect.x; x < rect.x + rect.w; x = nextGridLine(x)) {
      const w = Math.min(nextGridLine(x), rect.x + rect.w) - x;
      const cell = { x, y, w, h };
      if (mayLose(cell)) cells.push(...partsOf(kernels, raster, cell));
      else cells.push(judge(kernels, raster, cell));
    }
  }
  return cells;
}

function nextGridLine(coordinate: number): number {
  return (Math.floor(coordinate / TILE) + 1) * TILE;
}

function judge(kernels: Kernels, raster: Raster, rect: Rect): Cell {
  const { colours, busy, area } = survey(kernels, raster, rect, SURVEY_LIMIT);
  const photo = area >= MIN_PHOTO_PIXELS && colours > area * PHOTO_COLOUR_SHARE &&
    busy > area * PHOTO_BUSY_SHARE;
  return { encoding: photo ? ENCODING.planar : ENCODING.context, rect, busy };
}

/** A cell in which losses are allowed, in parts: those that look like a moving picture are lossy. */
function partsOf(kernels: Kernels, raster: Raster, { x, y, w, h }: Rect): Cell[] {
  const parts: Cell[] = [];
  for (let top = 0; top < h; top += PART) {
    for (let left = 0; left < w; left += PART) {
      const size = { w: Math.min(PART, w - left), h: Math.min(PART, h - top) };
      const rect = { x: x + left, y: y + top, ...size };
      const area = rect.w * rect.h;
      const least = Math.min(MIN_PART_COLOURS, Math.ceil(area / 4));
      const { colours } = survey(kernels, raster, rect, least);
      const background = kernels.mostFrequent(
        raster.address,
        raster.width,
        rect.x,
        rect.y,
        rect.w,
        rect.h,
      );
      const moving = colours >= least && background <= area * MAX_BACKGROUND_SHARE;
      // Only what goes to the context coder has to be known to be busy.
      if (moving) parts.push({ encoding: ENCODING.lossy, rect, busy: 0 });
      else parts.push(judge(kernels, raster, rect));
    }
  }
  const [{ encoding }] = parts;
  if (!parts.every((part) => part.encoding === encoding)) return parts;
  const busy = parts.reduce((sum, part) => sum + part.busy, 0);
  return [{ encoding, rect: { x, y, w, h }, busy }];
}

/**
 * Colours (that the palette lacks), pixels that differ from their left neighbour, and all pixels.
 * @param limit colours are counted up to here
 */
function survey(
  kernels: Kernels,
  { address, width }: Raster,
  { x, y, w, h }: Rect,
  limit: number,
) {
  const packed = kernels.surveyColours(address, width, x, y, w, h, limit);
  return { colours: packed & 0xffff, busy: packed >>> 16, area: w * h };
}

/** Joins neighbours of the same kind within a row of cells. */
function joinAcross(cells: readonly PlannedPatch[]): PlannedPatch[] {
  const out: PlannedPatch[] = [];
  for (const cell of cells) {
    const last = out.at(-1);
    const touches = last && last.encoding === cell.encoding && last.rect.y === cell.rect.y &&
      last.rect.x + last.rect.w === cell.rect.x;
    if (touches) {
      const rect = { ...last.rect, w: last.rect.w + cell.rect.w };
      out[out.length - 1] = { encoding: cell.encoding, rect };
    } else {
      out.push({ encoding: cell.encoding, rect: cell.rect });
    }
  }
  return out;
}

/** Joins patches of the same kind and width that lie on top of each other. */
function joinDown(patches: readonly PlannedPatch[]): PlannedPatch[] {
  const out: PlannedPatch[] = [];
  const byBottom = new Map<string, number>();
  for (const patch of patches) {
    const { x, y, w, h } = patch.rect;
    const above = byBottom.get(`${x} ${w} ${y}`);
    let index: number;
    if (above !== undefined && out[above].encoding === patch.encoding) {
      index = above;
      const rect = { ...out[above].rect, h: y + h - out[above].rect.y };
      out[above] = { encoding: patch.encoding, rect };
    } else {
      index = out.push(patch) - 1;
    }
    byBottom.set(`${x} ${w} ${y + h}`, index);
  }
  return out;
}
