/**
 * Segments: stretches of one source's time. Each begins with a whole picture (its grid) and goes on with moments of
 * change, so a picture is reached by reading one segment, and old time goes segment by segment.
 *
 * A segment holds each tile that any of its pictures shows exactly once: `tile.refs` counts segments.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Size } from "../capture/geometry.ts";
import { Grid } from "./grid.ts";
import {
  decodeGrid,
  decodeMoments,
  encodeGrid,
  encodeMoments,
  type Moment,
} from "./moment_codes.ts";
import { isSolidRef, type TileRef } from "./tile_ref.ts";

/** A segment without its contents. */
export interface Segment extends Size {
  readonly id: number;
  readonly source: number;
  /** Time of its first picture, ms since the Unix epoch. */
  readonly start: number;
  /** Until then its last picture is known to have been shown. Equal to the next one's start where nothing is missing. */
  readonly end: number;
  /** Why nothing follows; `null` where something does, or nobody knows. */
  readonly ending: string | null;
}

/** All pictures of a segment. */
export interface Pictures extends Size {
  readonly start: number;
  readonly end: number;
  /** At `start`. */
  readonly grid: readonly TileRef[];
  /** After `start`, in order. */
  readonly moments: readonly Moment[];
  readonly ending: string | null;
}

/** Moments of one batch, at most; bounds what one read decodes at once. */
const BATCH_MOMENTS = 256;
/** Segments kept decoded: each has at most some thousand changes. */
const MAX_CACHED = 16;

const COLUMNS = "id, source, start, end, width, height, ending";

export class Segments {
  readonly #insert: StatementSync;
  readonly #append: StatementSync;
  readonly #extend: StatementSync;
  readonly #grid: StatementSync;
  readonly #batches: StatementSync;
  readonly #at: StatementSync;
  readonly #after: StatementSync;
  readonly #between: StatementSync;
  readonly #drop: StatementSync;
  readonly #dropBatches: StatementSync;
  readonly #cache = new Map<number, Pictures>();

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(
      "INSERT INTO segment (source, start, end, width, height, grid, ending) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    this.#append = database.prepare(
      "INSERT INTO batch (segment, first, moments) VALUES (?, ?, ?)",
    );
    this.#extend = database.prepare(
      "UPDATE segment SET end = max(end, ?), ending = coalesce(?, ending) WHERE id = ?",
    );
    this.#grid = database.prepare("SELECT grid FROM segment WHERE id = ?");
    this.#batches = database.prepare(
      "SELECT first, moments FROM batch WHERE segment = ? ORDER BY id",
    );
    this.#at = database.prepare(
      `SELECT ${COLUMNS} FROM segment WHERE source = ? AND start <= ? AND dying IS NULL ORDER BY start DESC LIMIT 1`,
    );
    this.#after = database.prepare(
      `SELECT ${COLUMNS} FROM segment WHERE source = ? AND start > ? AND dying IS NULL ORDER BY start LIMIT 1`,
    );
    this.#between = database.prepare(
      `SELECT ${COLUMNS} FROM segment WHERE source = ? AND end >= ? AND start < ? AND dying IS NULL ORDER BY start`,
    );
    this.#drop = database.prepare("DELETE FROM segment WHERE id = ?");
    this.#dropBatches = database.prepare("DELETE FROM batch WHERE segment = ?");
  }

  /**
   * Adds a segment; its tiles have to be retained by the caller.
   * @returns its id, and the bytes it takes
   */
  insert(source: number, pictures: Pictures): { id: number; bytes: number } {
    const { start, end, width, height, ending, moments } = pictures;
    const grid = encodeGrid(pictures.grid);
    const row = this.#insert.run(source, start, end, width, height, grid, ending);
    const id = Number(row.lastInsertRowid);
    return { id, bytes: grid.length + this.append(id, moments) };
  }

  /** Adds moments behind those that it has. @returns the bytes they take */
  append(id: number, moments: readonly Moment[]): number {
    this.#cache.delete(id);
    let bytes = 0;
    for (let from = 0; from < moments.length; from += BATCH_MOMENTS) {
      const some = moments.slice(from, from + BATCH_MOMENTS);
      const code = encodeMoments(some);
      this.#append.run(id, some[0].time, code);
      bytes += code.length;
    }
    return bytes;
  }

  /** Its last picture was still shown at `end`. @param ending why nothing follows; `null` leaves what it says */
  extend(id: number, end: number, ending: string | null): void {
    this.#cache.delete(id);
    this.#extend.run(end, ending, id);
  }

  /** The segment with the picture of that time, or the newest one before; `undefined` where there is none. */
  at(source: number, time: number): Segment | undefined {
    return this.#at.get(source, time) as unknown as Segment | undefined;
  }

  /** The first segment that begins after that time. */
  after(source: number, time: number): Segment | undefined {
    return this.#after.get(source, time) as unknown as Segment | undefined;
  }

  /** Segments that share an instant with `from <= t < to`, in order. */
  between(source: number, from: number, to: number): Segment[] {
    return this.#between.all(source, from, to) as unknown as Segment[];
  }

  /** @throws {Error} when the stored bytes are damaged */
  read(segment: Segment): Pictures {
    const cached = this.#cache.get(segment.id);
    if (cached) return cached;
    const { id, start, end, width, height, ending } = segment;
    const row = this.#grid.get(id);
    if (!row) throw new Error(`Cannot read segment ${id}: it is gone`);
    const grid = decodeGrid(row.grid as Uint8Array, new Grid(segment).count);
    const moments = this.#batches.all(id).flatMap((batch) =>
      decodeMoments(batch.moments as Uint8Array, Number(batch.first))
    );
    const pictures = { start, end, width, height, ending, grid, moments };
    if (this.#cache.size >= MAX_CACHED) this.#cache.delete(this.#cache.keys().next().value!);
    this.#cache.set(id, pictures);
    return pictures;
  }

  /** Deletes its rows; its tiles have to be released by the caller. */
  drop(id: number): void {
    this.#cache.delete(id);
    this.#dropBatches.run(id);
    this.#drop.run(id);
  }

  /** Nothing that was read counts any more: a transaction was undone. */
  forgetCached(): void {
    this.#cache.clear();
  }
}

/** The stored tiles that a segment holds, each once, in ascending order. */
export function tilesOf({ grid, moments }: Pick<Pictures, "grid" | "moments">): number[] {
  const ids = new Set<number>();
  for (const ref of grid) if (!isSolidRef(ref)) ids.add(ref);
  for (const { changes } of moments) {
    for (const { ref } of changes) if (!isSolidRef(ref)) ids.add(ref);
  }
  return [...ids].sort((a, b) => a - b);
}

/** The picture at `time`, which is not before `start`. */
export function gridAt({ grid, moments }: Pictures, time: number): TileRef[] {
  const refs = grid.slice();
  for (const moment of moments) {
    if (moment.time > time) break;
    for (const { cell, ref } of moment.changes) refs[cell] = ref;
  }
  return refs;
}
