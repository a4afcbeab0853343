/**
 * Which encoding each part of a changed rectangle gets.
 *
 * A rectangle is cut along the 64×64 grid, each cell is judged by its content, and neighbours of the
 * same kind are joined again: a window with text and a photograph becomes a few patches, each with
 * the encoding that suits it.
 *
 * - one colour: solid;
 * - few colours that the palette lacks: indexed, and the palette takes them in;
 * - more of them, but few colour changes from pixel to pixel (gradients, large photographs of sky):
 *   indexed with escapes costs more than planes, so planar is taken where over a third of the pixels change;
 * - otherwise indexed, without growing the palette.
 */
import type { Rect } from "./geometry.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { TILE } from "./workspace.ts";

/** Encodings of docs/PROTOCOL.md, "Patch payloads". */
export const ENCODING = { solid: 0, indexed: 1, planar: 2 } as const;

export interface PlannedPatch {
  readonly encoding: number;
  readonly rect: Rect;
  /** Solid: the colour, 0x00RRGGBB. Indexed: 1 if the palette may grow. */
  readonly detail: number;
}

/** New colours that a cell may bring into the palette. */
const MAX_NEW_COLOURS = 32;
/** A cell with more new colours than this share of its pixels is a photograph if it is busy, too. */
const PHOTO_COLOUR_SHARE = 1 / 16;
const PHOTO_CHANGE_SHARE = 1 / 3;
/** `surveyColours` counts up to here. */
const SURVEY_LIMIT = 1024;

/** A picture in kernel memory. */
export interface Raster {
  /** Address of BGRX pixels. */
  readonly address: number;
  readonly width: number;
}

/** Cuts `rects` into patches in drawing order; together they cover exactly the same pixels. */
export function planPatches(
  kernels: Kernels,
  raster: Raster,
  rects: readonly Rect[],
): PlannedPatch[] {
  return rects.flatMap((rect) => joinDown(planRows(kernels, raster, rect)));
}

/** The cells of a rectangle, row by row, equal neighbours within a row joined. */
function planRows(kernels: Kernels, raster: Raster, rect: Rect): PlannedPatch[] {
  const out: PlannedPatch[] = [];
  for (let y = rect.y; y < rect.y + rect.h; y = nextGridLine(y)) {
    const h = Math.min(nextGridLine(y), rect.y + rect.h) - y;
    let open: PlannedPatch | undefined;
    for (let x = rect.x; x < rect.x + rect.w; x = nextGridLine(x)) {
      const w = Math.min(nextGridLine(x), rect.x + rect.w) - x;
      const cell = judge(kernels, raster, { x, y, w, h });
      if (open && sameKind(open, cell)) {
        open = { ...open, rect: { ...open.rect, w: x + w - open.rect.x } };
      } else {
        if (open) out.push(open);
        open = cell;
      }
    }
    if (open) out.push(open);
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
    if (above !== undefined && sameKind(out[above], patch)) {
      index = above;
      out[above] = { ...patch, rect: { ...out[above].rect, h: y + h - out[above].rect.y } };
    } else {
      index = out.push(patch) - 1;
    }
    byBottom.set(`${x} ${w} ${y + h}`, index);
  }
  return out;
}

function sameKind(a: PlannedPatch, b: PlannedPatch): boolean {
  return a.encoding === b.encoding && a.detail === b.detail;
}

function nextGridLine(coordinate: number): number {
  return (Math.floor(coordinate / TILE) + 1) * TILE;
}

function judge(kernels: Kernels, { address, width }: Raster, rect: Rect): PlannedPatch {
  const { x, y, w, h } = rect;
  if (kernels.isSolid(address, width, x, y, w, h)) {
    const pixel = new Uint32Array(kernels.memory.buffer, address, (y + 1) * width)[y * width + x];
    return { encoding: ENCODING.solid, rect, detail: pixel & 0xffffff };
  }
  const survey = kernels.surveyColours(address, width, x, y, w, h, SURVEY_LIMIT);
  const newColours = survey & 0xffff;
  const changes = survey >>> 16;
  if (newColours <= MAX_NEW_COLOURS) return { encoding: ENCODING.indexed, rect, detail: 1 };
  const area = w * h;
  if (newColours > area * PHOTO_COLOUR_SHARE && changes > area * PHOTO_CHANGE_SHARE) {
    return { encoding: ENCODING.planar, rect, detail: 0 };
  }
  return { encoding: ENCODING.indexed, rect, detail: 0 };
}
