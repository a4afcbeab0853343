/**
 * Forgetting what somebody wants forgotten: a stretch of time, or a rectangle.
 *
 * The segments concerned are written anew without it, one transaction each, and the old ones and what only they
 * used are deleted. What is wanted is written down first: if the process ends before it is done, it is done at
 * the next start. Deleted bytes are overwritten in the file (secure_delete), and the log is emptied.
 */
import type { DatabaseSync } from "node:sqlite";
import { clip, type Rect, type Size } from "../capture/geometry.ts";
import { wholeBins } from "./activity.ts";
import { inTransaction } from "./database.ts";
import { type CellChange, Grid, gridChanges } from "./grid.ts";
import type { Moment } from "./moment_codes.ts";
import type { Shelves } from "./source_writer.ts";
import { partOf, replaceSegment } from "./rewrite.ts";
import { gridAt, type Pictures, type Segment } from "./segments.ts";
import { solidColour } from "./tile_coder.ts";
import { BLACK, colourOf, isSolidRef, solidRef, type TileRef } from "./tile_ref.ts";

/** Why nothing follows a segment whose rest was forgotten. */
export const FORGOTTEN = "deleted";

/** What to forget: all of a stretch of time, `from <= t < to`, or a rectangle of its pictures. */
export interface Erasure {
  readonly source: number;
  readonly from: number;
  readonly to: number;
  readonly rect: Rect | undefined;
}

type ErasureShelves = Shelves & { readonly database: DatabaseSync };

export class Eraser {
  readonly #shelves: ErasureShelves;

  constructor(shelves: ErasureShelves) {
    this.#shelves = shelves;
  }

  /** Forgets; everything recorded has to be written and every segment closed before. */
  erase(erasure: Erasure): void {
    const { database } = this.#shelves;
    const { source, from, to, rect } = erasure;
    database.prepare(
      "INSERT INTO erasure (source, start, end, x, y, w, h) VALUES (?, ?, ?, ?, ?, ?, ?)",
    ).run(source, from, to, rect?.x ?? null, rect?.y ?? null, rect?.w ?? null, rect?.h ?? null);
    this.finish();
  }

  /** Does what was asked for and is not done yet. */
  finish(): void {
    const { database } = this.#shelves;
    const wanted = database.prepare("SELECT * FROM erasure ORDER BY id").all();
    // Nothing is written then: an archive on a full disk can still be opened and read.
    if (wanted.length === 0) return;
    for (const row of wanted) {
      const { id, source, start, end, x, y, w, h } = row as Record<string, number | null>;
      const rect = x === null ? undefined : { x, y, w, h } as Rect;
      this.#carryOut({ source: source!, from: start!, to: end!, rect });
      database.prepare("DELETE FROM erasure WHERE id = ?").run(id);
    }
    // The log holds pages as they were.
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  #carryOut(erasure: Erasure): void {
    const { database, segments } = this.#shelves;
    const { source, from, to } = erasure;
    const blackened = new Blackened(this.#shelves);
    for (const segment of segments.between(source, from, to)) {
      // Where the next one begins at its end, it shows nothing from then on.
      if (segment.end === from && !this.#shows(segment, from)) continue;
      inTransaction(database, () => this.#rewrite(segment, erasure, blackened));
    }
    inTransaction(database, () => {
      if (!erasure.rect) this.#sayForgotten(source, from);
      this.#recount(source, from, to);
    });
  }

  #rewrite(segment: Segment, { from, to, rect }: Erasure, blackened: Blackened): void {
    const { segments } = this.#shelves;
    const old = segments.read(segment);
    const pieces: Pictures[] = [];
    if (segment.start < from) {
      pieces.push(partOf(old, segment.start, from, rect ? null : FORGOTTEN));
    }
    if (rect) {
      const middle = partOf(old, Math.max(from, segment.start), to, null);
      pieces.push(blackened.pictures(middle, rect));
    }
    if (segment.end > to || segment.end === to && this.#shows(segment, to)) {
      pieces.push(partOf(old, to, Infinity, null));
    }
    if (pieces.length > 0) {
      const last = pieces.length - 1;
      // The last piece ends as the whole did, if it reaches as far.
      if (pieces[last].end === segment.end) pieces[last] = { ...pieces[last], ending: old.ending };
    }
    replaceSegment(this.#shelves, segment, pieces, true);
  }

  /** The picture of `time` is this segment's: another one may begin where it ends. */
  #shows({ id, source }: Segment, time: number): boolean {
    return this.#shelves.segments.at(source, time)?.id === id;
  }

  /** What stood before the forgotten time ended for a reason, even where it had a segment of its own. */
  #sayForgotten(source: number, from: number): void {
    const { segments } = this.#shelves;
    const before = segments.at(source, from - 1);
    if (before?.end === from && before.ending === null) {
      segments.extend(before.id, before.end, FORGOTTEN);
    }
  }

  /** Activity must not tell what the pictures no longer do. */
  #recount(source: number, from: number, to: number): void {
    const { segments, activity } = this.#shelves;
    const bins = wholeBins(from, to);
    activity.clear(source, from, to);
    for (const segment of segments.between(source, bins.from, bins.to)) {
      const { moments, start, grid } = segments.read(segment);
      const before = segments.at(source, start - 1);
      const shown = before && before.width === segment.width && before.height === segment.height
        ? gridAt(segments.read(before), start - 1)
        : [];
      const opening = { time: start, changes: gridChanges(shown, grid) };
      const inside = [opening, ...moments].filter(({ time }) =>
        time >= bins.from && time < bins.to
      );
      activity.add(source, inside, 0);
    }
  }
}

/** The pictures with a rectangle blackened; tiles that look the same afterwards are one. */
class Blackened {
  readonly #shelves: Shelves;
  /** By the tile and the part of it, what became of it. */
  readonly #made = new Map<string, TileRef>();

  constructor(shelves: Shelves) {
    this.#shelves = shelves;
  }

  pictures(pictures: Pictures, rect: Rect): Pictures {
    const grid = new Grid(pictures);
    const cells = new Set(grid.cellsIn(rect));
    const blacken = (cell: number, ref: TileRef) =>
      cells.has(cell) ? this.#tile(ref, grid.rectOf(cell), rect) : ref;
    const refs = pictures.grid.map((ref, cell) => blacken(cell, ref));
    const shown = refs.slice();
    const moments: Moment[] = [];
    for (const { time, changes } of pictures.moments) {
      const left: CellChange[] = [];
      for (const { cell, ref } of changes) {
        const now = blacken(cell, ref);
        if (shown[cell] === now) continue;
        shown[cell] = now;
        left.push({ cell, ref: now });
      }
      if (left.length > 0) moments.push({ time, changes: left });
    }
    return { ...pictures, grid: refs, moments };
  }

  #tile(ref: TileRef, cell: Rect, rect: Rect): TileRef {
    const inCell = { ...rect, x: rect.x - cell.x, y: rect.y - cell.y };
    const size = { width: cell.w, height: cell.h };
    const part = clip(inCell, size)!;
    if (part.w === cell.w && part.h === cell.h) return BLACK;
    const key = [ref, cell.w, cell.h, part.x, part.y, part.w, part.h].join();
    const made = this.#made.get(key) ?? this.#make(ref, size, part);
    this.#made.set(key, made);
    return made;
  }

  #make(ref: TileRef, size: Size, part: Rect): TileRef {
    const { tiles, coder } = this.#shelves;
    const pixels = isSolidRef(ref)
      ? new Uint32Array(size.width * size.height).fill(colourOf(ref))
      : tiles.pixels(ref).slice();
    for (let y = part.y; y < part.y + part.h; y++) {
      const start = y * size.width + part.x;
      pixels.fill(0, start, start + part.w);
    }
    const colour = solidColour(pixels);
    if (colour !== undefined) return solidRef(colour);
    const hash = coder.hash(pixels, size);
    return tiles.find(hash) ?? tiles.add([{ hash, pixels }], size)[0];
  }
}
