/**
 * What one source has shown and is not written yet: the picture as tile references, the moments since the last write,
 * and the segment that they go into.
 */
import type { Size } from "../capture/geometry.ts";
import type { Activity } from "./activity.ts";
import { type CellChange, Grid, gridChanges } from "./grid.ts";
import type { Moment } from "./moment_codes.ts";
import { type Segments, tilesOf } from "./segments.ts";
import { type PictureView, refsOf } from "./picture_refs.ts";
import type { TileCoder } from "./tile_coder.ts";
import type { TileRef } from "./tile_ref.ts";
import type { Tiles } from "./tiles.ts";

/** A segment ends when its next moment comes this late after its start, ms. */
export const SEGMENT_MS = 10 * 60 * 1000;
/** A segment ends when it has this many changes: reading one stays cheap however much moves. */
export const SEGMENT_CHANGES = 4096;

/** What a writer needs of the archive. */
export interface Shelves {
  readonly coder: TileCoder;
  readonly tiles: Tiles;
  readonly segments: Segments;
  readonly activity: Activity;
}

interface OpenSegment {
  /** `undefined` until it is written. */
  id: number | undefined;
  /** The segment that this one goes on from without a gap. */
  readonly before: number | undefined;
  readonly start: number;
  readonly firstGrid: readonly TileRef[];
  /** Tiles that it holds, as far as written. */
  readonly held: Set<number>;
  changes: number;
}

export class SourceWriter {
  readonly source: number;
  readonly name: string;
  readonly #shelves: Shelves;
  #grid: Grid | undefined;
  /** The newest picture. */
  #refs: TileRef[] = [];
  /** The newest picture of the segment before, to tell what changed across a gap. */
  #refsBefore: { grid: Grid; refs: readonly TileRef[] } | undefined;
  #segment: OpenSegment | undefined;
  #moments: Moment[] = [];
  /** Of the first picture of a segment that is not written yet. */
  #opening: Moment | undefined;
  #unwritten = false;
  #follows: number | undefined;
  /** It was closed because writing failed: nobody has said yet why nothing follows. */
  unexplained = false;
  /** Time of the newest picture recorded or known to stand still, ms since the Unix epoch. */
  newest: number;

  /** @param newest end of what the archive has of the source; -Infinity for nothing */
  constructor(source: { id: number; name: string }, shelves: Shelves, newest: number) {
    this.source = source.id;
    this.name = source.name;
    this.#shelves = shelves;
    this.newest = newest;
  }

  /** A picture or more waits to be written. */
  get hasPictures(): boolean {
    return this.#moments.length > 0 || this.#opening !== undefined;
  }

  /** Anything waits to be written, and be it that the picture still stands. */
  get isDirty(): boolean {
    return this.#unwritten;
  }

  /** Pictures are being recorded: the newest one still stands. */
  get isOpen(): boolean {
    return this.#segment !== undefined || this.#follows !== undefined;
  }

  /** Id of the segment that is being written. */
  get openSegment(): number | undefined {
    return this.#segment?.id;
  }

  /** The next picture would begin a segment, which what waits must not get into. */
  beginsAnew(time: number, size: Size): boolean {
    const segment = this.#segment;
    return !segment || this.#grid!.width !== size.width || this.#grid!.height !== size.height ||
      segment.changes >= SEGMENT_CHANGES || time - segment.start >= SEGMENT_MS;
  }

  /**
   * Takes a picture.
   * @param time after `newest`
   * @param cells where it may differ from the one before; looked at everywhere where that is not known
   * @returns cells that changed
   */
  record(time: number, picture: PictureView, cells: Iterable<number> | undefined): number {
    const known = this.#segment !== undefined && this.#grid!.width === picture.width &&
      this.#grid!.height === picture.height;
    const grid = known ? this.#grid! : new Grid(picture);
    const wanted = known && cells ? [...cells].sort((a, b) => a - b) : grid.cells();
    const found = refsOf(this.#shelves, picture, grid, wanted);
    this.newest = time;
    this.#unwritten = true;
    if (!known) {
      this.#grid = grid;
      this.#refs = found.map(({ ref }) => ref);
      this.#begin(time, this.#changesAcross(grid));
      return this.#opening!.changes.length;
    }
    const changes = found.filter(({ cell, ref }) => this.#refs[cell] !== ref);
    if (changes.length === 0) return 0;
    for (const { cell, ref } of changes) this.#refs[cell] = ref;
    if (this.beginsAnew(time, picture)) {
      this.#begin(time, changes);
    } else {
      this.#moments.push({ time, changes });
      this.#segment!.changes += changes.length;
    }
    return changes.length;
  }

  /**
   * The newest picture still stands.
   * @returns false when none is being recorded, or it was known for later than that
   */
  stands(time: number): boolean {
    if (!this.#segment || time <= this.newest) return false;
    this.newest = time;
    this.#unwritten = true;
    return true;
  }

  /**
   * Writes what waits, within the caller's transaction, after the tiles.
   * @param tileBytes what was stored for it besides, for the statistics
   */
  write(tileBytes: number): void {
    const segment = this.#segment;
    if (!segment || !this.#unwritten) return;
    const { segments, tiles, activity } = this.#shelves;
    const grid = this.#grid!;
    let bytes = tileBytes;
    if (segment.id === undefined) {
      const { width, height } = grid;
      const { start, firstGrid } = segment;
      const added = segments.insert(this.source, {
        start,
        end: start,
        width,
        height,
        grid: firstGrid,
        moments: [],
        ending: null,
      });
      segment.id = added.id;
      if (segment.before !== undefined) segments.extend(segment.before, start, null);
      bytes += added.bytes;
    }
    bytes += segments.append(segment.id, this.#moments);
    const used = tilesOf({
      grid: this.#opening ? segment.firstGrid : [],
      moments: this.#moments,
    });
    for (const id of used) {
      if (segment.held.has(id)) continue;
      tiles.retain(id);
      segment.held.add(id);
    }
    segments.extend(segment.id, this.newest, null);
    activity.add(
      this.source,
      this.#opening ? [this.#opening, ...this.#moments] : this.#moments,
      bytes,
    );
    this.#moments = [];
    this.#opening = undefined;
    this.#unwritten = false;
  }

  /**
   * Ends the segment; the next picture is looked at as a whole. Everything has to be written before.
   * @returns the segment that was open
   */
  close(): number | undefined {
    const id = this.#segment?.id;
    this.#follows = undefined;
    if (this.#grid) this.#refsBefore = { grid: this.#grid, refs: this.#refs };
    this.#segment = undefined;
    this.#moments = [];
    this.#opening = undefined;
    this.#unwritten = false;
    return id;
  }

  /** The next segment goes on from that one without a gap. */
  follow(id: number): void {
    this.#follows = id;
  }

  #begin(time: number, changes: readonly CellChange[]): void {
    if (this.hasPictures) throw new Error("Cannot begin a segment: the one before is not written");
    this.#segment = {
      id: undefined,
      before: this.#segment?.id ?? this.#follows,
      start: time,
      firstGrid: this.#refs.slice(),
      held: new Set(),
      changes: 0,
    };
    this.#follows = undefined;
    this.unexplained = false;
    this.#opening = { time, changes };
  }

  #changesAcross(grid: Grid): CellChange[] {
    const before = this.#refsBefore;
    this.#refsBefore = undefined;
    const comparable = before?.grid.width === grid.width && before.grid.height === grid.height;
    return gridChanges(comparable ? before.refs : [], this.#refs);
  }
}
