/**
 * Putting a picture between those that are recorded: a screenshot that comes after newer ones.
 *
 * It stands from its time until the next change that was recorded, or, where nothing changed any more, until the last
 * instant at which the picture before it is known to have been shown. In a gap it stands until the gap ends.
 */
import { FORGOTTEN } from "./erasure.ts";
import { type CellChange, Grid, gridChanges } from "./grid.ts";
import { type PictureView, refsOf } from "./picture_refs.ts";
import { addSegment, partOf, replaceSegment } from "./rewrite.ts";
import { gridAt, type Pictures, type Segment, type Segments } from "./segments.ts";
import { SEGMENT_CHANGES, type Shelves } from "./source_writer.ts";
import type { TileRef } from "./tile_ref.ts";

/**
 * Within the caller's transaction; everything recorded has to be written and the source's segment closed before.
 * @param time before the end of what is recorded of the source
 * @returns false where a picture of that very time is known, or what was shown then has been deleted
 */
export function insertLate(
  shelves: Shelves,
  source: number,
  time: number,
  picture: PictureView,
): boolean {
  const { segments, activity } = shelves;
  const before = segments.at(source, time);
  const inside = before && time <= before.end;
  if (inside && isTaken(segments.read(before), time)) return false;
  if (!inside && before?.ending === FORGOTTEN) return false;
  const grid = new Grid(picture);
  const { width, height } = picture;
  const refs = refsOf(shelves, picture, grid, grid.cells()).map(({ ref }) => ref);
  const late: Pictures = {
    ...{ start: time, end: segments.after(source, time)?.start ?? time },
    ...{ width, height, grid: refs, moments: [], ending: null },
  };
  let bytes: number;
  let changes: CellChange[];
  if (inside) {
    const old = segments.read(before);
    changes = gridChanges(isSameSize(old, picture) ? gridAt(old, time) : [], refs);
    bytes = replaceSegment(shelves, before, piecesWith(segments, before, late), false);
  } else {
    changes = gridChanges([], refs);
    bytes = addSegment(shelves, source, late);
  }
  activity.add(source, [{ time, changes }], bytes);
  return true;
}

/** The source is known to have shown another picture at that very time. */
function isTaken({ start, end, moments }: Pictures, time: number): boolean {
  return time === start || time === end || moments.some((moment) => moment.time === time);
}

/** A segment with a picture put in, as one or more. */
function piecesWith(segments: Segments, segment: Segment, late: Pictures): Pictures[] {
  const old = segments.read(segment);
  const next = old.moments.find((moment) => moment.time > late.start)?.time ?? old.end;
  // What stood at the end is told by the next segment where that begins there.
  const hasRest = next < old.end || old.moments.at(-1)?.time === next ||
    segments.after(segment.source, late.start)?.start !== old.end;
  const rest = hasRest ? partOf(old, next, Infinity, old.ending) : undefined;
  const first = partOf(old, old.start, late.start, null);
  const shown = { ...late, end: next };
  const count = old.moments.reduce((sum, { changes }) => sum + changes.length, 0);
  const fits = isSameSize(old, late) && count + 2 * late.grid.length <= SEGMENT_CHANGES;
  if (!fits) return rest ? [first, shown, rest] : [first, { ...shown, ending: old.ending }];
  const moments = [
    ...first.moments,
    moment(late.start, gridAt(first, late.start), late.grid),
    ...rest ? [moment(next, late.grid, rest.grid), ...rest.moments] : [],
  ];
  return [{ ...old, moments: moments.filter(({ changes }) => changes.length > 0) }];
}

function moment(time: number, from: readonly TileRef[], to: readonly TileRef[]) {
  return { time, changes: gridChanges(from, to) };
}

function isSameSize(a: { width: number; height: number }, b: typeof a): boolean {
  return a.width === b.width && a.height === b.height;
}
