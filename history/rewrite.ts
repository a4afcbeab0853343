/** Segments written anew: cut, and put in the place of one, with their tiles counted. */
import { gridAt, type Pictures, type Segment, type Segments, tilesOf } from "./segments.ts";
import type { Tiles } from "./tiles.ts";

interface Shelves {
  readonly tiles: Tiles;
  readonly segments: Segments;
}

/** The pictures of `from <= t < to`, which begin with the one that stood at `from`. */
export function partOf(
  pictures: Pictures,
  from: number,
  to: number,
  ending: string | null,
): Pictures {
  const moments = pictures.moments.filter(({ time }) => time > from && time < to);
  const end = Math.min(to, pictures.end);
  return { ...pictures, start: from, end, grid: gridAt(pictures, from), moments, ending };
}

/**
 * Adds a segment with new tiles that wait to be written, within the caller's transaction.
 * @returns the bytes it takes, tiles included
 */
export function addSegment({ tiles, segments }: Shelves, source: number, piece: Pictures): number {
  const tileBytes = tiles.waitingBytes;
  tiles.write();
  const { bytes } = segments.insert(source, piece);
  for (const id of tilesOf(piece)) tiles.retain(id);
  return bytes + tileBytes;
}

/**
 * Puts other pictures in the place of a segment, within the caller's transaction.
 * @param atOnce the bytes of tiles that only the old ones used go at once, whatever it costs
 * @returns the bytes that the new ones take, tiles included
 */
export function replaceSegment(
  shelves: Shelves,
  segment: Segment,
  pieces: readonly Pictures[],
  atOnce: boolean,
): number {
  const { tiles, segments } = shelves;
  const old = segments.read(segment);
  let bytes = 0;
  tiles.write();
  for (const piece of pieces) bytes += addSegment(shelves, segment.source, piece);
  tiles.release(tilesOf(old), atOnce);
  segments.drop(segment.id);
  return bytes;
}
